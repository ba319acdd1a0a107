"""`benchmarks/sets.py`: what is done and not done again, and its tables from made-up times."""

import argparse
import json
import subprocess
import zipfile

import numpy as np
import pytest

from hemline import open_dataset

DATA = {"classes": 10, "form": "28x28 grey", "train": 10_000, "test": 10_000}


@pytest.fixture
def records(tmp_path):
    from sets_records import Records

    return Records(tmp_path / "below" / "sets.jsonl", threads=2)


def add_training(records, text, accuracy, seconds, seed=0):
    from sets_records import Training

    training = Training.parse(text)
    records.add(
        set="mnist",
        training=str(training),
        digest=training.digest,
        seed=seed,
        data=DATA,
        seconds={"train": seconds - 1, "evaluate": 1.0, "whole": seconds},
        accuracy=accuracy,
        balanced_accuracy=accuracy,
        ece=0.012,
    )


def add_peer(records, history, peer="keras", seed=0, budget=60.0):
    records.add(set="mnist", peer=peer, seed=seed, budget=budget, history=history)


def tables(records, recipes=("fast", "accurate")):
    from sets import PEERS
    from sets_records import Training
    from sets_table import accuracy_table, facts, peers_table

    sets = {"mnist": [Training.parse(text) for text in (*recipes, "fast epochs=1")]}
    text = [accuracy_table(sets, records), peers_table(sets, PEERS, recipes, records)]
    rows = [line.strip("| ").split(" | ") for line in "\n".join(text).splitlines()]
    return rows, facts(sets, PEERS, records)


def test_a_row_for_every_training_and_every_peer(records):
    for seed, accuracy in enumerate((0.990, 0.992)):
        add_training(records, "fast", accuracy, 40.0, seed)
    add_training(records, "accurate", 0.995, 100.0)
    add_training(records, "fast epochs=1", 0.95, 5.0)
    add_peer(records, [[20, 0.90], [39, 0.94], [50, 0.97], [60, 0.94]])
    add_peer(records, [[20, 0.91], [41, 0.93], [60, 0.96]], seed=1)
    add_peer(records, [[90, 0.994]], "hog")
    add_peer(records, [], "pixels", budget=3600.0)
    rows, told = tables(records)
    mnist = "MNIST: 10 classes, 28x28 grey, 10,000 / 10,000"
    fast = "99.10 ± 0.14 % (2 seeds)", "99.10 %", "1.20 %", "39.0 s", "40.0 s"
    assert rows[2] == [mnist, "`fast`", *fast]
    assert rows[4][:3] == [mnist, "`fast epochs=1`", "95.00 % (1 seed)"]
    keras, pixels, hog = rows[7:]
    within = ["92.50 ± 2.12 %", "95.00 ± 1.41 %"]
    ends = ["95.00 ± 1.41 % (96.50)", "49.5 s", "5.0 s, `fast epochs=1`", "9.9"]
    assert keras == ["MNIST", "Keras tutorial, convnet", *within, *ends]
    assert pixels[2:] == ["-", "-", "not through", "3600 s", "-", "-"]
    assert hog[2:] == ["-", "99.40 %", "99.40 % (99.40)", "90.0 s", "100.0 s, `accurate`", "0.9"]
    assert "A peer ends higher" not in told


def test_where_a_peer_is_more_accurate_the_table_says_so(records):
    add_training(records, "fast", 0.99, 40.0)
    add_peer(records, [[20, 0.991]])
    rows, told = tables(records)
    assert rows[-1][-2:] == ["**never**", "-"]
    assert "A peer ends higher than Hemline on: MNIST (Keras tutorial, convnet)." in told


def test_records_outlive_a_kill_in_the_middle_of_a_line(records):
    from sets_records import Records, Training

    add_training(records, "fast", 0.99, 40.0)
    with records.path.open("a") as file:
        file.write('{"set": "mnist", "trai')
    again = Records(records.path, threads=2)
    add_training(again, "fast", 0.99, 40.0, seed=1)
    whole = Records(records.path, threads=2)
    fast = Training.parse("fast")
    assert [whole.has_training("mnist", fast, seed) for seed in (0, 1, 2)] == [True, True, False]
    assert not Records(records.path, threads=1).has_training("mnist", fast, 0)
    assert not whole.has_training("mnist", Training.parse("fast epochs=2"), 0)
    assert not whole.has_training("cifar", fast, 0)


def test_figures_of_another_recipe_of_the_same_name_do_not_count(records):
    from sets_records import Records, Training

    add_training(records, "fast", 0.99, 40.0)
    text = records.path.read_text()
    records.path.write_text(text.replace(Training.parse("fast").digest, "00000000"))
    assert not Records(records.path, threads=2).trainings("mnist", Training.parse("fast"))


def test_a_peer_with_more_time_takes_the_place_of_itself_with_less(records):
    add_peer(records, [[30, 0.95]], budget=60.0)
    assert records.has_peer("mnist", "keras", 0, 65.0)
    assert not records.has_peer("mnist", "keras", 0, 70.0)
    add_peer(records, [[30, 0.96]], budget=90.0)
    assert [run["history"] for run in records.peers("mnist", "keras")] == [[[30, 0.96]]]


def test_the_command_of_a_training():
    from sets_records import Training

    training = Training.parse("accurate epochs=40 shift=2")._replace(start="photo")
    assert str(training) == "accurate epochs=40 shift=2 --from photo"
    changes = ["--set", "epochs=40", "--set", "shift=2"]
    assert training.options == ["accurate", *changes, "--from", "photo"]


