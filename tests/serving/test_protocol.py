"""The Open Inference Protocol v2, by a public client and by hand."""

import gzip
import json
import re

import httpx
import numpy as np
import pytest
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

from hemline.errors import PixelsError
from hemline.photos import Intake
from hemline.photos.fitting import fit_pixels
from hemline.pixels import Form
from hemline.serving.refusals import RefusedError
from hemline.serving.tensors import most_pictures, parse
from tests.serving.running import request


@pytest.fixture
def client(server):
    with triton.InferenceServerClient(server.url.removeprefix("http://")) as made:
        yield made


def asked(pixels, *, binary=True):
    tensor = triton.InferInput("pixels", list(pixels.shape), "UINT8")
    tensor.set_data_from_numpy(pixels, binary_data=binary)
    return tensor


def test_a_public_client_finds_its_way(client):
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready("garments")
    assert client.get_server_metadata()["extensions"] == ["binary_tensor_data"]
    [listed] = client.get_model_repository_index()
    assert listed == {"name": "garments", "state": "READY"}
    described = client.get_model_metadata("garments")
    [version] = described["versions"]
    assert client.is_model_ready("garments", version)
    assert described["inputs"] == [{"name": "pixels", "datatype": "UINT8", "shape": [-1, 28, 28]}]
    assert [out["name"] for out in described["outputs"]] == ["probabilities", "label", "ood_score"]
    assert [out["shape"] for out in described["outputs"]] == [[-1, 10], [-1], [-1]]
    assert described["parameters"]["classes"][1] == "Trouser"
    assert described["parameters"]["form"]["background"] == "dark"
    assert described["parameters"]["intake"] == {"fit": "pad", "find": "garment", "eye": 1}


def test_health_says_what_clients_of_kserve_read(server):
    told = {
        "/v2/health/live": {"live": True},
        "/v2/health/ready": {"ready": True},
        "/v2/models/garments/ready": {"name": "garments", "ready": True},
    }
    for path, answer in told.items():
        assert server.get(path).json() == answer


@pytest.mark.parametrize("binary_in", [True, False])
@pytest.mark.parametrize("binary_out", [True, False])
@pytest.mark.parametrize("coding", [None, "gzip", "deflate"])
def test_a_public_client_gets_what_the_classifier_says(
    client, classifier, pixels, binary_in, binary_out, coding
):
    names = ("probabilities", "label", "ood_score")
    answered = client.infer(
        "garments",
        [asked(pixels, binary=binary_in)],
        outputs=[triton.InferRequestedOutput(name, binary_data=binary_out) for name in names],
        request_id="seven",
        request_compression_algorithm=coding,
        response_compression_algorithm=coding,
    )
    expected = classifier.answer(pixels)
    np.testing.assert_allclose(
        answered.as_numpy("probabilities"), expected.probabilities, atol=1e-5
    )
    np.testing.assert_array_equal(answered.as_numpy("label"), expected.labels)
    np.testing.assert_allclose(answered.as_numpy("ood_score"), expected.ood_score, rtol=1e-4)
    assert answered.get_response()["id"] == "seven"


def test_outputs_left_out_are_all_of_them_and_one_may_be_asked_for(client, pixels):
    everything = client.infer("garments", [asked(pixels)]).get_response()["outputs"]
    assert [output["name"] for output in everything] == ["probabilities", "label", "ood_score"]
    label = [triton.InferRequestedOutput("label", binary_data=False)]
    [one] = client.infer("garments", [asked(pixels)], outputs=label).get_response()["outputs"]
    assert one == {
        "name": "label",
        "datatype": "INT64",
        "shape": [10],
        "data": one["data"],
    }


def test_a_version_is_asked_for_by_name(client, pixels):
    [version] = client.get_model_metadata("garments")["versions"]
    answered = client.infer("garments", [asked(pixels)], model_version=version)
    assert answered.get_response()["model_version"] == version
    with pytest.raises(InferenceServerException, match="Expected the model garments") as raised:
        client.infer("garments", [asked(pixels)], model_version="2")
    assert raised.value.status() == "404"
    assert not client.is_model_ready("garments", "2")


