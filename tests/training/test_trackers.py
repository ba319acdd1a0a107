"""What trackers wrote, read back by the libraries that it is for; all of it offline."""

import json
import struct
import time
from pathlib import Path

import pytest

from hemline import load_recipe, train
from hemline.errors import RunError
from hemline.training.trackers import MLflow, TensorBoard, WandB, tracker_of

TWO = load_recipe("seed", ["epochs=2", "validation=0.1"])
NAMES = {"loss", "accuracy", "validation_loss", "validation_accuracy", "seconds"}


@pytest.fixture(autouse=True)
def offline(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", (tmp_path / "mlflow").as_uri())
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_SILENT", "true")
    monkeypatch.setenv("WANDB_DIR", str(tmp_path))
    for kind in ("CACHE", "CONFIG", "DATA"):
        monkeypatch.setenv(f"WANDB_{kind}_DIR", str(tmp_path / kind))


def scalars(folder: Path) -> dict[str, list[tuple[int, float]]]:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder)).Reload()
    return {
        name: [(event.step, event.value) for event in events.Scalars(name)]
        for name in events.Tags()["scalars"]
    }


def mlflow_runs():
    from mlflow import MlflowClient

    client = MlflowClient()
    return client, client.search_runs([each.experiment_id for each in client.search_experiments()])


def wandb_records(folder: Path):
    from wandb.proto.wandb_internal_pb2 import Record

    (file,) = folder.glob("wandb/offline-run-*/*.wandb")
    deadline, records = time.monotonic() + 20, []
    while not any(each.HasField("exit") for each in records):  # another process writes it
        assert time.monotonic() < deadline, "no end was written"
        records = [Record.FromString(each) for each in leveldb_log(file.read_bytes())]
    return records


def leveldb_log(content: bytes) -> list[bytes]:
    """Records of a LevelDB log behind a head: blocks of 32 KiB, each with its length and kind."""
    place, records, part = 7, [], b""
    while place + 7 <= len(content):
        if -place % 32768 < 7:  # no room for a head: the rest of the block is empty
            place += -place % 32768
            continue
        _, length, kind = struct.unpack_from("<IHB", content, place)
        if place + 7 + length > len(content):  # not written yet
            break
        part += content[place + 7 : place + 7 + length]
        if kind in (1, 4):  # whole, or the last of several
            records.append(part)
            part = b""
        place += 7 + length
    return records


def written(folder: Path) -> list[dict[str, float]]:
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    return [{name: json.loads(line)[name] for name in NAMES} for line in lines]


def test_tensorboard_has_every_figure_of_every_epoch(sketches, tmp_path):
    with TensorBoard("board") as tracker:
        train(TWO, sketches, folder="run", **tracker.hooks)
    found, epochs = scalars(tmp_path / "board"), written(Path("run"))
    assert set(found) == NAMES
    for name, points in found.items():
        assert [step for step, _ in points] == [1, 2]
        assert [value for _, value in points] == pytest.approx([each[name] for each in epochs])


def test_mlflow_has_parameters_and_figures_and_says_how_it_ended(sketches):
    with MLflow("clothes", "first") as tracker:
        train(TWO, sketches, folder="run", **tracker.hooks)
    with pytest.raises(ZeroDivisionError), MLflow("clothes", "second") as tracker:
        train(TWO, sketches, folder="run-2", on_start=tracker.on_start, on_epoch=lambda _: 1 / 0)
    client, runs = mlflow_runs()
    second, first = sorted(runs, key=lambda run: run.info.start_time, reverse=True)
    assert (first.info.run_name, first.info.status) == ("first", "FINISHED")
    assert (second.info.run_name, second.info.status) == ("second", "FAILED")
    assert first.data.params["recipe"] == "seed"
    assert first.data.params["widths"] == "[128]"
    assert first.data.params["data_sha256"] == sketches.train.checksum
    for name in NAMES:
        points = client.get_metric_history(first.info.run_id, name)
        assert [point.step for point in points] == [1, 2]
        assert [point.value for point in points] == [each[name] for each in written(Path("run"))]


def test_wandb_has_settings_and_figures(sketches, tmp_path):
    with WandB(project="clothes") as tracker:
        train(TWO, sketches, folder="run", **tracker.hooks)
    records = wandb_records(tmp_path)
    history = [
        {
            "/".join(item.nested_key) or item.key: json.loads(item.value_json)
            for item in each.history.item
        }
        for each in records
        if each.HasField("history")
    ]
    epochs = written(Path("run"))
    assert [{name: each[name] for name in NAMES} for each in history] == epochs
    assert [each["_step"] for each in history] == [1, 2]
    (run,) = [each.run for each in records if each.HasField("run")][:1]
    config = {item.key: json.loads(item.value_json) for item in run.config.update}
    assert config["learning_rate"] == TWO.learning_rate
    assert [each.exit.exit_code for each in records if each.HasField("exit")] == [0]


@pytest.mark.parametrize("make", [lambda: TensorBoard("board"), MLflow, WandB])
def test_a_training_that_is_refused_leaves_nothing(make, sketches, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "of-somebody-else").touch()
    before = set(tmp_path.rglob("*"))
    with pytest.raises(RunError), make() as tracker:
        train(TWO, sketches, folder="run", **tracker.hooks)
    assert set(tmp_path.rglob("*")) == before


def test_a_library_that_cannot_begin_says_why_and_the_folder_stays_free(sketches, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "nowhere://at.all")
    sentence = r"Expected MLflow to begin, received from it .+; set it up"
    with pytest.raises(RunError, match=sentence), MLflow() as tracker:
        train(TWO, sketches, folder="run", **tracker.hooks)
    assert list(Path("run").iterdir()) == []
    train(TWO, sketches, folder="run")


def test_a_library_that_fails_later_costs_a_warning(sketches, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    with TensorBoard("board") as tracker:
        monkeypatch.setattr(tracker, "write", full)
        with pytest.warns(RuntimeWarning, match=r"did not take epoch \d: .* No space"):
            result = train(TWO, sketches, folder="run", **tracker.hooks)
    assert len(result.epochs) == 2


def test_what_goes_on_is_counted_on(sketches, tmp_path):
    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), TensorBoard("board") as tracker:
        train(
            TWO,
            sketches,
            folder="run",
            on_start=tracker.on_start,
            on_epoch=lambda figures: (tracker.on_epoch(figures), stop(figures)),
        )
    with TensorBoard("board") as tracker:
        train(TWO, sketches, folder="run", resume=True, **tracker.hooks)
    assert [step for step, _ in scalars(tmp_path / "board")["loss"]] == [1, 2]


def test_another_name_is_asked_about():
    with pytest.raises(RunError, match="did you mean tensorboard"):
        tracker_of("tensorbord", Path("run"))


def test_the_command_tells_all_that_it_is_asked_to(inside, tmp_path):
    options = ["--track", "tensorboard", "--track", "mlflow"]
    done = inside("train", "seed", "--data", "sketches", "--epochs", "1", "--out", "run", *options)
    assert done.returncode == 0, done.stderr
    assert set(scalars(tmp_path / "run" / "tensorboard")) == {"loss", "accuracy", "seconds"}
    _, (run,) = mlflow_runs()
    assert run.info.run_name == "run"
