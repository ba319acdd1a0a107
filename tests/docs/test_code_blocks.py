"""Code blocks in the docs run, one after the other as a reader would run them."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from hemline.cli.app import app
from tests.docs.blocks import BLOCK, ROOT, blocks_of, hemline_commands, pages

WEB = "onnxruntime-web@1.30.0"
LANGUAGES = {"python", "sh", "js", "text", "toml", "json", "bibtex"}


def run_of(page, languages):
    return [b for b in blocks_of(page) if b.language in languages and b.why is None]


def named(page):
    return str(page.relative_to(ROOT))


@pytest.fixture
def reader(own_machine, real_folder, monkeypatch) -> Path:
    """An empty folder of somebody who has the program and the data."""
    scripts = Path(sys.executable).parent
    monkeypatch.setenv("PATH", os.pathsep.join([str(scripts), os.environ["PATH"]]))
    monkeypatch.setenv("HEMLINE_DATA", str(real_folder))
    return own_machine


@pytest.fixture(scope="session")
def node_modules(tmp_path_factory) -> Path:
    """Where npm has put ONNX Runtime for JavaScript."""
    if not (shutil.which("npm") and shutil.which("node")):
        pytest.skip("needs Node and npm")
    folder = tmp_path_factory.mktemp("npm")
    options = ["--prefix", str(folder), "--no-audit", "--no-fund", "--silent"]
    done = subprocess.run(["npm", "install", *options, WEB], capture_output=True, cwd=folder)
    if done.returncode:
        pytest.skip(f"npm cannot fetch {WEB}: {done.stderr.decode()[-100:].strip()}")
    return folder / "node_modules"


@pytest.mark.parametrize("page", [p for p in pages() if run_of(p, {"python", "sh"})], ids=named)
def test_python_and_shell_blocks_run(page, reader):
    names: dict[str, object] = {}
    for block in run_of(page, {"python", "sh"}):
        if block.language == "python":
            exec(compile(block.code, str(page), "exec"), names)
        else:
            done = subprocess.run(["bash", "-ec", block.code], capture_output=True, text=True)
            assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", [p for p in pages() if run_of(p, {"js"})], ids=named)
def test_javascript_gives_the_answers_of_python(page, reader, node_modules, capsys):
    (reader / "node_modules").symlink_to(node_modules)
    names: dict[str, object] = {}
    for block in run_of(page, {"python", "js"}):
        if block.language == "python":
            exec(compile(block.code, str(page), "exec"), names)
            continue
        (reader / "example.mjs").write_text(block.code)
        done = subprocess.run(["node", "example.mjs"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert done.stdout == capsys.readouterr().out
        assert done.stdout.startswith("Ankle boot: ")


@pytest.mark.parametrize("page", [p for p in pages() if hemline_commands(p)], ids=named)
def test_every_command_shown_is_understood(page):
    """Those of blocks that are not run as well."""
    program = get_command(app)
    for line in hemline_commands(page):
        name, *arguments = shlex.split(line, comments=True)[1:]
        command = program.commands[name]
        arguments = [word for word in arguments if word not in ("&", "|")]
        command.make_context(name, arguments).close()  # raises where an option is unknown


def test_no_code_hides_from_these_tests():
    for page in pages():
        text = BLOCK.sub("", page.read_text(encoding="utf-8"))
        assert "```" not in text, f"{page}: a block without a language"
        assert not re.search(r"\n\n {4,}\S", text), f"{page}: an indented block"


def test_what_is_not_run_says_why():
    for page in pages():
        for block in blocks_of(page):
            assert block.language in LANGUAGES, f"{page}: {block.language}"
            assert block.why is None or len(block.why) > 8
