"""One schema for what a model file says of itself; files of the first format are still read."""

import json
import os
import random
import time
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from hemline import Classifier
from hemline.errors import ModelFileError
from hemline.models import find_model, shipped_models
from hemline.photos import Intake
from hemline.pixels import Form
from hemline.seal import is_whole, sealed
from tests.unsealed import load_unsealed

SEAL = 78  # bytes
DATA = {"name": "x", "drawn": False, "n": 1, "sha256": ""}
LAYER = {"name": "Dense", "purpose": "", "output_shape": [10], "parameters": 1}
RECIPE = {"name": "x", "network": "mlp", "widths": [8]}


def changed(source, target, change):
    """The file with other metadata."""
    model = load_unsealed(source)
    metadata = {entry.key: json.loads(entry.value) for entry in model.metadata_props}
    change(model, metadata)
    del model.metadata_props[:]
    helper.set_model_props(model, {key: json.dumps(value) for key, value in metadata.items()})
    target.write_bytes(model.SerializeToString())
    return target


def first_format(model, metadata):
    """What the first format called things."""
    metadata["format"] = "hemline/1"
    metadata["foreign"] = metadata.pop("out_of_distribution")
    for key in ("form", "intake", "start"):
        del metadata[key]
    for names in [model.graph.output, *(node.output for node in model.graph.node)]:
        for place, value in enumerate(names):
            if getattr(value, "name", value) == "ood_score":
                if isinstance(value, str):
                    names[place] = "foreign"
                else:
                    value.name = "foreign"


def test_a_file_of_the_first_format_gives_the_same_answers(small_run, sketches, tmp_path):
    old = Classifier.load(changed(small_run.run.model, tmp_path / "old.onnx", first_format))
    new = Classifier.load(small_run.run.model)
    assert old.metadata["format"] == "hemline/1"
    assert old.intake == Intake(Form(28, 28), find="garment") == new.intake
    assert (old.form.background, old.threshold) == ("dark", new.threshold)
    assert list(old.classes_) == list(new.classes_)
    for theirs, mine in zip(
        old.answer(sketches.test.pixels), new.answer(sketches.test.pixels), strict=True
    ):
        assert np.array_equal(theirs, mine)


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("classes", ["a", "b"], "received .* with .* in"),  # the graph has ten
        ("classes", ["a"] * 10, "two or more different names"),
        ("classes", [f"{n}" for n in range(9)] + [None], "two or more different names"),
        ("classes", "T-shirt", "classes that is no list"),
        ("form", {"height": 28}, "form without width"),
        ("form", {"height": 28, "width": 28, "channels": 3}, "received .* with .* in"),
        ("form", {"height": "28", "width": 28}, "form in which height is no int"),
        ("form", {"height": 28.0, "width": 28}, "form in which height is no int"),
        ("form", {"height": True, "width": 28}, "form in which height is no int"),
        ("form", {"height": 10**400, "width": 28}, "a form or an intake that is none"),
        ("form", {"height": 28, "width": 28, "channels": 1.0}, "channels is no int"),
        ("form", {"height": 28, "width": 28, "background": []}, "background is no str"),
        ("form", {"height": 28, "width": 28, "depth": 1}, "a form or an intake that is none"),
        ("form", [28, 28], "form that is no dict"),
        ("intake", {"fit": "squeeze", "find": ""}, "a form or an intake that is none"),
        ("intake", {"fit": "pad", "find": "", "more": 1}, "a form or an intake that is none"),
        ("intake", {"fit": "pad"}, "intake without find"),
        ("intake", {"fit": "pad", "find": "garment", "eye": 2}, "found by eye 1, received eye 2"),
        ("intake", {"fit": "pad", "find": "garment", "eye": "1"}, "eye is no int"),
        ("intake", {"fit": ["pad"], "find": ""}, "fit is no str"),
        ("classes", ["\ud800", *map(str, range(9))], "that is not JSON in UTF-8"),
        ("classes", ["a\0", *map(str, range(9))], r"there is '\\x00'"),
        ("classes", ["\x1b[31m", *map(str, range(9))], r"there is '\\x1b'"),
        ("classes", ["a\nb", *map(str, range(9))], r"there is '\\n'"),
        ("classes", ["\x9b2J", *map(str, range(9))], r"there is '\\x9b'"),
        ("classes", [[name] for name in range(10)], "two or more different names"),
        ("out_of_distribution", {}, "no finite number"),
        ("out_of_distribution", {"threshold": 10**400}, "no finite number"),
        ("out_of_distribution", {"threshold": -(10**400)}, "no finite number"),
        ("out_of_distribution", {"threshold": float("-inf")}, "no finite number"),
        ("out_of_distribution", {"threshold": True}, "no finite number"),
        ("out_of_distribution", {"threshold": "high"}, "no finite number"),
        ("out_of_distribution", {"threshold": float("nan")}, "no finite number"),
        ("out_of_distribution", 3, "out_of_distribution that is no dict"),
        ("data", {}, "data without name"),
        ("data", DATA | {"name": 7}, "data in which name is no str"),
        ("data", DATA | {"name": "\ud800"}, "that is not JSON in UTF-8"),
        ("data", DATA | {"drawn": "no"}, "data in which drawn is no bool"),
        ("data", DATA | {"n": "many"}, "data in which n is no int"),
        ("data", DATA | {"n": None}, "data in which n is no int"),
        ("data", {"name": "x", "drawn": False, "sha256": ""}, "data without n"),
        ("data", {"name": "x", "drawn": False, "n": 1}, "data without sha256"),
        ("data", DATA | {"group": 7}, "data in which group is no str"),
        ("layers", None, "layers that is no list"),
        ("layers", {"name": 3}, "layers that is no list"),
        ("layers", [7], "layers with something that is no dict"),
        ("layers", [{}], "layers without name"),
        ("layers", [{"name": "Dense", "purpose": "", "output_shape": [1]}], "without parameters"),
        ("layers", [LAYER | {"output_shape": 3}], "output_shape is no list"),
        ("layers", [LAYER | {"output_shape": [{}]}], "output_shape is no list"),
        ("layers", [LAYER, LAYER | {"parameters": "many"}], "parameters is no int"),
        ("recipe", {}, "recipe without name"),
        ("recipe", {"name": "x", "network": "mlp"}, "recipe without widths"),
        ("recipe", RECIPE | {"network": None}, "network is no str"),
        ("recipe", RECIPE | {"widths": ["8"]}, "widths is no list"),
        ("recipe", RECIPE | {"widths": [float("inf")]}, "widths is no list"),
        ("recipe", RECIPE | {"widths": [True]}, "widths is no list"),
        ("start", {}, "start without model"),
        ("start", [7], "start with something that is no dict"),
        ("seed", True, "seed that is no int"),
        ("versions", {"python": 3}, "versions that are no text"),
        ("figures", {"epoch": "last"}, "figures in which epoch is no int"),
        ("start", "photo", "start with something that is no dict"),
        ("parameters", None, "parameters that is no int"),
        ("data", None, "data that is no dict"),
        ("recipe", "seed", "recipe that is no dict"),
        ("seed", "0", "seed that is no int"),
        ("format", "hemline/3", "format 'hemline/3'"),
    ],
)
def test_metadata_of_wrong_types_is_refused(key, value, sentence, small_run, tmp_path):
    def wrong(_model, metadata):
        metadata[key] = value

    path = changed(small_run.run.model, tmp_path / "wrong.onnx", wrong)
    with pytest.raises(ModelFileError, match=sentence):
        Classifier.load(path)


