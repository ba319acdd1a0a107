"""Starting from a trained model: its features, a new head, and nothing of it forgotten."""

import json

import numpy as np
import pytest
import torch

from hemline import Classifier, train
from hemline.data import Dataset, Split
from hemline.errors import ModelFileError, RunError
from hemline.photos import Intake
from hemline.pixels import Form
from hemline.training import load_recipe
from hemline.training.transfer import _trained, read_start
from tests.networks.building import build

SHORT = ["epochs=1", "fewest_steps=0", "validation=0", "calibrate=false"]


@pytest.fixture(scope="module")
def halves(sketches):
    """Two own classes of the drawn garments: for feet, and for everything else."""

    def relabelled(split):
        return Split(split.pixels[:600], np.isin(split.labels[:600], (5, 7, 9)).astype(np.uint8))

    return sketches.replace(
        classes=("clothes", "shoes"),
        load_train=lambda: relabelled(sketches.train),
        load_test=lambda: relabelled(sketches.test),
    )


@pytest.mark.parametrize("network", ["mlp", "conv", "residual"])
def test_features_are_those_of_the_model(network, sketches, tmp_path):
    widths = {"mlp": [32], "conv": [8, 16], "residual": [8, 16]}[network]
    name = "seed" if network == "mlp" else "fast"
    changes = [*SHORT, f"network={network}", f"widths={widths}", "data_pruning=0"]
    small = sketches.replace(load_train=lambda: sketches.test)
    run = train(load_recipe(name, changes), small, folder=tmp_path / "run").run
    start = read_start(run.folder)
    network = build(network, tuple(widths), 9, mean=start.mean[:1], outputs=10)
    start.give(network)
    classifier, pixels = Classifier.load(run.folder), sketches.test.pixels[:200]
    network.eval()
    features = network.features(torch.tensor(pixels))
    if classifier.metadata["recipe"]["test_time_flip"]:
        features = (features + network.features(torch.tensor(pixels).flip(2))) / 2
    weight, bias = (torch.tensor(each) for each in start.weights[len(list(_trained(network))) - 1])
    logits = (features @ weight.T + bias).detach().numpy()
    assert np.allclose(logits, classifier.logits(pixels), atol=2e-3)


def test_own_classes_are_learned_from_the_model_in_the_box(halves, tmp_path):
    recipe = load_recipe("fast", [*SHORT, "epochs=8"])
    result = train(recipe, halves, folder=tmp_path / "run", start="tiny")
    assert result.recipe.widths == (8, 16, 16)
    classifier = Classifier.load(result.run.folder)
    assert list(classifier.classes_) == ["clothes", "shoes"]
    assert classifier.score(halves.test.pixels, halves.test.labels) > 0.95
    written = json.loads(result.run.environment.read_text())["start"]
    assert written == classifier.metadata["start"]
    assert written["model"] == "tiny"
    again = train(recipe, halves, folder=tmp_path / "again", start="tiny")
    assert again.run.model.read_bytes() == result.run.model.read_bytes()


def test_a_run_goes_on_only_from_where_it_started(halves, tmp_path):
    recipe = load_recipe("fast", SHORT)
    train(recipe, halves, folder=tmp_path / "run", start="tiny")
    with pytest.raises(RunError, match=r"recipe|model to start from"):
        train(recipe, halves, folder=tmp_path / "run", resume=True)


def test_another_form_is_refused(tmp_path):
    pixels = np.zeros((20, 32, 32, 3), np.uint8)
    pixels[::2] += 100
    split = Split(pixels, np.arange(20) % 2)
    colour = Dataset("c", "here", ("a", "b"), Intake(Form(32, 32, 3)), lambda: split, lambda: split)
    with pytest.raises(RunError, match="28x28 grey, as tiny takes them, received 32x32 colour"):
        train(load_recipe("fast", SHORT), colour, folder=tmp_path / "run", start="tiny")


def test_what_is_no_model_is_refused(tmp_path):
    (tmp_path / "model.onnx").write_bytes(b"hello")
    with pytest.raises(ModelFileError):
        read_start(tmp_path)