@pytest.fixture
def processes(monkeypatch):
    """The commands that would have been run."""
    import sets

    commands = []

    def run(command, variables, threads, limit=None):
        commands.append([str(each) for each in command])
        words = " ".join(commands[-1])
        if "pixels" in words:
            raise subprocess.TimeoutExpired(command, limit)
        if "--set" in words:
            raise SystemExit("it failed")
        figures = dict.fromkeys(("accuracy", "balanced_accuracy", "macro_f1", "ece", "n"), 0.9)
        figures |= {"interval": [0.8, 0.95], "parameters": 7, "epochs": 3}
        return 20.0 if " train " in words else 2.0, figures | {"history": [[9, 0.8]]}

    monkeypatch.setattr(sets, "run_process", run)
    monkeypatch.setattr("contestants.Environment.python", lambda environment: environment.name)
    return commands


def test_each_is_run_once_and_a_failure_holds_up_nobody(processes, records, tmp_path):
    from picture_sets import Places
    from sets import Lying, measure

    lying = Lying("mnist", Places(None, None, tmp_path))
    lying.__dict__ |= {"path": tmp_path / "mnist", "_described": (tmp_path / "mnist.npz", DATA)}
    options = argparse.Namespace(
        recipes=["fast"], quick=["fast epochs=1"], seeds=2, peers=["keras", "pixels"]
    )
    options.peer_seeds, options.most = 2, 100.0
    measure(lying, options, records)
    told = [" ".join(command) for command in processes]
    assert sum("hemline train fast --seed" in command for command in told) == 2
    assert sum("hemline evaluate" in command for command in told) == 2
    keras = [command for command in told if "keras_folder.py" in command]
    assert all(f"--data {tmp_path}/mnist.npz --seconds 20.0" in command for command in keras)
    assert ["--seed 0" in command for command in keras] == [True, False]
    assert sum("sklearn_pixels.py" in command for command in told) == 1  # nothing of it is random
    lines = [json.loads(line) for line in records.path.read_text().splitlines()]
    assert [line.get("training", line.get("peer")) for line in lines] == [
        *("fast", "keras", "pixels"),
        *("fast", "keras"),
    ]
    assert lines[0]["seconds"] == {"train": 20.0, "evaluate": 2.0, "whole": 22.0}
    assert lines[2]["history"] == []
    processes.clear()
    measure(lying, options, records)
    assert all("--set" in " ".join(command) for command in processes)  # those that failed


@pytest.fixture
def places(tmp_path):
    from picture_sets import Places

    folders = [tmp_path / name for name in ("sets", "photos", "work")]
    for folder in folders:
        folder.mkdir()
    return Places(*folders)


def png(value):
    import io

    from PIL import Image

    content = io.BytesIO()
    pixels = np.random.default_rng(value).integers(0, 256, (20, 20), np.uint8)
    Image.fromarray(pixels).save(content, "PNG")
    return content.getvalue()


def test_letters_are_divided_by_the_hands_that_drew_them(places):
    from picture_sets import SETS

    source = places.sets / "omniglot" / "images_background_small1.zip"
    source.parent.mkdir()
    with zipfile.ZipFile(source, "w") as archive:
        for letter, alphabet in ((1, "Greek"), (2, "Latin")):
            for hand in range(1, 21):
                name = f"images/{alphabet}/character{letter:02}/0{letter:03}_{hand:02}.png"
                archive.writestr(name, png(100 * letter + hand))
    dataset = open_dataset(SETS["omniglot"].prepare(places))
    assert dataset.classes == ("Greek/character01", "Latin/character02")
    assert (dataset.train.counts(2), dataset.test.counts(2)) == ([14, 14], [6, 6])


def test_a_set_of_one_part_gets_a_fifth_for_the_test(places):
    from picture_sets import SETS, describe, write_arrays

    pixels = np.random.default_rng(0).integers(0, 256, (100, 28, 28), np.uint8)
    pixels[1::10] = pixels[0::10]  # identical ones beside each other
    labels = np.arange(100) % 10 // 2
    (places.sets / "notmnist").mkdir()
    np.savez(places.sets / "notmnist" / "all.npz", x=pixels, y=labels)
    dataset = open_dataset(SETS["notmnist"].prepare(places))
    assert describe(dataset) == {"classes": 5, "form": "28x28 grey", "train": 80, "test": 20}
    sides = [{picture.tobytes() for picture in of.pixels} for of in (dataset.train, dataset.test)]
    assert not sides[0] & sides[1]
    write_arrays(dataset, places.work / "arrays.npz")
    with np.load(places.work / "arrays.npz") as arrays:
        np.testing.assert_array_equal(arrays["x_test"], dataset.test.pixels)
        np.testing.assert_array_equal(arrays["y_train"], dataset.train.labels)


def test_the_validation_part_of_the_photographs_is_the_test_part(places):
    from picture_sets import SETS

    for part, count in (("train", 5), ("validation", 3)):
        for name in ("hat", "shoe"):
            folder = places.photos / part / name
            folder.mkdir(parents=True)
            for number in range(count):
                (folder / f"{number}.png").write_bytes(png(100 * count + 10 * len(name) + number))
    dataset = open_dataset(SETS["clothes"].prepare(places))
    assert (len(dataset.train), len(dataset.test), dataset.validation) == (10, 6, None)


def test_a_set_that_is_not_there_is_one_sentence(places):
    from picture_sets import SETS, Places

    with pytest.raises(SystemExit, match="pass --sets DIR"):
        SETS["mnist"].prepare(places)
    with pytest.raises(SystemExit, match="pass --photos DIR"):
        SETS["clothes"].prepare(Places(None, None, places.work))
    with pytest.raises(SystemExit, match="HEMLINE_DATA"):
        SETS["fashion"].prepare(places)