@pytest.mark.parametrize("most", [1, 2, 64, 1_000_000])
def test_a_model_that_takes_one_number_of_pictures_only_is_refused(most, small_run, tmp_path):
    def fixed(model, _metadata):
        model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = most

    with pytest.raises(ModelFileError, match="Expected a Hemline model file"):
        Classifier.load(changed(small_run.run.model, tmp_path / "fixed.onnx", fixed))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_that_are_no_numbers_are_refused(value, small_run, tmp_path):
    def spoil(model, _metadata):
        weight = max(model.graph.initializer, key=lambda one: len(one.raw_data))
        array = numpy_helper.to_array(weight).copy()
        array[:] = value
        weight.CopyFrom(numpy_helper.from_array(array, weight.name))

    with pytest.raises(ModelFileError, match="Expected probabilities that sum to 1"):
        Classifier.load(changed(small_run.run.model, tmp_path / "nan.onnx", spoil))


def endless(model, _metadata):
    """A loop before the first layer, that hands the pixels round for ever."""
    kinds = [("round", TensorProto.INT64, []), ("go", TensorProto.BOOL, [])]
    inputs = [helper.make_tensor_value_info(*kind) for kind in kinds]
    inputs.append(helper.make_tensor_value_info("held", TensorProto.UINT8, ["n", 28, 28]))
    outputs = [helper.make_tensor_value_info("go_on", TensorProto.BOOL, [])]
    outputs.append(helper.make_tensor_value_info("given", TensorProto.UINT8, ["n", 28, 28]))
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go"], ["go_on"]),
            helper.make_node("Identity", ["held"], ["given"]),
        ],
        "body",
        inputs,
        outputs,
    )
    for node in model.graph.node:
        for place, name in enumerate(node.input):
            if name == "pixels":
                node.input[place] = "late"
    always = numpy_helper.from_array(np.array(True), "always")
    model.graph.initializer.append(always)
    loop = helper.make_node("Loop", ["", "always", "pixels"], ["late"], body=body)
    model.graph.node.insert(0, loop)


