"""The Keras file: the model file's network and weights, for those who have only Keras."""

import importlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from onnx import helper, numpy_helper

from hemline import Classifier
from hemline.errors import HemlineError, ModelFileError
from hemline.keras_file import write_keras
from hemline.keras_file.backend import choose_backend
from hemline.pixels import Form
from hemline.training.calibration import Calibration
from tests.unsealed import load_unsealed
from tests.untrained import pictures, write_untrained

# What a user of Keras does, in a process that knows nothing of Hemline.
OPEN = """
import contextlib, io, json, sys
import keras, numpy as np
network = keras.saving.load_model(sys.argv[1], safe_mode=True)
logits = network.predict(np.load(sys.argv[2]), verbose=0)
np.save(sys.argv[3], logits)
with contextlib.redirect_stdout(io.StringIO()) as summary:
    network.summary()
print(json.dumps({
    "hemline": "hemline" in sys.modules,
    "kind": type(network).__name__,
    "parameters": network.count_params(),
    "optimiser": type(network.optimizer).__name__,
    "summary": summary.getvalue(),
}))
"""


@pytest.fixture(autouse=True)
def on_pytorch(monkeypatch):
    """Keras on PyTorch, whatever this machine's user has chosen."""
    monkeypatch.setenv("KERAS_BACKEND", "torch")


def written(model, folder):
    """The Keras network of a model file, written and opened, and its classifier."""
    import keras

    classifier = Classifier.load(model)
    file = write_keras(classifier, folder / "written.keras")
    return keras.saving.load_model(file.path, safe_mode=True), classifier


def opened_elsewhere(model, pixels, folder):
    """What a fresh process says of a Keras file, and its logits."""
    file = write_keras(Classifier.load(model), folder / "fresh.keras")
    np.save(folder / "pixels.npy", pixels)
    paths = [str(path) for path in (file.path, folder / "pixels.npy", folder / "logits.npy")]
    command = [sys.executable, "-c", OPEN, *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder)
    assert done.stderr == ""
    return json.loads(done.stdout), np.load(folder / "logits.npy")


def difference(network, classifier, pixels):
    logits = network.predict(pixels, batch_size=500, verbose=0)
    assert logits.dtype == np.float32
    return np.abs(logits - classifier.logits(pixels)).max()


def changed(model, path, change):
    """A model file whose graph went through `change`."""
    loaded = load_unsealed(model)
    change(loaded.graph)
    path.write_bytes(loaded.SerializeToString())
    return path


def test_the_notebooks_network_comes_back_as_it_was(small_run, sketches, tmp_path):
    facts, logits = opened_elsewhere(small_run.run.model, sketches.test.pixels, tmp_path)
    assert facts["kind"] == "Sequential"
    assert (facts["parameters"], facts["optimiser"]) == (101_770, "Adam")
    rows = [line.split("│")[1:4] for line in facts["summary"].splitlines() if "│" in line]
    assert [[cell.strip() for cell in row] for row in rows] == [
        ["rescaling (Rescaling)", "(None, 28, 28)", "0"],
        ["flatten (Flatten)", "(None, 784)", "0"],
        ["dense (Dense)", "(None, 128)", "100,480"],
        ["dense_1 (Dense)", "(None, 10)", "1,290"],
    ]
    assert "Trainable params: 101,770" in facts["summary"]
    expected = Classifier.load(small_run.run.model).logits(sketches.test.pixels)
    assert np.abs(logits - expected).max() < 1e-4
    assert not facts["hemline"]


def test_the_activations_are_the_notebooks(small_run, tmp_path):
    network, _ = written(small_run.run.model, tmp_path)
    hidden, head = network.layers[2:]
    assert (hidden.activation.__name__, head.activation.__name__) == ("relu", "linear")
    assert network.layers[0].scale == pytest.approx(1 / 255, rel=1e-6)
    assert network.loss.from_logits


def test_nothing_in_the_file_belongs_to_one_backend(conv_run, tmp_path):
    file = write_keras(Classifier.load(conv_run.run.model), tmp_path / "model.keras")
    with zipfile.ZipFile(file.path) as archive:
        content = archive.read("config.json").decode()
    assert "torch" not in content
    assert "keras.src.backend" not in content
    compiled = json.loads(content)["compile_config"]
    assert (compiled["optimizer"], compiled["jit_compile"]) == ("adam", "auto")


