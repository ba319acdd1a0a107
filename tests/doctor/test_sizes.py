"""Pipelines that want other sizes, fewer pictures at a time, or one in a layout of its own."""

import time

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from PIL import Image

from hemline import diagnose
from hemline.doctor.inputs.forms import InputForm, resized_layout
from hemline.doctor.inputs.resizing import resized
from hemline.doctor.probing import probe
from hemline.doctor.replies.vocabulary import Vocabulary
from hemline.doctor.targets import open_target
from tests.doctor import glue

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("edges", [(28, 28, 64, 64), (30, 20, 224, 96), (64, 64, 32, 32)])
@pytest.mark.parametrize("channels", [1, 3])
def test_resizing_is_that_of_pillow(edges, channels):
    high, wide, to_high, to_wide = edges
    shape = (high, wide) if channels == 1 else (high, wide, 3)
    picture = RNG.integers(0, 256, shape, np.uint8)
    made = resized(picture[None], (to_high, to_wide, *shape[2:]))[0]
    theirs = Image.fromarray(picture).resize((to_wide, to_high), Image.Resampling.BILINEAR)
    assert np.abs(made.astype(int) - np.asarray(theirs, int)).max() <= 1


def test_channels_come_first_or_last_once_or_three_times():
    grey, colour = RNG.random((2, 28, 28)), RNG.random((2, 28, 28, 3))
    plain = resized(grey, (32, 32))
    for shape in ((32, 32, 3), (3, 32, 32), (1, 32, 32), (32, 32, 1)):
        made = resized(grey, shape)
        assert made.shape == (2, *shape)
        assert made.reshape(2, -1).mean(1) == pytest.approx(plain.reshape(2, -1).mean(1))
    last, first = resized(colour, (32, 32, 3)), resized(colour, (3, 32, 32))
    assert (np.moveaxis(first, 1, 3) == last).all()
    luma = Image.fromarray((colour[0] * 255).astype(np.uint8)).convert("L")
    assert resized(colour, (28, 28))[0] * 255 == pytest.approx(np.asarray(luma, float), abs=1.5)


def small(values):
    """Back to what the classifier knows, from `(n, h, w)`."""
    return resized(np.asarray(values, np.float32), (28, 28))


def wants(*shape):
    """A pipeline that takes float32 of one shape alone, 0..1, and says no as networks do."""

    def predict(x):
        if x.shape[1:] != shape or x.dtype != np.float32:
            raise ValueError(f"mat1 and mat2 cannot be multiplied ({len(x)}x3136 and 9216x10)")
        if len(shape) == 3:
            x = np.asarray(x).mean(3 if shape[2] in {1, 3} else 1)
        return glue.classifier()(small(x))

    return predict


def wants_or_says(*shape):
    def predict(x):
        if x.shape[1:] != shape:
            raise ValueError(f"expected shape=(None, {', '.join(map(str, shape))})")
        return wants(*shape)(x)

    return predict


def probed(predict):
    data, target = glue.garments(), open_target(predict)
    target.meet(data.form, Vocabulary(data.classes))
    began = time.process_time()
    reading = probe(target, data.test.pixels)
    assert time.process_time() - began < 5
    target.close()
    return reading.form


