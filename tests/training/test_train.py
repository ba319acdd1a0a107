"""Training: the tutorial's level, the same weights every time, and a run that is never lost."""

import errno
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.torch import load_file

from hemline import Classifier, load_recipe, train
from hemline.cores import processor_name
from hemline.errors import RunError
from hemline.training import checkpoint, new_run_folder, run, trainer
from hemline.training.epochs import Outcome

TWO = load_recipe("seed", ["epochs=2"])
THREE = load_recipe("seed", ["epochs=3"])


def weights(folder: Path) -> dict[str, bytes]:
    tensors = load_file(folder / "checkpoint.safetensors")
    return {name: tensor.numpy().tobytes() for name, tensor in tensors.items()}


def test_a_run_folder_holds_what_the_design_says(small_run):
    folder = small_run.run.folder
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "recipe.toml",
        "environment.json",
        "metrics.jsonl",
        "checkpoint.safetensors",
        "model.onnx",
    }
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert [line["epoch"] for line in lines] == [1, 2]
    assert lines[1]["loss"] < lines[0]["loss"]
    assert load_recipe(folder / "recipe.toml") == TWO
    assert all("not Fashion-MNIST" in line["data"] for line in lines)
    assert json.loads((folder / "environment.json").read_text())["data"]["drawn"] is True


def test_the_same_seed_gives_the_same_bytes(small_run, sketches, tmp_path):
    again = train(TWO, sketches, folder=tmp_path / "again")
    other = train(TWO, sketches, folder=tmp_path / "other", seed=1)
    assert again.run.model.read_bytes() == small_run.run.model.read_bytes()
    assert other.run.model.read_bytes() != small_run.run.model.read_bytes()


def test_the_test_part_is_never_opened(sketches, tmp_path):
    def forbidden():
        pytest.fail("training opened the test part")

    closed = sketches.replace(load_test=forbidden)
    train(load_recipe("seed", ["epochs=1"]), closed, folder=tmp_path / "run")


def test_the_tutorials_level_on_the_real_data(real, real_run):
    assert real_run.parameters == 101_770
    assert real_run.steps_per_epoch == 1_875
    accuracy = Classifier.load(real_run.run.folder).score(real.test.pixels, real.test.labels)
    assert 0.865 < accuracy < 0.905
    assert real_run.epochs[-1].accuracy > 0.90


def test_recipe_and_folder_may_be_names(sketches, tmp_path):
    (tmp_path / "own.toml").write_text(TWO.to_toml())
    by_name = train(tmp_path / "own.toml", sketches, folder=str(tmp_path / "run"))
    assert by_name.recipe == TWO
    assert Classifier.load(tmp_path / "run").classes_.tolist() == list(sketches.classes)


def test_an_interrupted_run_goes_on_to_the_same_weights(small_run, sketches, tmp_path):
    def interrupt(figures) -> None:
        raise KeyboardInterrupt

    folder = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        train(TWO, sketches, folder=folder, on_epoch=interrupt)
    assert len((folder / "metrics.jsonl").read_text().splitlines()) == 1
    assert Classifier.load(folder).score(sketches.test.pixels, sketches.test.labels) > 0.5
    result = train(TWO, sketches, folder=folder, resume=True)
    assert [figures.epoch for figures in result.epochs] == [1, 2]
    assert weights(folder) == weights(small_run.run.folder)


def test_a_convolutional_training_learns_and_resumes_to_the_same_weights(
    conv_run, sketches, tmp_path
):
    classifier = Classifier.load(conv_run.run.folder)
    assert classifier.score(sketches.test.pixels, sketches.test.labels) > 0.95

    def interrupt(figures) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(conv_run.recipe, sketches, folder=tmp_path / "run", on_epoch=interrupt)
    train(conv_run.recipe, sketches, folder=tmp_path / "run", resume=True)
    assert weights(tmp_path / "run") == weights(conv_run.run.folder)


MANY = load_recipe("seed", ["epochs=60"])
_GO_ON = """
import sys, pathlib
from hemline import Dataset, load_recipe, open_dataset, train
test = open_dataset("sketches").test  # small, so that epochs are short and kills hit everywhere
data = open_dataset("sketches").replace(load_train=lambda: test, load_test=lambda: test)
recipe = load_recipe("seed", ["epochs=60"])
train(recipe, data, folder=pathlib.Path(sys.argv[1]), resume=True, on_epoch=lambda _: print("."))
"""


def killed_after(folder: Path, epochs: int, delay: float) -> bool:
    """Go on with a run and kill it `delay` seconds after some epochs; False if it ended first."""
    command = [sys.executable, "-u", "-c", _GO_ON, str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    for _ in range(epochs):
        process.stdout.readline()
    time.sleep(delay)
    killed = process.poll() is None
    process.kill()
    process.communicate()
    return killed


def test_a_run_killed_three_times_goes_on_to_the_same_weights(sketches, tmp_path):
    small = sketches.replace(load_train=lambda: sketches.test)
    undisturbed = train(MANY, small, folder=tmp_path / "undisturbed")
    folder, chance = tmp_path / "killed", random.Random(0)
    folder.mkdir()
    for _ in range(3):
        assert killed_after(folder, chance.randint(0, 5), chance.uniform(0, 0.05))
    result = train(MANY, small, folder=folder, resume=True)
    assert weights(folder) == weights(undisturbed.run.folder)
    assert [figures.epoch for figures in result.epochs] == list(range(1, 61))
    metrics = [json.loads(line) for line in result.run.metrics.read_text().splitlines()]
    losses = [figures.loss for figures in undisturbed.epochs]
    assert [line["loss"] for line in metrics] == losses
    assert list(folder.glob(".*")) == []


def test_a_refused_start_leaves_what_another_process_is_writing(sketches, tmp_path):
    folder = tmp_path / "run"
    train(load_recipe("seed", ["epochs=1"]), sketches, folder=folder)
    writing = folder / ".checkpoint.1-abcd.safetensors"
    writing.write_bytes(b"half")
    with pytest.raises(RunError, match="holds a run"):
        train(load_recipe("seed", ["epochs=1"]), sketches, folder=folder)
    assert writing.read_bytes() == b"half"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"recipe": THREE}, r"Expected epochs = 2, which .* begun with, received 3; resume"),
        ({"seed": 7}, "Expected the seed that"),
        ({"resume": False}, "holds a run; add --resume"),
    ],
)
def test_a_folder_of_another_run_is_refused(change, sentence, small_run, sketches):
    before = small_run.run.checkpoint.read_bytes()
    arguments = {"recipe": TWO, "seed": 0, "resume": True} | change
    with pytest.raises(RunError, match=sentence):
        train(dataset=sketches, folder=small_run.run.folder, **arguments)
    assert small_run.run.checkpoint.read_bytes() == before


