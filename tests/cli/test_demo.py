"""`hemline demo` with a recipe that is changed on the command line."""

import json
import tomllib


def test_demo_takes_a_seed_and_changes_of_the_recipe(inside, tmp_path):
    changes = ["--set", "epochs=1", "--set", "widths=[64]", "--seed", 3]
    options = ["--data", "sketches", "--out", tmp_path / "run", "--json"]
    done = inside("demo", "--recipe", "seed", *changes, *options)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["seconds"].keys() == {"total", "training", "data", "export"}
    recipe = tomllib.loads((tmp_path / "run" / "recipe.toml").read_text())
    assert (recipe["epochs"], recipe["widths"]) == (1, [64])
    assert json.loads((tmp_path / "run" / "environment.json").read_text())["seed"] == 3
    assert document["report"] == str(tmp_path / "run" / "report.html")
    assert f"{100 * document['accuracy']:.2f}" in (tmp_path / "run" / "report.html").read_text()


def test_demo_refuses_a_change_that_no_recipe_knows(inside):
    done = inside("demo", "--set", "epoch=1", "--data", "sketches")
    assert done.returncode == 2
    assert "epoch" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_demo_without_a_report_writes_none(inside, tmp_path):
    changes = ["--set", "epochs=1", "--data", "sketches", "--out", tmp_path / "run"]
    done = inside("demo", "--recipe", "seed", "--no-report", *changes)
    assert done.returncode == 0, done.stderr
    assert "Report       none" in done.stdout
    assert not (tmp_path / "run" / "report.html").exists()