def test_an_unknown_model_is_not_found(client, pixels):
    with pytest.raises(InferenceServerException, match="received 'bags'") as raised:
        client.infer("bags", [asked(pixels)])
    assert raised.value.status() == "404"


@pytest.mark.parametrize("nested", [True, False])
def test_json_may_be_nested_like_the_shape_or_flat(server, classifier, pixels, nested):
    body = request(pixels)
    if nested:
        body["inputs"][0]["data"] = pixels.tolist()
    outputs = server.post("/v2/models/garments/infer", json=body).json()["outputs"]
    assert outputs[1]["data"] == classifier.predict(pixels).tolist()


def changed(**changes):
    def change(body):
        body["inputs"][0] |= changes

    return change


def set_outputs(*outputs):
    return lambda body: body.update(outputs=list(outputs))


BAD = {
    "datatype": changed(datatype="FP32"),
    "name": changed(name="images"),
    "floats": changed(data=[0.5] * 7840),
    "above 255": changed(data=[256] * 7840),
    "below 0": changed(data=[-1] * 7840),
    "huge": changed(data=[10**30] * 7840),
    "words": changed(data=["a"] * 7840),
    "truths": changed(data=[True] * 7840),
    "a truth among numbers": changed(data=[1] * 7839 + [True]),
    "a float among numbers": changed(data=[1] * 7839 + [1.0]),
    "a number as a word": changed(data=[1] * 7839 + ["1"]),
    "an object": changed(data=[1] * 7839 + [{}]),
    "one word longer than all others": changed(data=["a" * 100_000] + ["a"] * 7839),
    "nothing": changed(data=[None] * 7840),
    "ragged": changed(data=[[1, 2], [3]]),
    "ragged, of the right count": changed(data=[[1] * 784] * 9 + [[1] * 700, [1] * 84]),
    "lists and numbers": changed(shape=[2, 2], data=[[1, 2], 3, 4]),
    "nested more deeply than the shape": changed(data=[[[[[1] * 28] * 28]]] * 10),
    "deep": changed(data=json.loads("[" * 100 + "1" + "]" * 100)),
    "too few": changed(data=[1] * 7839),
    "other shape": changed(shape=[10, 784, 1]),
    "no pictures": changed(shape=[0, 28, 28], data=[]),
    "shape below 0": changed(shape=[-10, -28, 28]),
    "endless shape": changed(shape=[2**62, 2**62, 2**62]),
    "shape of words": changed(shape=["10", "28", "28"]),
    "too many pictures": changed(shape=[1001, 28, 28], data=[0] * 784 * 1001),
    "dark on bright": changed(data=[255] * 7840),
    "no data": changed(data=None),
    "data and bytes": changed(parameters={"binary_data_size": 7840}),
    "shared memory": changed(parameters={"shared_memory_region": "x"}),
    "no inputs": lambda body: body.update(inputs=[]),
    "two inputs": lambda body: body.update(inputs=body["inputs"] * 2),
    "unknown output": set_outputs({"name": "softmax"}),
    "class names": set_outputs({"name": "label", "parameters": {"classification": 3}}),
    "id of numbers": lambda body: body.update(id=7),
}


