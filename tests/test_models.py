"""The model files that come with Hemline are what their cards say."""

import re
from pathlib import Path

import numpy as np
import pytest

from hemline import Classifier, evaluate, models
from hemline.data.building.forming import in_form
from hemline.models import find_model, shipped_models

LEVELS = {"accurate": 0.95, "photo": 0.93, "tiny": 0.91}
FOLDER = Path(models.__file__).parent


def test_the_box_holds_what_it_should_in_little_room():
    assert shipped_models() == sorted(LEVELS)
    assert sum(file.stat().st_size for file in FOLDER.glob("*.onnx")) < 5_000_000
    assert models.DEFAULT in LEVELS


@pytest.mark.parametrize("name", LEVELS)
def test_a_shipped_model_is_what_its_card_says(name, real):
    classifier = Classifier.load(name)
    evaluation = evaluate(classifier, real.test.pixels, real.test.labels)
    card = (FOLDER / f"{name}.md").read_text()
    assert evaluation.accuracy >= LEVELS[name]
    assert evaluation.ece <= 0.01
    said = re.search(r"\| accuracy \| ([0-9.]+) %", card)
    assert said is not None
    assert float(said[1]) == round(100 * evaluation.accuracy, 2)
    assert f"{classifier.metadata['parameters']:,} parameters" in card
    assert classifier.metadata["data"]["sha256"] == in_form(real, classifier.intake).train.checksum
    assert classifier.metadata["data"]["sha256"] in card


@pytest.mark.parametrize("name", LEVELS)
def test_a_shipped_model_tells_garments_from_noise(name, real):
    classifier = Classifier.load(name)
    noise = np.random.default_rng(0).integers(0, 256, (200, *classifier.form.shape))
    assert np.mean(classifier.is_out_of_distribution(real.test.pixels[:1000])) < 0.1
    assert np.mean(classifier.is_out_of_distribution(noise)) > 0.5


def test_tiny_is_tiny():
    assert Classifier.load("tiny").metadata["parameters"] < 10_000


def test_a_path_comes_before_a_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_model("tiny") == FOLDER / "tiny.onnx"
    Path("tiny").mkdir()
    assert find_model("tiny") == Path("tiny") / "model.onnx"
    assert find_model(Path("mine.onnx")) == Path("mine.onnx")


def test_the_accurate_one_is_used_where_none_is_named(inside, real_folder):
    answered = inside("predict", "--test-index", 0, "--data", real_folder, "--json")
    assert answered.returncode == 0
    assert '"class": "Ankle boot"' in answered.stdout
    assert Classifier.load().path == FOLDER / "accurate.onnx"
