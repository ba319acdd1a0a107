"""Own classes and own pictures: from a folder to answers, figures, a page and a Keras file."""

import csv
import json
import shutil

import numpy as np
import pytest
from PIL import Image

from hemline import Classifier
from hemline.pixels import Form

# Markup of rich, an emoji of rich, wide letters.
NAMES = ("[red]", "рубашка :bug:", "鞋子")
TEST = ("--test-index", 0)
COLOURS = ((200, 40, 40), (40, 200, 40), (40, 40, 200))


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A folder a class, 24 colour pictures of 60x40 in each."""
    folder, rng = tmp_path_factory.mktemp("data") / "shop", np.random.default_rng(0)
    for name, colour in zip(NAMES, COLOURS, strict=True):
        (folder / name).mkdir(parents=True)
        for place in range(24):
            pixels = np.clip(np.array(colour) + rng.normal(0, 30, (40, 60, 3)), 0, 255)
            Image.fromarray(pixels.astype(np.uint8)).save(folder / name / f"{place:02}.png")
    return folder


@pytest.fixture(scope="module")
def run(program, shop, tmp_path_factory):
    """The run folder of a short training on it."""
    folder = tmp_path_factory.mktemp("runs") / "shop"
    changes = ["--set", "widths=[16]", "--set", "batch_size=8", "--epochs", 6]
    done = program("train", "seed", "--data", shop, "--out", folder, *changes, "--json")
    assert done.returncode == 0, done.stderr
    return folder


def document(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_run_knows_its_own_data_again(inside, run, shop):
    evaluated = document(inside("evaluate", run, "--json"))
    assert evaluated["data"]["source"] == str(shop)
    assert [row["class"] for row in evaluated["per_class"]] == list(NAMES)
    assert evaluated["n"] == 12
    assert {"balanced_accuracy", "macro_f1", "macro_f1_interval", "untested"} <= evaluated.keys()
    assert evaluated["per_class"][0].keys() >= {"recall", "recall_interval", "support"}


def test_a_run_finds_its_data_from_anywhere_and_misses_them_in_a_sentence(
    inside, shop, tmp_path, monkeypatch
):
    monkeypatch.delenv("HEMLINE_DATA", raising=False)
    (tmp_path / "here").mkdir()
    (tmp_path / "elsewhere").mkdir()
    shutil.copytree(shop, tmp_path / "here/shop")
    monkeypatch.chdir(tmp_path / "here")
    short = ["--set", "widths=[8]", "--epochs", 1, "--out", "run"]
    assert inside("train", "seed", "--data", "shop", *short).returncode == 0
    monkeypatch.chdir(tmp_path / "elsewhere")
    document(inside("evaluate", "../here/run", "--json"))
    (tmp_path / "here/shop").rename(tmp_path / "here/moved")
    for command in (["evaluate", "../here/run"], ["predict", "--model", "../here/run", *TEST]):
        done = inside(*command)
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert f"none at {tmp_path}/here/shop; pass --data" in done.stderr
    document(inside("evaluate", "../here/run", "--data", "../here/moved", "--json"))


def test_pictures_without_suffix_are_answered_as_they_are_trained_on(inside, run, shop, tmp_path):
    folder = tmp_path / "bare"
    folder.mkdir()
    for place, file in enumerate(sorted(shop.rglob("*.png"))[:3]):
        (folder / f"{place}").write_bytes(file.read_bytes())
    (folder / "README").write_text("no picture")
    rows = document(inside("predict", folder, "--model", run, "--json"))
    assert [row["file"] for row in rows] == [str(folder / str(place)) for place in range(3)]


@pytest.mark.parametrize("name", ["test.csv", "set.npz", "data.parquet", "letters.zip"])
def test_who_wants_a_whole_set_predicted_is_told_how(name, program, run, tmp_path):
    (tmp_path / name).write_bytes(b"1,2,3")
    done = program("predict", tmp_path / name, "--model", run)
    assert done.returncode == 2
    assert "holds a whole set; save its pixels with numpy.save" in done.stderr


def test_names_are_printed_as_they_are_and_aligned(inside, run):
    done = inside("evaluate", run)
    assert done.returncode == 0, done.stderr
    for name in NAMES:
        assert done.stdout.count(name) >= 2  # among the classes, and in the matrix
    assert all(len(line) <= 80 for line in done.stdout.splitlines())


def test_a_picture_of_any_size_is_answered_and_its_steps_are_drawn(inside, run, tmp_path):
    Image.new("RGB", (300, 200), COLOURS[2]).save(tmp_path / "photo :bug: [b].jpg")
    shown = ["--show", tmp_path / "seen.png", "--top", 99]
    done = inside("predict", tmp_path / "photo :bug: [b].jpg", "--model", run, *shown)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].endswith("photo :bug: [b].jpg")
    assert lines[1] == f"  Predicted  {NAMES[2]} (label 2)"
    assert len(lines) == 2 + 3
    with Image.open(tmp_path / "seen.png") as sheet:
        assert sheet.size == (2 * 280 + 16 + 48, 388)
        blue = np.asarray(sheet)[150:250, 350:500].mean(axis=(0, 1))
    assert blue[2] > 150 > 80 > blue[0]


def test_rows_and_tables_hold_the_own_classes_and_the_score(inside, run, shop, tmp_path):
    files = [shop / name / "00.png" for name in NAMES]
    rows = document(inside("predict", *files, "--model", run, "--json"))
    assert [row["class"] for row in rows] == list(NAMES)
    threshold = Classifier.load(run).threshold
    assert [row["none_of_these"] for row in rows] == [row["ood_score"] > threshold for row in rows]
    table = inside("predict", *files, "--model", run, "--csv", tmp_path / "out.csv")
    assert table.returncode == 0, table.stderr
    lines = table_of(tmp_path / "out.csv")
    assert [line["class"] for line in lines] == list(NAMES)
    for line, row in zip(lines, rows, strict=True):
        assert float(line["ood_score"]) == pytest.approx(row["ood_score"], rel=1e-4)
        assert float(line[row["class"]]) == pytest.approx(row["probability"], abs=1e-5)


def test_test_pictures_have_their_actual_class_and_a_report_its_page(inside, run, tmp_path):
    rows = document(inside("predict", "--model", run, "--test-index", "0:12", "--json"))
    evaluated = document(inside("evaluate", run, "--csv", tmp_path / "all.csv", "--json"))
    right = sum(row["label"] == row["actual"]["label"] for row in rows)
    assert right / 12 == evaluated["accuracy"]
    lines = table_of(tmp_path / "all.csv")
    assert [line["index"] for line in lines] == list(map(str, range(12)))
    for line, row in zip(lines, rows, strict=True):
        assert line["actual"] == row["actual"]["class"]
        assert line["actual_label"] == str(row["actual"]["label"])
        assert (line["class"], line["label"]) == (row["class"], str(row["label"]))
        assert float(line[row["class"]]) == pytest.approx(row["probability"], abs=1e-6)
    first, again = document(inside("report", run, run, "--json"))["runs"]
    assert first["accuracy"] == evaluated["accuracy"]
    assert again["paired_difference"] == {"to": run.name, "accuracy": 0, "interval": [0, 0]}
    page = (run / "report.html").read_text()
    assert all(name in page for name in NAMES)
    assert "Fashion" not in page


def test_some_test_pictures_as_a_table(program, run, tmp_path):
    path = tmp_path / "some.csv"
    written = document(
        program("predict", "--model", run, "--test-index", "3:7", "--csv", path, "--json")
    )
    assert (written["csv"], written["pictures"]) == (str(path), 4)
    assert [line["index"] for line in table_of(path)] == ["3", "4", "5", "6"]
    through = program("evaluate", run, "--csv", "/dev/stdout")
    assert through.stdout.startswith("index,actual,actual_label,class,label,")
    refused = program("evaluate", run, "--csv", tmp_path / "no" / "where.csv")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "choose another path" in refused.stderr


def table_of(path):
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_describe_shows_the_network_that_is_trained(inside, run, shop):
    options = ["--set", "widths=[16]", "--set", "batch_size=8", "--data", shop, "--json"]
    described = document(inside("describe", "seed", *options))
    metadata = Classifier.load(run).metadata
    assert described["layers"] == metadata["layers"]
    assert described["parameters"] == metadata["parameters"]
    assert described["classes"] == 3
    assert Form.parse(described["form"]) == Form(40, 60, 3)
    assert described["steps_per_epoch"] == 60 / 4 / 2 + 0.5


def test_describe_shows_dropout_the_logit_for_none_and_the_test_time_flip(inside):
    described = document(
        inside(
            "describe", "seed", "--set", "dropout=0.25", "--set", "outlier_exposure=0.1", "--json"
        )
    )
    assert [layer["name"] for layer in described["layers"]][2:] == ["Dense", "Dropout", "Dense"]
    assert described["layers"][-1]["output_shape"] == [11]
    text = inside("describe", "fast", "--set", "outlier_exposure=0.1").stdout
    assert "a logit for each of 10 classes out,\nand one for none of them." in text
    assert "looks at the mirror image" in text
    assert "looks at the mirror image" not in inside("describe", "seed").stdout


def test_other_data_are_refused_in_one_sentence(inside, run, real_folder):
    done = inside("evaluate", run, "--data", real_folder)
    assert done.returncode == 2
    assert done.stdout == ""
    last = done.stderr.splitlines()[-1]
    assert last.startswith("hemline: Expected the 3 classes of ")
    assert "and 5 more that it does not know" in last
    assert f"{', '.join(NAMES)} missing; name the data that it was trained for." in last


def test_data_that_have_changed_since_are_told(inside, run, shop, tmp_path):
    import shutil

    changed = shutil.copytree(shop, tmp_path / "shop")
    Image.new("RGB", (60, 40)).save(changed / NAMES[0] / "new.png")
    done = inside("evaluate", run, "--data", changed)
    assert done.returncode == 0
    assert "shop has changed since the training" in done.stderr
    assert "has changed" not in inside("evaluate", run).stderr


def test_the_keras_file_takes_the_own_form(inside, run):
    written = document(inside("export", run, "--json"))
    assert written["largest_difference"] < 1e-4
    assert written["parameters"] == Classifier.load(run).metadata["parameters"]