@pytest.mark.parametrize("change", BAD.values(), ids=BAD)
def test_what_is_not_asked_for_is_refused_with_a_sentence(server, pixels, change):
    body = request(pixels)
    change(body)
    answer = server.post("/v2/models/garments/infer", json=body)
    assert answer.status_code == 400
    assert answer.json().keys() == {"error"}
    assert answer.json()["error"].startswith("Expected ")


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"", {}),
        (b"{", {}),
        (b"[]", {}),
        (b"\xff\xfe", {}),
        (b"[" * 100_000, {}),
        (b'{"inputs": NaN}', {}),
        (b'{"inputs": [{"data": [1%s]}]}' % (b"0" * 5000), {}),
        (b"{}", {"Inference-Header-Content-Length": "3"}),
        (b"{}", {"Inference-Header-Content-Length": "-1"}),
        (b"{}", {"Inference-Header-Content-Length": "many"}),
        (b"{}", {"Inference-Header-Content-Length": "²"}),
        (b"{}", {"Inference-Header-Content-Length": "1" * 5000}),
        (b"not gzip", {"Content-Encoding": "gzip"}),
    ],
)
def test_what_is_no_request_is_refused(server, body, headers):
    headers = {key: value.encode() for key, value in headers.items()}
    answer = server.post("/v2/models/garments/infer", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("Expected ")


@pytest.mark.parametrize("datatype", ["UINT8", "BYTES", "FP32", "INT64", "BOOL"])
@pytest.mark.parametrize("value", ['"a"', "true", "[]", "[1]", "[[[]]]", "{}", "1e5", "null", "1"])
def test_a_small_body_costs_little_whatever_it_holds(server, datatype, value):
    long = f'"{"x" * 60_000}"'
    data = ",".join([long, *[value] * (2_500_000 // len(value + ","))])
    tensor = f'"name":"pixels","shape":[1,28,28],"datatype":"{datatype}","data":[{data}]'
    packed = gzip.compress(f'{{"inputs":[{{{tensor}}}]}}'.encode())
    [worker] = server.workers()
    before, began = worker.memory_info().rss, sum(worker.cpu_times()[:2])
    headers = {"Content-Encoding": "gzip"}
    answer = server.post("/v2/models/garments/infer", content=packed, headers=headers)
    assert answer.status_code == 400
    assert sum(worker.cpu_times()[:2]) - began < 1
    assert worker.memory_info().rss - before < 100_000_000


@pytest.mark.parametrize("nested", [True, False])
@pytest.mark.parametrize("shape", [(1, 8, 8, 3), (40, 9, 8, 3), (60, 8, 8), (1, 64, 64, 3)])
def test_pixels_of_every_form_may_be_nested_or_flat(shape, nested):
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    data = (pixels if nested else pixels.ravel()).tolist()
    tensor = {"name": "pixels", "shape": shape, "datatype": "UINT8", "data": data}
    form = Form(shape[1], shape[2], 3 if len(shape) > 3 else 1)
    _, read = parse(json.dumps({"inputs": [tensor]}).encode(), None, Intake(form), 10)
    assert np.array_equal(read, pixels)


def test_garments_may_be_smaller_than_the_model_takes_them():
    pixels = np.random.default_rng(0).integers(0, 100, (3, 28, 28), dtype=np.uint8)
    tensor = {"name": "pixels", "shape": pixels.shape, "datatype": "UINT8", "data": pixels.tolist()}
    intake = Intake(Form(56, 56, 3, "dark"), find="garment")
    _, read = parse(json.dumps({"inputs": [tensor]}).encode(), None, intake, 10)
    assert np.array_equal(read, fit_pixels(pixels, intake))
    with pytest.raises(PixelsError, match=r"shape \(n, 56, 56, 3\), received shape \(3, 28, 28\)"):
        parse(json.dumps({"inputs": [tensor]}).encode(), None, Intake(intake.form), 10)


@pytest.mark.parametrize(("classes", "most"), [(2, 1000), (136, 1000), (1000, 200), (10**6, 1)])
def test_an_answer_is_soon_written_however_many_classes_there_are(classes, most):
    form = Form(8, 8, 1)
    assert most_pictures(form, classes) == most
    data = {"name": "pixels", "shape": [most + 1, 8, 8], "datatype": "UINT8"}
    data["data"] = [0] * (64 * (most + 1))
    with pytest.raises(RefusedError, match=f"at most {most:,} pictures at once"):
        parse(json.dumps({"inputs": [data]}).encode(), None, Intake(form), classes)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v3", 404),
        ("GET", "/v2/models/garments/", 404),
        ("GET", "/v2/models/garments/infer", 405),
        ("PUT", "/classify", 405),
        ("POST", "/classify?seen=perhaps", 400),
    ],
)
def test_other_paths_methods_and_parameters_have_a_sentence_too(server, method, path, status):
    answer = httpx.request(method, server.url + path)
    assert answer.status_code == status
    assert re.match("Expected .*, received .*; ", answer.json()["error"])


@pytest.mark.parametrize("path", ["/", "/v2/health/ready", "/v2/models/garments"])
def test_head_is_answered_as_get_without_the_body(server, path):
    answer, whole = httpx.head(server.url + path), server.get(path)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == whole.headers["content-length"]
