"""`hemline predict` on photographs: shown, in tables, resumed, and with bad files among them."""

import csv
import json
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

from hemline import Classifier
from tests.pace import processor_seconds, start_of_libraries
from tests.photos.drawing import COLOURS, GARMENTS, draw_photo, draw_two


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Nine drawn photographs in folders, and two files that are none."""
    folder = tmp_path_factory.mktemp("photos")
    for seed, garment in enumerate(GARMENTS * 3):
        path = folder / f"box{seed % 2}" / f"{garment}-{seed}.jpg"
        path.parent.mkdir(exist_ok=True)
        colour = list(COLOURS.values())[seed % 6]
        draw_photo(garment, colour, size=(150, 200), seed=seed).save(path)
    (folder / "box0" / "empty.png").touch()
    (folder / "text.jpg").write_text("no picture")
    return folder


def rows(path):
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def predict(program, small_run):
    return lambda *arguments, **options: program(
        "predict", "--model", small_run.run.model, *arguments, **options
    )


def test_a_photograph_from_a_cold_start_costs_little_more_than_the_libraries(predict, tmp_path):
    draw_photo(size=(3000, 4000)).save(tmp_path / "photo.jpg")

    def ask() -> None:
        assert predict(tmp_path / "photo.jpg").returncode == 0

    assert processor_seconds(ask) < 5 * start_of_libraries()


def test_show_draws_the_steps(predict, photos, tmp_path):
    files = sorted((photos / "box1").glob("*.jpg"))[:2]
    done = predict(*files, "--show", tmp_path / "seen.png", "--json")
    assert done.returncode == 0, done.stderr
    assert [row["file"] for row in json.loads(done.stdout)] == list(map(str, files))
    with Image.open(tmp_path / "seen.png") as picture:
        assert picture.width > 1000
        assert picture.height > 600


def test_two_garments_are_said_wherever_the_answer_goes(inside, tmp_path):
    draw_two().save(tmp_path / "both.png")
    told = inside("predict", tmp_path / "both.png", "--show", tmp_path / "seen.png").stdout
    assert re.search(r"2 garments: Trouser 9\d\.\d+ %, Dress 9\d\.\d+ %", told)
    [row] = json.loads(inside("predict", tmp_path / "both.png", "--json").stdout)
    assert [garment["class"] for garment in row["garments"]] == ["Trouser", "Dress"]
    inside("predict", tmp_path / "both.png", "--csv", tmp_path / "out.csv")
    [line] = rows(tmp_path / "out.csv")
    assert re.fullmatch(r"Trouser 0\.9\d+; Dress 0\.9\d+", line["garments"])


def test_a_folder_is_answered_file_by_file_and_bad_ones_complained_of(predict, photos):
    done = predict(photos, "--json")
    assert done.returncode == 2
    assert len(json.loads(done.stdout)) == 9
    complaints = done.stderr.splitlines()
    assert len(complaints) == 2
    assert all(line.startswith("hemline: Expected") for line in complaints)


def test_a_glob_is_answered(predict, photos):
    done = predict(f"{photos}/*/dress-*.jpg", "--json")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)) == 3


def test_what_is_none_of_the_classes_is_said_to_be_none(inside, tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (2, 28, 28)).astype(np.uint8)
    np.save(tmp_path / "one.npy", noise[:1])
    np.save(tmp_path / "two.npy", noise)
    one = inside("predict", tmp_path / "one.npy", "--model", "tiny")
    assert "Predicted  none of these; closest: " in one.stdout
    two = inside("predict", tmp_path / "two.npy", "--model", "tiny")
    assert "none of these (" in two.stdout
    as_json = inside("predict", tmp_path / "one.npy", "--model", "tiny", "--json")
    row = json.loads(as_json.stdout)[0]
    assert row["none_of_these"] is True
    assert row["ood_score"] > Classifier.load("tiny").threshold
    assert row["class"] == row["top"][0]["class"]


def test_a_folder_goes_into_a_table_with_a_row_for_every_file(predict, photos, small_run, tmp_path):
    classes = Classifier.load(small_run.run.model).classes_
    out = tmp_path / "out.csv"
    done = predict(photos, "--csv", out)
    assert done.returncode == 2
    assert "received 2 files that cannot be read" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    table = rows(out)
    assert [row["file"] for row in table] == sorted(row["file"] for row in table)
    assert len(table) == 11
    assert [bool(row["error"]) for row in table].count(True) == 2
    for row in table:
        if not row["error"]:
            shares = [float(row[name]) for name in classes]
            assert sum(shares) == pytest.approx(1, abs=1e-4)
            assert float(row["probability"]) == max(shares)
            assert row["none_of_these"] in {"True", "False"}
            assert np.isfinite(float(row["ood_score"]))


def test_a_table_is_continued_and_only_what_is_missing_is_done(predict, photos, tmp_path):
    out = tmp_path / "out.csv"
    first = json.loads(predict(photos / "box0", "--csv", out, "--json").stdout)
    assert (first["files"], first["new"], first["bad"]) == (6, 6, 1)
    before = out.read_text()
    second = json.loads(predict(photos, "--csv", out, "--json").stdout)
    assert (second["files"], second["new"], second["bad"]) == (11, 5, 2)
    assert out.read_text().startswith(before)
    assert len(rows(out)) == 11
    third = json.loads(predict(photos, "--csv", out, "--json").stdout)
    assert third["new"] == 0


def test_a_killed_table_holds_whole_rows_and_goes_on(photos, tmp_path, small_run, predict):
    folder = tmp_path / "many"
    folder.mkdir()
    content = sorted((photos / "box1").glob("*.jpg"))[0].read_bytes()
    for place in range(12):
        (folder / f"{place:03}.jpg").write_bytes(content)
    out = tmp_path / "out.csv"
    command = [sys.executable, "-m", "hemline", "predict", folder, "--csv", out]
    process = subprocess.Popen([*command, "--model", small_run.run.model])
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and (not out.exists() or out.read_bytes().count(b"\n") < 4):
        time.sleep(0.02)
    process.kill()
    process.wait()
    held = len(rows(out))
    assert 3 <= held < 12
    done = json.loads(predict(folder, "--csv", out, "--json").stdout)
    assert done["new"] <= 12 - held + 1
    assert [row["file"] for row in rows(out)] == [str(f) for f in sorted(folder.iterdir())]


def test_ctrl_c_says_that_the_same_command_goes_on(photos, tmp_path, small_run):
    folder = tmp_path / "many"
    folder.mkdir()
    content = sorted((photos / "box1").glob("*.jpg"))[0].read_bytes()
    for place in range(200):
        (folder / f"{place:03}.jpg").write_bytes(content)
    out = tmp_path / "out.csv"
    command = [sys.executable, "-m", "hemline", "predict", folder, "--csv", out]
    process = subprocess.Popen(
        [*command, "--model", small_run.run.model], stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and (not out.exists() or out.read_bytes().count(b"\n") < 3):
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    complaint = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert "the same command goes on" in complaint
    assert "Traceback" not in complaint
    assert rows(out)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere.jpg"], "received nowhere.jpg (No such file or directory)"),
        (["*.jpg"], "received *.jpg that matches no file"),
        (["EMPTY"], "without any; name another folder"),
        (["PHOTO", "--max-megapixels", "0.01"], "150x200 (0.0 megapixels)"),
        (["PHOTO", "--csv", "no/where.csv"], "choose another path"),
        (["PHOTO", "--show", "no/where.png"], "choose another path"),
        (["PHOTO", "--csv", "a.csv", "--show", "a.png"], "Expected --csv or --show, received both"),
        (["--test-index", "0", "--show", "a.png"], "Expected picture files beside --show"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_code_two(
    arguments, sentence, predict, photos, tmp_path
):
    (tmp_path / "empty").mkdir()
    photo = next((photos / "box1").glob("*.jpg"))
    places = {"PHOTO": photo, "EMPTY": tmp_path / "empty"}
    done = predict(*(places.get(word, word) for word in arguments))
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stderr.startswith("hemline: Expected")
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""
