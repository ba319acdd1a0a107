# The whole loop: make run, make test; both begin with make setup.
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check
# Where PyTorch comes from: make run PIP_OPTIONS="--extra-index-url https://download.pytorch.org/whl/cpu"
PIP_OPTIONS ?=
PYTORCH := torch==2.13.0

.PHONY: help run test lint audit bench notebook site setup clean

run: setup  ## obtain the data, train for a minute, evaluate, predict, draw
	$(BIN)/hemline demo

help:  ## say what there is
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 12

test: setup  ## pass all tests
	$(BIN)/pytest --numprocesses 2 --dist loadfile

lint: setup  ## format, style, types, and the import contract
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

audit: setup  ## known holes in the versions of requirements.txt
	$(BIN)/pip-audit --requirement requirements.txt --no-deps --disable-pip --progress-spinner off

bench: setup  ## the figures of the README that take minutes
	$(BIN)/python benchmarks/accuracy.py seed
	$(BIN)/python benchmarks/accuracy.py fast
	$(BIN)/python benchmarks/seed.py
	$(BIN)/python benchmarks/rate.py
	$(BIN)/python benchmarks/rungs.py

notebook: setup  ## execute the notebook, with the real data, into the file that people open
	$(BIN)/jupytext --quiet --to ipynb notebooks/fashion_mnist.py
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/jupyter execute --inplace notebooks/fashion_mnist.ipynb

site: setup  ## the docs as a site, in .site
	$(BIN)/mkdocs build --quiet --strict

setup: .venv/.ready  ## everything that the others need, in .venv

.venv/.ready: pyproject.toml setup.py requirements.txt $(wildcard src/hemline/*/*.c)
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { \
	  echo "Expected Python 3.11 or newer, received $$($(PYTHON) --version); run: make PYTHON=python3.12 ..." >&2; exit 2; }
	$(PYTHON) -m venv .venv
	$(INSTALL) --no-compile --no-deps $(PIP_OPTIONS) $(PYTORCH) & \
	$(INSTALL) --no-compile --no-deps --require-hashes --requirement requirements.txt && wait $$!
	$(INSTALL) $(PIP_OPTIONS) $(PYTORCH)  # what this build of it needs beside
	$(BIN)/python -m compileall -qq -j 0 .venv/lib || true  # some files are for a newer Python
	$(INSTALL) --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q src
	@touch $@

clean:  ## remove whatever make has made
	rm -rf .venv .bench .site build src/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests benchmarks \( -name __pycache__ -o -name '*.so' \) -prune -exec rm -rf {} +