SHAPES = [(64, 64, 3), (3, 96, 96), (128, 128, 1), (1, 160, 160), (32, 32, 3), (299, 299, 3)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_usual_size_is_found_by_trying(shape):
    assert probed(wants(*shape)).layout == resized_layout(*shape)


def test_any_size_is_found_that_a_refusal_names():
    assert probed(wants_or_says(50, 50, 3)).layout == resized_layout(50, 50, 3)


def test_tensors_of_another_size_are_found():
    torch = pytest.importorskip("torch")

    def predict(x):
        assert isinstance(x, torch.Tensor)
        return torch.from_numpy(wants(3, 64, 64)(x.numpy()))

    class Network:
        def __call__(self, x):
            if x.shape[1:] != (3, 64, 64):
                raise RuntimeError("shapes cannot be multiplied")
            return predict(x)

    assert probed(Network()).way == "as a PyTorch tensor"


def test_a_pipeline_of_another_size_is_examined_and_a_note_says_so():
    sound = diagnose(wants(64, 64, 3), glue.garments())
    assert sound.is_healthy
    assert "It wants 64x64x3: pictures were resized from 28x28." in sound.notes
    turned = diagnose(lambda x: wants(64, 64, 3)(np.rot90(x, 1, (1, 2))), glue.garments())
    assert [finding.check for finding in turned.findings] == ["orientation"]


def test_of_several_sizes_that_are_taken_the_one_that_works_is_examined():
    def predict(x):
        if x.ndim != 4 or x.shape[3] != 3 or x.shape[1] < 63:
            raise ValueError("kernel size cannot be greater than input size")
        values = small(x.mean(3))
        return glue.classifier()(values if x.shape[1] == 128 else np.roll(values, 9, axis=2) / 2)

    diagnosis = diagnose(predict, glue.garments())
    assert diagnosis.is_healthy
    assert diagnosis.wants.startswith("float32 (n, 128, 128, 3)")


@pytest.mark.parametrize(
    ("shape", "batch"), [(["n", 3, 40, 40], 210), ([1, 3, 40, 40], 1), ([3, 40, 40], 1)]
)
def test_a_file_may_declare_any_size(shape, batch, tmp_path):
    path = tmp_path / "net.onnx"
    wide = int(np.prod(shape[-3:]))
    weights = np.random.default_rng(1).normal(0, 0.01, (wide, 10)).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Flatten", ["x"], ["flat"], axis=len(shape) - 3),
            helper.make_node("MatMul", ["flat", "w"], ["y"]),
        ],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [onnx.numpy_helper.from_array(weights, "w")],
    )
    opsets = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
    target, data = open_target(path), glue.garments()
    target.meet(data.form, Vocabulary(data.classes))
    reading = probe(target, data.test.pixels)
    form: InputForm = reading.form
    assert form.layout == resized_layout(3, 40, 40)
    pixels = data.test.pixels[: min(batch, 7)]
    given = target.answer(form.apply(pixels), form.way)
    target.close()
    flat = resized(pixels.astype(np.float32), (3, 40, 40)).reshape(len(pixels), -1)
    assert given == pytest.approx(flat @ weights, rel=1e-3, abs=1e-2)


def at_most(count, calls):
    def predict(x):
        if len(x) > count or x.shape[1:] != (28, 28):
            raise MemoryError(f"{x.shape} is too much")
        calls.append(len(x))
        return glue.classifier()(x / 255)

    return predict


@pytest.mark.parametrize("count", [1, 4, 8, 32, 100])
def test_who_refuses_many_pictures_is_asked_in_parts(count):
    calls = []
    diagnosis = diagnose(at_most(count, calls), glue.garments())
    assert diagnosis.is_healthy
    told = "one picture" if count == 1 else f"{count} pictures"
    assert diagnosis.notes == (
        f"It refuses more pictures at once: it was asked in parts of {told}.",
    )
    assert max(calls) == count


def test_lists_of_files_are_handed_over_in_parts():
    def predict(files):
        if not isinstance(files, list) or len(files) > 4:
            raise ValueError("no more than four")
        return [glue.glued()(data)[None][0] for data in files]

    diagnosis = diagnose(predict, glue.garments())
    assert diagnosis.is_healthy
    assert diagnosis.notes[0].endswith("in parts of 4 pictures.")


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("shape", [(28, 28), (28, 28, 1), (1, 28, 28), (784,)], ids=str)
def test_one_picture_at_a_time_in_any_layout(shape, dtype):
    def predict(x):
        if x.shape != shape or x.dtype != dtype:
            raise ValueError("one picture")
        return int(glue.classifier()(x[None] / (255 if dtype == "uint8" else 1)).argmax())

    diagnosis = diagnose(predict, glue.garments())
    assert diagnosis.is_healthy
    assert dtype in diagnosis.wants


def test_the_accuracy_is_that_under_the_scale_which_is_found():
    def predict(x):
        if x.dtype != np.float32:
            raise TypeError("floats")
        return glue.classifier()(np.asarray(x) if x.max() <= 1 else np.zeros_like(x))

    diagnosis = diagnose(predict, glue.garments())
    actual = diagnosis.case.confirm.actual
    right = (glue.classifier()(diagnosis.case.confirm.pixels / 255).argmax(1) == actual).mean()
    assert diagnosis.accuracy["accuracy"] == pytest.approx(right, abs=0.01)


@pytest.mark.parametrize("how", ["framed", "resized"])
def test_edges_a_little_larger_are_a_frame_or_a_resize_as_suits_the_network(how):
    def predict(x):
        if x.shape[1:] != (32, 32):
            raise ValueError("32x32")
        return glue.classifier()((small(x) if how == "resized" else x[:, 2:-2, 2:-2]) / 255)

    diagnosis = diagnose(predict, glue.garments())
    assert diagnosis.is_healthy
    assert diagnosis.case.contract.layout.order == how
