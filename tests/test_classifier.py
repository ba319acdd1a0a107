"""The model file: what PyTorch computes, in a file that needs no PyTorch."""

import copy
import json
import pickle
import shutil
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import onnx
import pytest
import torch
from safetensors.torch import load_file

from hemline import Classifier
from hemline.errors import ModelFileError, PixelsError
from hemline.networks import Convolution, Inputs, Network
from hemline.training.calibration import Calibration
from hemline.training.export import export_model
from hemline.training.finishing import finish
from hemline.training.material import Material
from tests.networks.building import build
from tests.unsealed import load_unsealed


def rounded(network: Network) -> Network:
    """The network with its filters as a file keeps them, in half precision."""
    with torch.no_grad():
        for layer in network.modules():
            if isinstance(layer, Convolution):
                layer.weight.copy_(layer.weight.half())
    return network


def facts_of(dataset):
    """What a model file has to say, whatever was trained."""
    return {
        **{key: {} for key in ("versions", "figures")},
        **dict.fromkeys(("seed", "parameters"), 0),
        "recipe": {"name": "own", "network": "mlp", "widths": []},
        "layers": [],
        "data": {"name": dataset.name, "drawn": dataset.drawn, "n": 0, "sha256": ""},
        "classes": dataset.classes,
        "intake": dataset.intake.describe(),
    }


def by_pytorch(result, pixels, dataset):
    """Logits of a run's checkpoint, computed by PyTorch."""
    mirrored = result.recipe.test_time_flip
    mean = Inputs.of(dataset.train.pixels, dataset.form).mean
    network = build(result.recipe.network, result.recipe.widths, 0, mirrored=mirrored, mean=mean)
    tensors = load_file(result.run.checkpoint)
    state = {k.removeprefix("network."): v for k, v in tensors.items() if k.startswith("network.")}
    network.load_state_dict(state)
    with torch.no_grad():
        return rounded(network).eval()(torch.tensor(pixels))


def assert_file_is_network(result, dataset, count=None):
    pixels = dataset.test.pixels[:count]
    classifier = Classifier.load(result.run.model)
    logits = by_pytorch(result, pixels, dataset)
    probabilities = logits.softmax(1).numpy()
    assert np.abs(classifier.predict_proba(pixels) - probabilities).max() <= 1e-5
    assert np.abs(classifier.logits(pixels) - logits.numpy()).max() <= 1e-3
    assert (classifier.predict(pixels) == probabilities.argmax(1)).all()


def test_pytorch_and_the_file_agree_on_all_real_test_pictures(real, real_run):
    assert_file_is_network(real_run, real)


def test_pytorch_and_the_file_agree_on_sketches(sketches, small_run):
    assert_file_is_network(small_run, sketches)


def test_pytorch_and_the_file_agree_on_a_convolutional_network(sketches, conv_run):
    assert_file_is_network(conv_run, sketches, 500)


@pytest.fixture
def classifier(small_run):
    return Classifier.load(small_run.run.folder)


@pytest.mark.parametrize(
    ("flip", "calibration"),
    [(False, None), (True, Calibration(2.0, -0.6)), (False, Calibration(0.5, 0.3))],
)
@pytest.mark.parametrize(
    ("network", "widths", "dropout"),
    [("conv", (16, 24, 32, 16), 0), ("residual", (16, 24, 8), 0), ("mlp", (40, 30), 0.5)],
)
def test_pytorch_and_the_file_agree_on_every_kind_of_network(
    network, widths, dropout, flip, calibration, sketches, tmp_path
):
    built = build(network, widths, 1, mirrored=flip, dropout=dropout)
    rounded(built)
    pixels = torch.tensor(sketches.test.pixels)
    built.train()(pixels)  # running statistics that are not those of the beginning
    metadata = facts_of(sketches)
    places, labels = torch.arange(1500), torch.tensor(sketches.test.labels)
    material = Material(pixels, labels, places, torch.arange(1500, 2000), places[:0], 2000)
    finished = finish(built, material, classes=10, calibrate=False, bfloat16=False)
    finished = finished._replace(calibration=calibration)
    (tmp_path / "model.onnx").write_bytes(export_model(built, metadata, finished))
    with torch.no_grad():
        expected = built.eval()(pixels)
        expected = calibration.of(expected) if calibration else expected
        score = finished.score.of(built.features(pixels))
    classifier = Classifier.load(tmp_path)
    mine, answer = classifier.logits(sketches.test.pixels), classifier.answer(sketches.test.pixels)
    assert np.abs(mine - expected.numpy()).max() < 1e-4 * max(1, expected.abs().max())
    assert np.abs(answer.ood_score - score.numpy()).max() < 1e-3 * max(1, score.abs().max())
    assert classifier.threshold == finished.threshold


