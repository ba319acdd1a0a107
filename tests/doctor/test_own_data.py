"""Anybody's data: other classes, other forms; the same faults by the same names."""

import numpy as np
import pytest

from hemline import diagnose
from hemline.errors import TargetError
from tests.doctor.conftest import softmax
from tests.doctor.own_data import BUILDS, SETS, probabilities, values_of

FAULTS = {
    "inverted-brightness": lambda s: lambda x: softmax(s(1 - values_of(x))),
    "orientation": lambda s: lambda x: softmax(s(values_of(x)[:, ::-1])),
    "unscaled-input": lambda s: lambda x: softmax(s(np.asarray(x, np.float32))),
    "scaled-twice": lambda s: lambda x: softmax(s(values_of(x) / 255)),
    "label-order": lambda s: lambda x: np.roll(softmax(s(values_of(x))), 1, axis=1),
    "double-softmax": lambda s: lambda x: softmax(softmax(2 * s(values_of(x)))),
    "batch-dependence": lambda s: lambda x: softmax(s(values_of(x)), axis=0),
    "no-trained-layers": lambda _: lambda x: softmax(values_of(x).reshape(len(x), -1)),
    "constant-answers": lambda _: lambda x: np.ones(len(x), int),
    "miscalibration": lambda s: lambda x: softmax(25 * s(values_of(x))),
}


def names(diagnosis):
    return [finding.check for finding in diagnosis.findings]


@pytest.fixture(params=BUILDS)
def build(request):
    return BUILDS[request.param]


# Every fault with every build, and on half of the sets in turn.
PAIRS = [
    (root, name)
    for turn, root in enumerate(FAULTS)
    for place, name in enumerate(SETS)
    if (turn + place) % 2
]


@pytest.mark.parametrize(("root", "name"), PAIRS)
def test_the_root_cause_comes_first_on_any_data(root, name, build):
    found = diagnose(FAULTS[root](build(name)), SETS[name]())
    assert names(found)[:1] == [root]


@pytest.mark.parametrize("name", SETS)
def test_every_honest_answer_is_healthy_on_any_data(name, build):
    data, scores = SETS[name](), build(name)
    answers = {
        "probabilities": probabilities(scores),
        "logits": lambda x: scores(values_of(x)),
        "labels": lambda x: scores(values_of(x)).argmax(1),
        "class names": lambda x: [data.classes[i] for i in scores(values_of(x)).argmax(1)],
        "dictionaries": lambda x: [
            dict(zip(data.classes, row, strict=True)) for row in probabilities(scores)(x)
        ],
    }
    found = {what: names(diagnose(answer, data)) for what, answer in answers.items()}
    assert not any(found.values()), found


CHANNELS = {
    "red and blue exchanged": lambda x: x[..., ::-1],
    "reshaped instead of transposed": lambda x: np.moveaxis(
        x.reshape(len(x), 3, *x.shape[1:3]), 1, 3
    ),
}


@pytest.mark.parametrize("fault", CHANNELS)
def test_channels_in_another_order_are_named(fault, build):
    scores = build("signs")
    found = diagnose(lambda x: softmax(scores(CHANNELS[fault](values_of(x)))), SETS["signs"]())
    assert names(found) == ["channel-order"]
    assert found.findings[0].mend.startswith("pixels = pixels")


def test_blue_first_is_well_where_it_is_said(build):
    scores = build("signs")

    def predict(x):  # of a program that reads pictures with OpenCV
        return softmax(scores(values_of(x)[..., ::-1]))

    assert names(diagnose(predict, SETS["signs"](), wants="0..255 bgr")) == []


CAFFE = np.array([103.939, 116.779, 123.68])


def only_floats(shape):
    def check(x):
        if x.dtype.kind != "f" or x.shape[1:] != shape:
            raise TypeError(f"expected floats of shape {shape}")
        return x

    return check


@pytest.mark.parametrize("contract", ["channels first", "flattened", "standardised", "Caffe"])
def test_a_contract_of_its_own_is_found_by_trying(contract, build):
    data, scores = SETS["signs"](), build("signs")
    mean, spread = data.test.pixels.mean((0, 1, 2)) / 255, data.test.pixels.std((0, 1, 2)) / 255
    shape, back = {
        "channels first": ((3, 20, 14), lambda x: np.moveaxis(x, 1, 3)),
        "flattened": ((840,), lambda x: x.reshape(-1, 20, 14, 3)),
        "standardised": ((20, 14, 3), lambda x: x * spread + mean),
        "Caffe": ((20, 14, 3), lambda x: (x + CAFFE)[..., ::-1] / 255),
    }[contract]
    admitted = only_floats(shape)
    found = diagnose(lambda x: softmax(scores(back(admitted(x)))), data)
    assert names(found) == []
    wanted = {"standardised": "standardised as these data", "Caffe": "less ImageNet's mean"}
    assert wanted.get(contract, "0..1") in found.wants