def test_a_model_that_never_answers_is_refused(small_run, tmp_path, monkeypatch):
    monkeypatch.setattr("hemline.classifier._PATIENCE", 0.5)
    monkeypatch.setattr("hemline.classifier.check_graph", lambda _content: None)
    path = changed(small_run.run.model, tmp_path / "endless.onnx", endless)
    began = time.monotonic()
    with pytest.raises(ModelFileError, match="received none from"):
        Classifier.load(path)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "value", [b"[" * 100_000, b'"\xff\xfe"', b"1" * 5000, b"NaN", b"", b"\x00"]
)
def test_metadata_that_are_no_json_are_refused(value, small_run, tmp_path):
    model = load_unsealed(small_run.run.model)
    entry = next(entry for entry in model.metadata_props if entry.key == "data")
    entry.value = "@" * len(value)
    path = tmp_path / "wrong.onnx"
    path.write_bytes(model.SerializeToString().replace(b"@" * len(value), value, 1))
    with pytest.raises(ModelFileError, match=r"^Expected "):
        Classifier.load(path)


def test_nothing_is_printed_beside_the_sentence(small_run, capfd):
    content = unsealed(small_run.run.model.read_bytes()).replace(b"Softmax", b"\xff" * 7)
    with pytest.raises(ModelFileError, match=r"^Expected "):
        Classifier.from_bytes(content, Path("model.onnx"))
    assert capfd.readouterr() == ("", "")


def test_a_pipe_is_no_model_file(tmp_path):
    os.mkfifo(tmp_path / "model.onnx")
    for path in (tmp_path / "model.onnx", tmp_path):
        with pytest.raises(ModelFileError, match="that is no file"):
            Classifier.load(path)


@pytest.mark.parametrize("seed", range(100))
def test_a_mutated_file_is_refused_or_answers(seed, small_run, sketches, tmp_path):
    path, content = tmp_path / "mutated.onnx", small_run.run.model.read_bytes()
    path.write_bytes(mutated(unsealed(content), random.Random(seed)))
    try:
        answers = Classifier.load(path).answer(sketches.test.pixels[:5])
    except ModelFileError as error:
        assert str(error).startswith("Expected ")
    else:
        assert np.allclose(answers.probabilities.sum(axis=1), 1, atol=1e-3)


def mutated(content, chance):
    """Some bytes changed: metadata and graph are at the ends, nearly all between are weights."""
    data = bytearray(content)
    places = [*range(2000), *range(len(content) - 8000, len(content))]
    for place in chance.choices(places, k=chance.choice([1, 3, 30])):
        data[place] = chance.randrange(256)
    return bytes(data)


def unsealed(content):
    body = content[:-SEAL]
    assert sealed(body) == content
    return body


@pytest.mark.parametrize("seed", range(100))
def test_one_byte_changed_anywhere_is_seen_or_makes_no_difference(seed, small_run, sketches):
    chance, content = random.Random(seed), small_run.run.model.read_bytes()
    place = chance.choice([chance.randrange(len(content)), len(content) - 1 - seed])
    other = content[:place] + bytes([content[place] ^ 1 << seed % 8]) + content[place + 1 :]
    path, right = Path("model.onnx"), Classifier.from_bytes(content, Path("model.onnx"))
    if place < len(content) - SEAL:
        with pytest.raises(ModelFileError, match="whose checksum does not fit"):
            Classifier.from_bytes(other, path)
        return
    try:
        answers = Classifier.from_bytes(other, path).answer(sketches.test.pixels[:5])
    except ModelFileError as error:
        assert str(error).startswith("Expected ")
    else:
        assert np.array_equal(
            answers.probabilities, right.answer(sketches.test.pixels[:5]).probabilities
        )


def test_a_file_that_was_cut_short_is_refused(small_run):
    content = small_run.run.model.read_bytes()
    for size in (0, 1, 100, len(content) // 2, len(content) - SEAL - 1):
        with pytest.raises(ModelFileError, match=r"^Expected "):
            Classifier.from_bytes(content[:size], Path("model.onnx"))


@pytest.mark.parametrize("name", shipped_models())
def test_the_models_in_the_box_are_sealed_and_valid(name):
    content = find_model(name).read_bytes()
    assert sealed(unsealed(content)) == content
    assert is_whole(content)
    model = onnx.load_from_string(content)
    onnx.checker.check_model(model)
    assert model.SerializeToString(deterministic=True) == content