def test_filters_are_kept_in_half_precision_and_nothing_else_is(conv_run):
    stored = {w.name: w.data_type for w in onnx.load(conv_run.run.model).graph.initializer}
    halves = {name for name, kind in stored.items() if kind == onnx.TensorProto.FLOAT16}
    assert halves == {name for name in stored if name.startswith("conv_")}
    assert len(halves) == len(conv_run.recipe.widths) + 1


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))])
def test_a_copy_answers_alike_and_needs_no_file(copied, small_run, sketches, tmp_path):
    shutil.copy(small_run.run.model, tmp_path / "model.onnx")
    classifier = Classifier.load(tmp_path / "model.onnx")
    (tmp_path / "model.onnx").unlink()
    twin = copied(classifier)
    some = sketches.test.pixels[:50]
    assert (twin.predict_proba(some) == classifier.predict_proba(some)).all()
    assert (twin.path, twin.threshold) == (classifier.path, classifier.threshold)
    assert twin.classes_.tolist() == classifier.classes_.tolist()


def test_other_processes_take_a_classifier(small_run, sketches):
    classifier = Classifier.load(small_run.run.model)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        theirs = pool.submit(classifier.predict, sketches.test.pixels[:20]).result()
    assert (theirs == classifier.predict(sketches.test.pixels[:20])).all()


def test_probabilities_are_probabilities(classifier, sketches):
    probabilities = classifier.predict_proba(sketches.test.pixels)
    assert probabilities.dtype == np.float32
    assert probabilities.shape == (2000, 10)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    assert (probabilities >= 0).all()


def test_a_picture_gets_the_same_answer_alone_and_among_others(classifier, sketches):
    pixels = sketches.test.pixels[:50]
    alone = np.concatenate([classifier.predict_proba(picture) for picture in pixels])
    assert np.allclose(alone, classifier.predict_proba(pixels), atol=1e-6)


def test_no_pictures_give_no_answers(classifier):
    assert classifier.predict_proba(np.zeros((0, 28, 28), np.uint8)).shape == (0, 10)


def test_score_counts_right_answers(classifier, sketches):
    pixels, labels = sketches.test.pixels[:99], sketches.test.labels[:99]
    right = sum(classifier.predict(p)[0] == a for p, a in zip(pixels, labels, strict=True))
    assert classifier.score(pixels, labels) == right / 99


def test_scaled_pixels_are_refused_rather_than_scaled_twice(classifier, sketches):
    with pytest.raises(PixelsError, match="network scales by itself"):
        classifier.predict(sketches.test.pixels / 255)


def test_the_file_says_what_it_is(small_run, classifier, sketches):
    assert tuple(classifier.classes_) == sketches.classes
    metadata = classifier.metadata
    assert metadata["recipe"]["name"] == "seed"
    assert metadata["recipe"]["epochs"] == 2
    assert (metadata["seed"], metadata["parameters"]) == (0, 101_770)
    assert [layer["parameters"] for layer in metadata["layers"]] == [0, 0, 100_480, 1_290]
    assert metadata["data"]["sha256"] == sketches.train.checksum
    assert metadata["data"]["drawn"] is True
    assert metadata["figures"]["train_accuracy"] == small_run.epochs[-1].accuracy
    assert {"python", "hemline", "torch"} <= metadata["versions"].keys()


def test_the_file_is_valid_onnx_without_external_data(small_run):
    model = onnx.load(small_run.run.model)
    onnx.checker.check_model(model, full_check=True)
    assert all(not weight.external_data for weight in model.graph.initializer)


def test_prediction_works_where_pytorch_cannot_be_imported(small_run):
    code = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "onnx", "safetensors"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Refuse())
from hemline import Classifier, evaluate, open_dataset
classifier, test = Classifier.load(sys.argv[1]), open_dataset("sketches").test
print(evaluate(classifier, test.pixels, test.labels).accuracy)
"""
    command = [sys.executable, "-c", code, str(small_run.run.model)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert float(done.stdout) > 0.5


def _other_model(path, **changes):
    model = load_unsealed(path)
    if "name" in changes:
        model.graph.input[0].name = changes["name"]
        model.graph.node[0].input[0] = changes["name"]
    for entry in list(model.metadata_props):
        if entry.key == changes.get("without"):
            model.metadata_props.remove(entry)
        if entry.key in changes:
            entry.value = changes[entry.key]
    return model.SerializeToString()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda path: b"hello", "not ONNX or is damaged"),
        (lambda path: path.read_bytes()[:5000], "not ONNX or is damaged"),
        (lambda path: _other_model(path, name="x"), r"with \[\('x'"),
        (lambda path: _other_model(path, without="format"), "format hemline/2"),
        (lambda path: _other_model(path, without="data"), "format hemline/2"),
        (lambda path: _other_model(path, classes="[1, 2]"), "format hemline/2"),
        (lambda path: _other_model(path, seed="not json"), "format hemline/2"),
        (lambda path: _other_model(path, format=json.dumps("hemline/9")), "format hemline/2"),
    ],
)
def test_other_files_are_refused(change, sentence, small_run, tmp_path):
    path = tmp_path / "other.onnx"
    path.write_bytes(change(small_run.run.model))
    with pytest.raises(ModelFileError, match=sentence):
        Classifier.load(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ModelFileError, match="No such file"):
        Classifier.load(tmp_path)