def test_one_number_for_two_classes_is_healthy_and_examined(build):
    data, scores = SETS["two"](), build("two")

    def probability(x):
        return softmax(scores(values_of(x)))[:, 1:]

    def logit(x):
        found = scores(values_of(x))
        return found[:, 1] - found[:, 0]

    assert names(diagnose(probability, data)) == []
    assert names(diagnose(logit, data)) == []
    assert names(diagnose(lambda x: 1 - probability(x), data)) == ["label-order"]
    assert names(diagnose(lambda x: probability(255 - x), data))[:1] == ["inverted-brightness"]


def test_labels_in_the_order_of_the_alphabet_are_told_as_such(build):
    data, scores = SETS["digits"](), build("digits")
    counted = data.replace(classes=tuple(str(number) for number in range(1, 11)))
    order = sorted(range(10), key=lambda label: counted.classes[label])  # 1, 10, 2, ...
    found = diagnose(lambda x: softmax(scores(values_of(x)))[:, order], counted)
    assert names(found) == ["label-order"]
    assert "in alphabetical order" in found.findings[0].evidence
    assert names(diagnose(lambda x: scores(values_of(x)).argmax(1) + 1, counted)) == []


def test_who_knows_few_training_pictures_by_heart_is_not_accused_of_the_data(build):
    data = SETS["signs"]()  # more values in a picture than pictures: any model knows them all
    found = diagnose(probabilities(build("signs")), data)
    train = found.case.right(found.case.best, found.case.train)
    assert train.mean() - found.accuracy["accuracy"] > 0.05
    assert names(found) == []


def test_pictures_and_labels_without_a_data_set_are_enough(build):
    data = SETS["digits"]()
    pair = (data.test.pixels, data.test.labels)
    assert names(diagnose(probabilities(build("digits")), pair)) == []
    few = data.test.labels < 9  # nobody says that there are ten
    assert names(diagnose(probabilities(build("digits")), (pair[0][few], pair[1][few]))) == []
    found = diagnose(lambda x: probabilities(build("digits"))(x)[:, :9], pair)
    assert names(found) == ["class-count"]


def test_the_page_shows_pictures_of_any_form_and_some_of_many_classes():
    from hemline.doctor.page import render_page

    for name, count in (("signs", 3), ("letters", 10)):
        scores = BUILDS["NumPy"](name)
        page = render_page(diagnose(lambda x, s=scores: softmax(s(1 - values_of(x))), SETS[name]()))
        assert page.count("data:image/png;base64,") == 2 * count
        assert SETS[name]().classes[0] in page


def onnx_file(path, weights, shape):
    """A linear model of flattened pictures as an ONNX file that declares floats."""
    from onnx import TensorProto, helper, numpy_helper

    tensors = {"w": weights[:-1], "b": weights[-1]}
    graph = helper.make_graph(
        [
            helper.make_node("Flatten", ["x"], ["flat"]),
            helper.make_node("Gemm", ["flat", "w", "b"], ["logits"]),
        ],
        "linear",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", *shape])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.float32(of), name) for name, of in tensors.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path.write_bytes(model.SerializeToString())
    return path


def test_a_file_that_declares_its_form(tmp_path):
    data, scores = SETS["signs"](), BUILDS["NumPy"]("signs")
    last = scores(np.zeros((1, 20, 14, 3)))
    weights = np.concatenate([scores(np.eye(840).reshape(-1, 20, 14, 3)) - last, last])
    sound = onnx_file(tmp_path / "sound.onnx", weights, (20, 14, 3))
    found = diagnose(sound, data)
    assert names(found) == []
    assert found.wants == "float32 (n, 20, 14, 3), 0..1"
    swapped = weights[:-1].reshape(280, 3, 3)[:, ::-1].reshape(840, 3)
    wrong = onnx_file(tmp_path / "bgr.onnx", np.concatenate([swapped, last]), (20, 14, 3))
    assert names(diagnose(wrong, data)) == ["channel-order"]
    with pytest.raises(TargetError, match="pictures of 14x20 colour, received x that wants shape"):
        diagnose(onnx_file(tmp_path / "other.onnx", weights, (2, 14, 30)), data)
