"""A model of other classes, another form and another intake, over HTTP."""

import json
import shutil

import httpx
import numpy as np
import pytest
import tritonclient.http as triton
from PIL import Image

from hemline.classifier import Classifier
from hemline.photos import see
from tests.serving.conftest import encoded
from tests.serving.own import COLOUR, NAMES
from tests.serving.running import request, serve, until
from tests.unsealed import load_unsealed

INFER = "/v2/models/model/infer"


@pytest.fixture(scope="module")
def classifier(runs):
    return Classifier.load(runs("colour"))


@pytest.fixture(scope="module")
def pictures():
    return np.random.default_rng(1).integers(0, 256, (7, *COLOUR.form.shape), np.uint8)


def test_the_metadata_are_those_of_the_model(own, classifier):
    described = own.get("/v2/models/model").json()
    assert described["inputs"] == [
        {"name": "pixels", "datatype": "UINT8", "shape": [-1, 40, 48, 3]}
    ]
    assert [output["shape"] for output in described["outputs"]] == [[-1, len(NAMES)], [-1], [-1]]
    assert described["parameters"] == {
        "classes": list(NAMES),
        "threshold": classifier.threshold,
        "form": {"height": 40, "width": 48, "channels": 3, "background": ""},
        "intake": {"fit": "pad", "find": ""},
    }


def test_the_page_learns_the_same(own):
    about = own.get("/about").json()
    assert (about["classes"], about["trained_on"]) == (list(NAMES), "Farben <i>und</i> 靴")
    assert (about["form"], about["intake"]) == (COLOUR.form.describe(), COLOUR.describe())


@pytest.mark.parametrize("binary", [True, False])
def test_tensors_have_the_models_shape(own, classifier, pictures, binary):
    tensor = triton.InferInput("pixels", list(pictures.shape), "UINT8")
    tensor.set_data_from_numpy(pictures, binary_data=binary)
    with triton.InferenceServerClient(own.url.removeprefix("http://")) as client:
        answered = client.infer("model", [tensor])
    expected = classifier.answer(pictures)
    np.testing.assert_allclose(
        answered.as_numpy("probabilities"), expected.probabilities, atol=1e-5
    )
    np.testing.assert_allclose(
        answered.as_numpy("ood_score"), expected.ood_score, rtol=1e-4, atol=1e-4
    )
    np.testing.assert_array_equal(answered.as_numpy("label"), expected.labels)


@pytest.mark.parametrize("shape", [(1, 28, 28), (1, 40, 48), (1, 48, 40, 3), (1, 40, 48, 4)])
def test_tensors_of_another_shape_are_refused(own, shape):
    answer = own.post(INFER, json=request(np.zeros(shape, np.uint8)))
    assert answer.status_code == 400
    assert "shape (n, 40, 48, 3)" in answer.json()["error"]


def test_as_many_pictures_at_once_as_their_size_allows(own, classifier):
    most = 2_000_000 // COLOUR.form.values
    many = np.full((most + 1, *COLOUR.form.shape), 200, np.uint8)
    answer = own.post(INFER, json=request(many[:most]))
    assert answer.json()["outputs"][1]["data"] == [int(classifier.predict(many[0])[0])] * most
    answer = own.post(INFER, json=request(many))
    assert (answer.status_code, f"at most {most}" in answer.json()["error"]) == (400, True)
    answer = own.post(INFER, content=b" " * (4 * many[1:].size + 200_000))
    assert answer.status_code == 413


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA"])
def test_a_picture_file_goes_through_the_models_intake(own, classifier, mode):
    noise = np.random.default_rng(2).integers(0, 256, (9, 7, 4), np.uint8)
    picture = Image.fromarray(noise).resize((90, 70)).convert(mode)
    content = encoded(picture)
    [said] = own.post("/classify?seen=1&steps=1", content=content).json()["pictures"]
    pixels = see(content, COLOUR).pixels
    np.testing.assert_array_equal(said["pixels"], pixels)
    assert list(said["steps"]) == ["photo", "seen"]
    expected = classifier.answer(pixels)
    for name, share in said["probabilities"].items():
        assert share == pytest.approx(expected.probabilities[0, NAMES.index(name)], abs=1e-5)
    assert len(said["probabilities"]) == len(NAMES)
    assert said["class_name"] == NAMES[said["label"]] == NAMES[expected.labels[0]]


def test_predictions_are_counted_by_the_models_classes(own, pictures):
    before = counted(own)
    labels = own.post(INFER, json=request(pictures)).json()["outputs"][1]["data"]
    for label, name in enumerate(NAMES):
        assert counted(own).get(name, 0) - before.get(name, 0) == labels.count(label)
    assert "hemline_out_of_distribution_pictures_total" in own.get("/metrics").text


def counted(server):
    lines = server.get("/metrics").text.splitlines()
    begin = 'hemline_predictions_total{class="'
    rows = [line.removeprefix(begin).split('"} ') for line in lines if line.startswith(begin)]
    return {name: float(count) for name, count in rows}


def test_of_a_thousand_classes_the_likeliest_are_named(runs, tmp_path):
    classifier = Classifier.load(runs("thousand"))
    picture = np.full((8, 16), 230, np.uint8)
    with serve(runs("thousand"), log=tmp_path / "log") as server:
        [said] = server.post("/classify", content=encoded(picture)).json()["pictures"]
        [longer] = server.post("/classify?top=1000", content=encoded(picture)).json()["pictures"]
        described = server.get("/v2/models/model").json()
    shares = classifier.predict_proba(picture)[0]
    assert list(said["probabilities"]) == [str(one) for one in np.argsort(-shares)[:10]]
    assert sum(longer["probabilities"].values()) == pytest.approx(1, abs=1e-4)
    assert described["outputs"][0]["shape"] == [-1, 1000]


def test_a_new_model_may_have_another_form(model_file, runs, pixels, tmp_path):
    path = shutil.copy(model_file, tmp_path / "model.onnx")
    with serve(path, log=tmp_path / "log") as server:
        old = server.version
        shutil.copy(runs("two") / "model.onnx", tmp_path / "new").replace(path)
        until(lambda: server.version != old)
        assert server.get("/about").json()["classes"] == ["no", "yes"]
        assert server.post(INFER, json=request(pixels)).status_code == 400
        own = np.zeros((2, 32, 32), np.uint8)
        assert server.post(INFER, json=request(own)).status_code == 200
        assert server.post("/classify", content=encoded(own[0])).status_code == 200
        bright = server.post("/classify", content=encoded(255 - own[0]))
    assert (bright.status_code, "dark on bright" in bright.json()["error"]) == (400, True)


def test_a_model_without_probabilities_is_not_served(runs, program, tmp_path):
    import onnx
    from onnx import numpy_helper

    model = load_unsealed(runs("two") / "model.onnx")
    for weights in model.graph.initializer:
        if weights.name.startswith("logits"):
            values = numpy_helper.to_array(weights)
            weights.CopyFrom(numpy_helper.from_array(values * np.nan, weights.name))
    onnx.save(model, tmp_path / "model.onnx")
    done = program("serve", tmp_path / "model.onnx")
    assert done.returncode == 2
    assert done.stderr.startswith("hemline: Expected probabilities that sum to 1")


def test_names_are_sent_as_they_are(own, pictures):
    content = encoded(pictures[0])
    answer = httpx.post(f"{own.url}/classify", content=content)
    assert answer.headers["content-type"] == "application/json"
    assert set(json.loads(answer.content)["pictures"][0]["probabilities"]) == set(NAMES)