def test_two_views_open_in_a_fresh_process_in_safe_mode(conv_run, sketches, tmp_path):
    facts, logits = opened_elsewhere(conv_run.run.model, sketches.test.pixels, tmp_path)
    expected = Classifier.load(conv_run.run.model).logits(sketches.test.pixels)
    assert np.abs(logits - expected).max() < 1e-4
    assert facts["kind"] == "Functional"
    assert not facts["hemline"]


def test_it_agrees_with_the_model_file_on_all_real_test_pictures(real, real_run, tmp_path):
    assert difference(*written(real_run.run.model, tmp_path), real.test.pixels) < 1e-4


def test_two_views_agree_on_all_real_test_pictures(real, conv_run, tmp_path):
    assert difference(*written(conv_run.run.model, tmp_path), real.test.pixels) < 1e-4


FASHION = Form(28, 28, 1, "dark")


@pytest.mark.parametrize(
    ("kind", "widths", "form", "classes", "mirrored"),
    [
        ("mlp", (40, 30), FASHION, 10, False),
        ("mlp", (40, 30), FASHION, 10, True),
        ("conv", (16, 24, 8), FASHION, 10, False),
        ("conv", (8, 12, 16, 20), FASHION, 10, True),
        ("residual", (16, 24, 8), FASHION, 10, True),
        ("mlp", (20,), Form(9, 14, 3, "bright"), 2, True),
        ("conv", (8, 16), Form(32, 32, 3), 1000, True),
        ("residual", (8, 16), Form(64, 48, 3), 136, False),
        ("conv", (8, 8), Form(67, 90, 1), 2, False),  # squares that do not fill the picture
        ("residual", (8, 8), Form(224, 224, 3), 3, True),
    ],
)
def test_every_kind_of_network_has_a_keras_form(kind, widths, form, classes, mirrored, tmp_path):
    calibration = Calibration(1.7, -0.4) if mirrored else None
    options = {"kind": kind, "widths": widths, "calibration": calibration, "mirrored": mirrored}
    names = [f"class {place}" for place in range(classes)]
    built = write_untrained(tmp_path / "model.onnx", names, form, **options)
    network, classifier = written(tmp_path, tmp_path)
    assert network.input_shape == (None, *form.shape)
    assert network.output_shape == (None, classes)
    assert difference(network, classifier, pictures(form, 50, seed=1)) < 1e-4
    trained = sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)
    assert trained == built.parameter_count


def test_colour_and_patches_open_in_a_fresh_process_in_safe_mode(tmp_path):
    form = Form(100, 130, 3, "bright")
    write_untrained(tmp_path / "model.onnx", ["a", "b"], form, kind="residual", mirrored=True)
    pixels = pictures(form, 20)
    facts, logits = opened_elsewhere(tmp_path / "model.onnx", pixels, tmp_path)
    expected = Classifier.load(tmp_path / "model.onnx").logits(pixels)
    assert np.abs(logits - expected).max() < 1e-4
    assert not facts["hemline"]


@pytest.mark.parametrize("run", ["small_run", "conv_run"])
def test_keras_scores_what_hemline_scores_and_can_go_on_training(run, request, sketches, tmp_path):
    network, classifier = written(request.getfixturevalue(run).run.model, tmp_path)
    pixels, labels = sketches.test.pixels, sketches.test.labels
    _, accuracy = network.evaluate(pixels, labels, verbose=0)
    assert accuracy == pytest.approx(classifier.score(pixels, labels), abs=1e-6)
    before = [np.array(weight) for weight in network.get_weights()]
    history = network.fit(pixels[:32], labels[:32], epochs=1, verbose=0).history
    assert np.isfinite(history["loss"][0])
    assert all((a != b).any() for a, b in zip(before, network.get_weights(), strict=True))


def test_a_kind_of_node_without_a_keras_form_is_refused(small_run, tmp_path):
    def soften(graph):
        next(node for node in graph.node if node.op_type == "Relu").op_type = "Softplus"

    classifier = Classifier.load(changed(small_run.run.model, tmp_path / "soft.onnx", soften))
    with pytest.raises(ModelFileError, match=r"soft\.onnx with Softplus; this network has no"):
        write_keras(classifier, tmp_path / "soft.keras")
    assert not (tmp_path / "soft.keras").exists()


