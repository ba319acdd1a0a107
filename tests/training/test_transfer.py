"""Starting from a trained model: its features, a new head, and nothing of it forgotten."""

import json

import numpy as np
import onnx
import pytest
import torch

from hemline import Classifier, train
from hemline.data import Dataset, Split
from hemline.errors import ModelFileError, RunError
from hemline.models import find_model
from hemline.photos import Intake
from hemline.pixels import Form
from hemline.training import load_recipe
from hemline.training.transfer import _trained, read_start
from tests.networks.building import build
from tests.unsealed import load_unsealed

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


def with_recipe(path, **changes):
    """A model of the box that says something else of its network."""
    model = load_unsealed(find_model("tiny"))
    entry = next(entry for entry in model.metadata_props if entry.key == "recipe")
    entry.value = json.dumps(json.loads(entry.value) | changes)
    path.write_bytes(model.SerializeToString())
    return path


@pytest.mark.parametrize(
    "changes",
    [
        {"network": "transformer"},
        {"widths": [10**30, 16, 16]},
        {"widths": [0, 16, 16]},
        {"widths": [-8, 16, 16]},
        {"widths": [8] * 10_000},
        {"widths": [100_000, 100_000, 100_000]},
        {"network": "mlp", "widths": [10**9]},
    ],
)
def test_a_recipe_that_the_weights_cannot_be_of_is_refused(changes, tmp_path):
    with pytest.raises(ModelFileError, match="a network that can be trained further"):
        read_start(with_recipe(tmp_path / "model.onnx", **changes))


@pytest.mark.parametrize(
    "changes", [{"widths": [8, 8, 16]}, {"network": "mlp", "widths": [16]}, {"network": "conv"}]
)
def test_weights_of_another_network_are_refused(changes, tmp_path):
    start = read_start(with_recipe(tmp_path / "model.onnx", **changes))
    network = build(start.network, start.widths, 0, mean=start.mean[:1], outputs=10)
    with pytest.raises(ModelFileError, match="a network that can be trained further"):
        start.give(network)


@pytest.mark.parametrize("network", ["conv", "residual"])
@pytest.mark.parametrize("change", ["none", "first", "itself"])
def test_a_model_that_takes_no_known_mean_off_is_refused(network, change, tmp_path):
    """Nothing is taken off, or what belongs to the score, or something that is no weight."""
    model = onnx.load(with_recipe(tmp_path / "model.onnx", network=network))
    subtractions = [node for node in model.graph.node if node.op_type == "Sub"]
    for node in subtractions if change == "none" else subtractions[:1]:
        if change == "itself":
            node.input[1] = node.input[0]
        else:
            node.op_type = "Add"
    path = tmp_path / "other.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ModelFileError, match="a network that can be trained further"):
        read_start(path)
