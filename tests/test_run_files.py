"""The files of a run, read strictly: whatever is odd in them is one sentence, and soon said."""

import json
import os
import shutil

import pytest

from hemline import load_recipe, train
from hemline.errors import RunError
from hemline.run_files import RunFiles

DEEP = b"[" * 100_000
METRICS = {
    "null": b"null\n",
    "a number": b"7\n",
    "a list": b"[]\n",
    "deep": DEEP,
    "no keys": b"{}\n",
    "text for a number": b'{"epoch": "x"}\n',
    "no text": b"\xff\xfe[[",
    "many digits": b"1" * 5000,
}
ENVIRONMENTS = {
    "null": None,
    "a list": [],
    "no keys": {},
    "seed": {"seed": {}},
    "data": {"data": 7},
    "a truth for a seed": {"seed": True},
    "machine": {"machine": "x"},
    "threads": {"threads": None},
    "mirroring": {"mirroring": [7]},
    "start": {"start": "x"},
    "half a character": {"device": "\ud800"},
    "more than can be counted": {"seed": 10**400},
}
RECIPES = {
    "no keys": b"",
    "epochs": b'name = "x"\nepochs = "two"\ncalibrate = false\n',
    "no text": b"\xff",
    "deep": b"x = " + DEEP,
}
PIPES = ("environment.json", "metrics.jsonl", "recipe.toml")


@pytest.fixture
def folder(small_run, tmp_path):
    return shutil.copytree(small_run.run.folder, tmp_path / "run")


def spoil_environment(folder, value):
    path = folder / "environment.json"
    whole = json.loads(path.read_bytes())
    path.write_text(json.dumps(whole | value if value else value))


def read_all(folder):
    files = RunFiles(folder)
    return files.read_recipe(), files.read_environment(), files.read_metrics()


def test_a_whole_run_is_read(folder, small_run):
    recipe, environment, epochs = read_all(folder)
    assert (recipe["epochs"], environment["seed"], len(epochs)) == (2, small_run.seed, 2)
    (folder / "metrics.jsonl").unlink()
    assert RunFiles(folder).read_metrics() == []


def test_what_older_runs_do_not_say_may_be_missing(folder):
    path = folder / "environment.json"
    whole = json.loads(path.read_bytes())
    path.write_text(json.dumps({k: whole[k] for k in whole.keys() - {"mirroring", "start"}}))
    assert RunFiles(folder).read_environment()["seed"] == whole["seed"]


@pytest.mark.parametrize("content", METRICS.values(), ids=METRICS)
def test_odd_figures_are_refused(content, folder):
    (folder / "metrics.jsonl").write_bytes(content)
    with pytest.raises(ValueError, match=r"^metrics\.jsonl"):
        read_all(folder)


@pytest.mark.parametrize("key", ["loss", "accuracy", "seconds", "validation_loss"])
@pytest.mark.parametrize(
    "value", ["NaN", "Infinity", "1e999", "true", '"x"', "[]", "1" + 400 * "0"]
)
def test_figures_are_numbers(key, value, folder):
    path = folder / "metrics.jsonl"
    epoch = json.loads(path.read_text().splitlines()[0])
    path.write_text(json.dumps(epoch | {key: "here"}).replace('"here"', value))
    with pytest.raises(ValueError, match=f"^metrics.jsonl: {key} is "):
        read_all(folder)


@pytest.mark.parametrize("value", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_an_odd_environment_is_refused(value, folder):
    spoil_environment(folder, value)
    with pytest.raises(ValueError, match=r"^environment\.json"):
        read_all(folder)


@pytest.mark.parametrize("content", RECIPES.values(), ids=RECIPES)
def test_an_odd_recipe_is_refused(content, folder):
    (folder / "recipe.toml").write_bytes(content)
    with pytest.raises(ValueError, match=r"^recipe\.toml"):
        read_all(folder)


@pytest.mark.parametrize("name", PIPES)
def test_neither_pipes_nor_devices_are_read(name, folder):
    for replace in (os.mkfifo, lambda path: path.symlink_to("/dev/zero")):
        (folder / name).unlink()
        replace(folder / name)
        with pytest.raises(ValueError, match=f"^{name} is a device or a pipe"):
            read_all(folder)


def test_a_file_of_any_length_is_not_read(folder):
    with (folder / "metrics.jsonl").open("wb") as stream:
        stream.truncate(1 << 40)
    with pytest.raises(ValueError, match="more than 64 MB"):
        read_all(folder)


def test_odd_runs_are_left_out_of_the_list_each_with_its_reason(folder, small_run, inside):
    runs = folder.parent
    for number, content in enumerate(METRICS.values()):
        odd = shutil.copytree(small_run.run.folder, runs / f"metrics-{number}")
        (odd / "metrics.jsonl").write_bytes(content)
    for number, value in enumerate(ENVIRONMENTS.values()):
        odd = shutil.copytree(small_run.run.folder, runs / f"environment-{number}")
        spoil_environment(odd, value)
    for name in PIPES:
        odd = shutil.copytree(small_run.run.folder, runs / f"pipe-{name}")
        (odd / name).unlink()
        os.mkfifo(odd / name)
    done = inside("runs", runs, "--json")
    assert [row["run"] for row in json.loads(done.stdout)] == [str(folder)]
    said = done.stderr.split("hemline: left out ")[1:]
    assert len(said) == len(METRICS) + len(ENVIRONMENTS) + len(PIPES)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["environment.json", "metrics.jsonl"])
@pytest.mark.parametrize("content", [DEEP, b"null", b'{"epoch": "x", "seed": {}}', None])
def test_a_report_of_an_odd_run_is_refused(name, content, folder, inside):
    (folder / name).unlink()
    if content is None:
        os.mkfifo(folder / name)
    else:
        (folder / name).write_bytes(content)
    done = inside("report", folder, "--data", "sketches")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("hemline: Expected a whole run folder, received ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", [*PIPES, "checkpoint.safetensors", "model.onnx", "account.json"])
def test_a_training_does_not_go_on_with_a_pipe(name, folder, sketches):
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)
    recipe = load_recipe("seed", ["epochs=2"])
    with pytest.raises(RunError, match=f"{name} is a device or a pipe"):
        train(recipe, sketches, folder=folder, resume=True)


def test_a_training_does_not_begin_with_a_pipe(tmp_path, sketches):
    os.mkfifo(tmp_path / "environment.json")
    with pytest.raises(RunError, match="is a device or a pipe"):
        train(load_recipe("seed", ["epochs=1"]), sketches, folder=tmp_path)
