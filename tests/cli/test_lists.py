"""What there is to train, use and compare; what an installation says of itself."""

import json
import os
import shutil
from importlib.metadata import version

import pytest

from hemline.engines import PERCEPTRONS
from hemline.models import shipped_models
from hemline.recipes import Recipe, describe_keys, load_recipe, recipe_names


def test_all_recipes_are_listed(inside):
    listed = inside("recipes").stdout.splitlines()[1:]
    assert [line.split()[0] for line in listed if line[0] != " "] == recipe_names()
    for row in json.loads(inside("recipes", "--json").stdout):
        assert row["epochs"] == load_recipe(row["name"]).epochs
        assert row["description"] == load_recipe(row["name"]).description


def test_every_key_of_a_recipe_says_what_it_is_for(inside):
    rows = json.loads(inside("recipes", "fast", "--json").stdout)
    assert [row["name"] for row in rows] == list(Recipe.__dataclass_fields__)
    assert all(row["meaning"] and row["allowed"] for row in rows)
    [epochs] = [row for row in rows if row["name"] == "epochs"]
    assert (epochs["value"], epochs["default"]) == (load_recipe("fast").epochs, None)
    printed = " ".join(inside("recipes", "fast").stdout.split())
    for row in rows:
        assert f"{row['name']} = {json.dumps(row['value'])}" in printed


def test_keys_are_declared_with_all_they_need():
    for row in describe_keys(Recipe):
        assert row.meaning[0].islower() or row.meaning[0] == "a", row.name
        assert not row.meaning.endswith("."), row.name


def test_all_models_are_listed(inside):
    rows = json.loads(inside("models", "--json").stdout)
    assert [row["name"] for row in rows] == shipped_models()
    assert all(row["trained_on"] == "Fashion-MNIST" for row in rows)
    assert "1,150,938" in inside("models").stdout


def test_runs_are_listed_and_what_is_none_is_named(small_run, inside, tmp_path):
    assert "No runs in" in inside("runs", tmp_path).stdout
    shutil.copytree(small_run.run.folder, tmp_path / "first")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "environment.json").write_text("{")
    done = inside("runs", tmp_path)
    assert (done.returncode, done.stdout.count("seed")) == (0, 1)
    for word in ("first", "seed", "sketches", "2/2"):
        assert word in done.stdout
    assert "broken, which is no whole run" in done.stderr
    [row] = json.loads(inside("runs", tmp_path, "--json").stdout)
    assert (row["epochs"], row["of"], row["model"]) == (2, 2, True)
    assert row["accuracy"] == small_run.epochs[-1].accuracy


def test_an_installation_says_what_it_is(program, own_machine):
    facts = json.loads(program("info", "--json").stdout)
    assert facts["Versions"]["hemline"] == version("hemline")
    assert facts["Versions"]["onnxruntime"] == version("onnxruntime")
    assert facts["Machine"]["cores to use"] >= 1
    assert facts["Data"]["HEMLINE_DATA"] == "not set"
    assert str(own_machine) in facts["Data"]["cache"]
    printed = program("info").stdout
    for rows in facts.values():
        for name, value in rows.items():
            assert name in printed
            assert str(value) in printed


def test_the_version_is_told(inside):
    assert inside("--version").stdout == f"hemline {version('hemline')}\n"


def test_a_training_without_its_engine_says_so(program, tmp_path):
    hidden = tmp_path / "sitecustomize.py"
    hidden.write_text(HIDE)
    options = ["--data", "sketches", "--epochs", 1, "--out", tmp_path / "run"]
    variables = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = program("train", "seed", *options, env=variables)
    assert done.returncode == 0, done.stderr
    assert "Slow: hemline.training._dense is not built, and PyTorch alone takes five" in done.stdout
    environment = json.loads((tmp_path / "run" / "environment.json").read_text())
    assert environment["engine"] == "torch"
    assert environment["slow"] in done.stdout
    facts = json.loads(program("info", "--json", env=variables).stdout)
    assert facts["Engines"]["hemline.training._dense"].startswith("not built")
    assert facts["Engines"]["hemline.networks._fused"].endswith("in C")


@pytest.mark.skipif(
    not PERCEPTRONS.is_built, reason="needs the extensions, which a compiler builds"
)
def test_one_with_its_engine_does_not(inside, tmp_path):
    done = inside("train", "seed", "--data", "sketches", "--epochs", 1, "--out", tmp_path / "run")
    assert "Slow" not in done.stdout


HIDE = """
import importlib.machinery
finder = importlib.machinery.PathFinder.find_spec
def find_spec(name, path=None, target=None):
    return None if name == "hemline.training._dense" else finder(name, path, target)
importlib.machinery.PathFinder.find_spec = find_spec
"""
