"""`hemline doctor` as its users meet it."""

import json
import re

import numpy as np
import pytest

from hemline import Classifier
from tests.pace import processor_seconds

PIPE = """
import numpy as np
from hemline import Classifier
model = Classifier.load({model!r})
def sound(x): return model._run(["probabilities"], x)[0]
def inverted(x): return model._run(["probabilities"], 255 - x)[0]
"""


@pytest.fixture
def folder(tmp_path, small_run):
    (tmp_path / "pipe.py").write_text(PIPE.format(model=str(small_run.run.model)))
    return tmp_path


def test_a_healthy_run_is_exit_code_zero(program, small_run):
    done = program("doctor", small_run.run.folder, "--data", "sketches")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.match(r"(Healthy|Weak, not broken): \d", done.stdout)
    assert "sketches (drawn by code, not Fashion-MNIST)" in " ".join(done.stdout.split())
    assert max(map(len, done.stdout.splitlines()[2:])) <= 80


def test_findings_are_exit_code_one_with_a_page(inside, folder):
    page = folder / "page.html"
    done = inside("doctor", "pipe:inverted", "--data", "sketches", "--html", page, cwd=folder)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("Broken: inverted-brightness")
    for word in ("Evidence", "Cause", "Mend", "255 - pixels", "Fine: "):
        assert word in done.stdout
    text = page.read_text()
    assert text.count("data:image/png;base64,") == 20
    assert "prefers-color-scheme: dark" in text
    assert not re.search(r"(src|href)=\"(?!data:)", text)


def test_json_is_one_document(inside, folder):
    done = inside("doctor", "pipe:sound", "--data", "sketches", "--json", cwd=folder)
    document = json.loads(done.stdout)
    assert done.returncode == 0
    assert document["healthy"] is True
    assert document["data"].startswith("sketches")
    assert {"verdict", "wants", "gives", "accuracy", "findings", "fine", "notes"} <= document.keys()
    assert document["accuracy"]["n"] == 1_750
    assert document["accuracy"]["left_out"] == "250 others showed what it wants"


def test_a_diagnosis_from_cold_costs_what_a_few_thousand_answers_cost(program, real):
    classifier = Classifier.load("accurate")  # the largest model in the box
    answers = processor_seconds(lambda: classifier.answer(real.test.pixels[:1000]), tries=2)

    def diagnose() -> None:
        assert program("doctor", "accurate", "--data", real.source).returncode == 0

    assert processor_seconds(diagnose, tries=1) < 12 * answers


OWN = """
import numpy as np
def predict(x):
    centre = np.asarray(x)[:, 4:8, 3:7].astype(float).mean((1, 2))
    return [["rot", "grün", "青"][place] for place in centre.argmax(1)]
def swapped(x):
    return predict(np.asarray(x)[..., ::-1])
"""


@pytest.fixture
def pictures(tmp_path):
    from PIL import Image

    rng = np.random.default_rng(0)
    for part, count in (("train", 12), ("test", 100)):
        for place, name in enumerate(("rot", "grün", "青")):
            folder = tmp_path / "data" / part / name
            folder.mkdir(parents=True)
            for number in range(count):
                page = rng.integers(0, 120, (12, 10, 3), np.uint8)
                page[4:8, 3:7, place] = 200
                Image.fromarray(page).save(folder / f"{number}.png")
    (tmp_path / "own.py").write_text(OWN)
    return tmp_path


def test_a_folder_of_own_pictures(inside, pictures):
    done = inside("doctor", "own:predict", "--data", "data", cwd=pictures)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "100.00 %" in done.stdout
    done = inside("doctor", "own:swapped", "--data", "data", "--json", cwd=pictures)
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["findings"][0]["check"] in {"channel-order", "label-order"}


def test_what_is_looked_for_is_listed(program):
    done = program("doctor", "--list")
    assert done.returncode == 0, done.stderr
    assert "label-order" in done.stdout
    assert "Looks the same: " in done.stdout
    listed = json.loads(program("doctor", "--list", "--json").stdout)["checks"]
    assert {"check", "question", "cannot_tell_from"} == listed[0].keys()