def test_what_would_compute_something_else_never_appears(conv_run, tmp_path):
    def turn_upside_down(graph):
        slicing = next(node for node in graph.node if node.op_type == "Slice")
        axis = next(entry for entry in graph.initializer if entry.name == slicing.input[3])
        axis.CopyFrom(numpy_helper.from_array(np.array([1]), axis.name))

    model = changed(conv_run.run.model, tmp_path / "turned.onnx", turn_upside_down)
    file = tmp_path / "turned.keras"
    file.write_text("as it was")
    with pytest.raises(ModelFileError, match="received logits that differ by"):
        write_keras(Classifier.load(model), file)
    assert file.read_text() == "as it was"
    assert {path.name for path in tmp_path.iterdir()} == {"turned.onnx", "turned.keras"}


def test_padding_that_keras_has_no_word_for_is_refused(conv_run, tmp_path):
    def widen(graph):
        convolution = next(node for node in graph.node if node.op_type == "Conv")
        convolution.attribute.remove(next(a for a in convolution.attribute if a.name == "pads"))
        convolution.attribute.append(helper.make_attribute("pads", [2, 2, 0, 0]))

    classifier = Classifier.load(changed(conv_run.run.model, tmp_path / "wide.onnx", widen))
    with pytest.raises(ModelFileError, match=r"received Conv with pads \[2, 2, 0, 0\]"):
        write_keras(classifier, tmp_path / "wide.keras")


@pytest.mark.parametrize(
    ("kind", "option"), [("Transpose", "order"), ("Slice", "axes")], ids=lambda word: word
)
def test_what_is_turned_or_cut_otherwise_is_refused(kind, option, tmp_path):
    def change(graph):
        node = next(node for node in graph.node if node.op_type == kind)
        if kind == "Transpose":
            node.attribute[0].CopyFrom(helper.make_attribute("perm", [0, 3, 2, 1]))
            return
        axes = next(entry for entry in graph.initializer if entry.name == node.input[3])
        axes.CopyFrom(numpy_helper.from_array(np.array([3, 2]), axes.name))

    form = Form(67, 67, 3)
    write_untrained(tmp_path / "model.onnx", ["a", "b"], form)
    model = changed(tmp_path / "model.onnx", tmp_path / "changed.onnx", change)
    with pytest.raises(ModelFileError, match=f"received {kind} with {option}"):
        write_keras(Classifier.load(model), tmp_path / "changed.keras")


def test_another_suffix_is_refused(small_run, tmp_path):
    with pytest.raises(HemlineError, match=r"ends in \.keras, received .*\.h5; name it"):
        write_keras(Classifier.load(small_run.run.model), tmp_path / "model.h5")


class TestBackend:
    """PyTorch, unless somebody has said otherwise."""

    @pytest.fixture(autouse=True)
    def before_keras(self, monkeypatch):
        monkeypatch.delitem(sys.modules, "keras", raising=False)
        monkeypatch.delenv("KERAS_BACKEND")

    @pytest.fixture
    def with_jax(self, monkeypatch):
        found = importlib.util.find_spec

        def find(name, package=None):
            return object() if name == "jax" else found(name, package)

        monkeypatch.setattr(importlib.util, "find_spec", find)

    def configure(self, content):
        folder = Path.home() / ".keras"
        folder.mkdir()
        (folder / "keras.json").write_text(content)

    def chosen(self):
        choose_backend()
        return os.environ["KERAS_BACKEND"]

    def test_nobody_has_said_anything(self):
        assert self.chosen() == "torch"

    def test_the_configuration_counts(self, with_jax):
        self.configure('{"backend": "jax"}')
        assert self.chosen() == "jax"

    @pytest.mark.parametrize("content", ['{"backend": "nowhere"}', "{}", "no JSON", "[]"])
    def test_a_configuration_of_no_use_does_not_count(self, content):
        self.configure(content)
        assert self.chosen() == "torch"

    def test_the_environment_comes_first(self, with_jax, monkeypatch):
        self.configure('{"backend": "torch"}')
        monkeypatch.setenv("KERAS_BACKEND", "jax")
        assert self.chosen() == "jax"

    def test_the_environment_must_name_what_is_installed(self, monkeypatch):
        monkeypatch.setenv("KERAS_BACKEND", "nowhere")
        with pytest.raises(HemlineError, match="received nowhere; install it"):
            choose_backend()

    def test_a_keras_that_is_there_stays_as_it_is(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "keras", object())
        choose_backend()
        assert "KERAS_BACKEND" not in os.environ