def test_a_run_on_other_data_is_refused(small_run, sketches):
    other = sketches.replace(load_train=lambda: sketches.test)
    with pytest.raises(RunError, match="Expected the data that"):
        train(TWO, other, folder=small_run.run.folder, resume=True)


def test_a_folder_with_other_files_is_refused(sketches, tmp_path):
    (tmp_path / "letter.txt").write_text("keep me")
    with pytest.raises(RunError, match="holds other files"):
        train(TWO, sketches, folder=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_folder_that_cannot_be_made_is_refused(sketches, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RunError, match="choose another with --out"):
        train(TWO, sketches, folder=tmp_path / "file" / "run")


def test_a_full_disk_keeps_the_checkpoint_before(sketches, tmp_path, monkeypatch):
    folder = tmp_path / "run"
    whole = checkpoint.write_whole
    written = []

    def fills(path: Path, content: bytes) -> None:
        if path.name.startswith("checkpoint") and len(written) == 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written.append(path)
        whole(path, content)

    monkeypatch.setattr(checkpoint, "write_whole", fills)
    with pytest.raises(RunError, match=r"No space left.*--resume"):
        train(TWO, sketches, folder=folder)
    monkeypatch.undo()
    assert len(train(TWO, sketches, folder=folder, resume=True).epochs) == 2


def test_a_loss_that_is_not_finite_stops_and_keeps_the_checkpoint(sketches, tmp_path, monkeypatch):
    outcomes = iter([Outcome(0.5, 0.8, 20), Outcome(float("nan"), 0.1, 7)])
    monkeypatch.setattr(trainer, "run_epoch", lambda *_: next(outcomes))
    monkeypatch.setattr(trainer.Trainer, "rates", lambda *_: [0.1] * 20)
    with pytest.raises(RunError, match="nan at step 8 of epoch 2; the checkpoint of epoch 1"):
        train(TWO, sketches, folder=tmp_path / "run")
    assert len((tmp_path / "run" / "metrics.jsonl").read_text().splitlines()) == 1


def test_a_learning_rate_that_blows_up_is_stopped(sketches, tmp_path):
    recipe = load_recipe("seed", ["epochs=1", "learning_rate=1e30"])
    with pytest.raises(RunError, match=r"at step [23] of epoch 1; .* try a lower learning rate"):
        train(recipe, sketches, folder=tmp_path / "run")
    assert not (tmp_path / "run" / "checkpoint.safetensors").exists()


def test_a_folder_that_nobody_may_write_is_refused(sketches, tmp_path):
    tmp_path.chmod(0o500)
    folder = Path("/sys") if os.geteuid() == 0 else tmp_path  # root may write everywhere else
    with pytest.raises(RunError, match=r"not permitted|denied.*choose another with --out"):
        train(TWO, sketches, folder=folder / "run")


def test_metrics_that_a_kill_cut_short_are_completed(sketches, tmp_path):
    recipe = load_recipe("seed", ["epochs=2"])
    metrics = train(recipe, sketches, folder=tmp_path / "run").run.metrics
    whole = metrics.read_text()
    metrics.write_text(whole.splitlines(keepends=True)[0])
    train(recipe, sketches, folder=tmp_path / "run", resume=True)
    assert metrics.read_text() == whole


def test_a_damaged_checkpoint_is_refused(sketches, tmp_path):
    folder = tmp_path / "run"
    train(load_recipe("seed", ["epochs=1"]), sketches, folder=folder)
    path = folder / "checkpoint.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(RunError, match="cannot be read"):
        train(load_recipe("seed", ["epochs=1"]), sketches, folder=folder, resume=True)


def test_new_run_folders_never_collide(tmp_path):
    recipe = load_recipe("seed")
    names = [new_run_folder(recipe, 4, tmp_path).name for _ in range(3)]
    assert names == ["seed-4", "seed-4-2", "seed-4-3"]
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RunError, match="choose another with --out"):
        new_run_folder(recipe, 4, tmp_path / "file")


def test_the_processor_has_a_name():
    assert processor_name()


def test_every_picture_is_shown_as_often_in_an_epoch_of_several_passes(sketches, tmp_path):
    few = sketches.replace(load_train=lambda: sketches.test.take(np.arange(100)))
    recipe = load_recipe("seed", ["epochs=1", "batch_size=32", "fewest_steps=10"])

    planned = trainer.Trainer(recipe, few, 0, run.Run(tmp_path / "run"))
    shown = planned.work(0).order
    assert np.bincount(shown).tolist() == [4] * 100
    assert len(planned.rates(0, recipe.steps_per_epoch(100))) == 13
    assert train(recipe, few, folder=tmp_path / "trained").steps_per_epoch == 13
