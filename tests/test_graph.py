"""What a graph may hold: layers alone, each given pixels; anything else is refused unopened."""

import time
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from hemline import Classifier
from hemline.errors import ModelFileError
from hemline.graph import OPERATORS, ForeignGraphError, check_graph
from hemline.models import find_model, shipped_models
from hemline.wire import BrokenMessageError
from tests.unsealed import load_unsealed


@pytest.fixture
def model():
    """One that comes with Hemline, to be changed."""
    return load_unsealed(find_model("tiny"))


def weight(values, name):
    return numpy_helper.from_array(np.array(values), name)


def before(model, *nodes):
    """The nodes before all others, which then take what the last of them gives for the pixels."""
    for node in model.graph.node:
        for place, name in enumerate(node.input):
            if name == "pixels":
                node.input[place] = nodes[-1].output[0]
    for place, node in enumerate(nodes):
        model.graph.node.insert(place, node)


def body(*kinds):
    """A graph that gives what it is given."""
    values = [helper.make_tensor_value_info(f"in_{name}", *kind) for name, *kind in kinds]
    given = [helper.make_tensor_value_info(f"out_{name}", *kind) for name, *kind in kinds]
    nodes = [helper.make_node("Identity", [f"in_{name}"], [f"out_{name}"]) for name, *_ in kinds]
    return helper.make_graph(nodes, "body", values, given)


PIXELS = ("held", TensorProto.UINT8, ["n", 28, 28])


def endless_loop(model):
    """For every batch but two pictures, which are those that a file is tried on."""
    inner = body(("go", TensorProto.BOOL, []), PIXELS)
    inner.input.insert(0, helper.make_tensor_value_info("round", TensorProto.INT64, []))
    model.graph.initializer.extend([weight([2], "two"), weight([0], "zero")])
    before(
        model,
        helper.make_node("Shape", ["pixels"], ["shape"]),
        helper.make_node("Gather", ["shape", "zero"], ["n"]),
        helper.make_node("Equal", ["n", "two"], ["tried"]),
        helper.make_node("Not", ["tried"], ["others"]),
        helper.make_node("Squeeze", ["others"], ["go"]),
        helper.make_node("Loop", ["", "go", "pixels"], ["late"], body=inner),
    )


def loop(model):
    inner = body(("go", TensorProto.BOOL, []), PIXELS)
    inner.input.insert(0, helper.make_tensor_value_info("round", TensorProto.INT64, []))
    model.graph.initializer.append(weight(True, "go"))
    before(model, helper.make_node("Loop", ["", "go", "pixels"], ["late"], body=inner))


def branch(model):
    options = {"then_branch": body(), "else_branch": body()}
    model.graph.initializer.append(weight(True, "go"))
    before(model, helper.make_node("If", ["go"], ["late"], **options))


def scan(model):
    before(
        model, helper.make_node("Scan", ["pixels"], ["late"], body=body(PIXELS), num_scan_inputs=1)
    )


def sequence_map(model):
    before(model, helper.make_node("SequenceMap", ["pixels"], ["late"], body=body(PIXELS)))


def graphs_in_an_option(model):
    node = helper.make_node("Identity", ["pixels"], ["late"])
    node.attribute.append(helper.make_attribute("bodies", [body(PIXELS)]))
    before(model, node)


def own_function(model):
    nodes = [helper.make_node("Identity", ["x"], ["y"])]
    opsets = [helper.make_opsetid("", 17)]
    model.functions.append(helper.make_function("ai.onnx", "Relu", ["x"], ["y"], nodes, opsets))


def training_graph(model):
    model.training_info.add().algorithm.CopyFrom(body(PIXELS))


def another_domain(model):
    before(model, helper.make_node("Identity", ["pixels"], ["late"], domain="com.microsoft"))


def weights_outside(model):
    tensor = model.graph.initializer[0]
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="weights.bin")


def weights_said_to_be_outside(model):
    model.graph.initializer[0].data_location = TensorProto.EXTERNAL


def sparse_weights(model):
    model.graph.sparse_initializer.add().dims.append(1 << 40)


def constants(model):
    """A product of two rows of weights, as large as the square of the file."""
    model.graph.initializer.extend([weight([[1.0]], "column"), weight([[1.0]], "row")])
    model.graph.node.insert(0, helper.make_node("MatMul", ["column", "row"], ["square"]))


def constants_through_a_nameless_value(model):
    """An output without a name is one that is left out, and no input."""
    before(
        model,
        helper.make_node("Identity", ["pixels"], ["late", ""]),
        helper.make_node("Relu", [""], ["later"]),
    )


def constants_named_as_inputs(model):
    value = helper.make_tensor_value_info("column", TensorProto.FLOAT, [1, 1])
    model.graph.input.append(value)
    constants(model)


def constant_of_a_shape(model):
    before(model, helper.make_node("ConstantOfShape", ["pixels"], ["late"]))


def sizes_of_values(model):
    before(model, helper.make_node("Shape", ["pixels"], ["late"]))


def casts_of_casts(model):
    model.graph.initializer.append(weight([1.0], "whole"))
    for source, result in (("whole", "first"), ("first", "second")):
        node = helper.make_node("Cast", [source], [result], to=TensorProto.FLOAT16)
        model.graph.node.insert(int(source == "first"), node)


def one_weight_for_many(model):
    """Each would have a copy."""
    model.graph.initializer.append(weight(np.uint8(1), "one"))
    before(
        model,
        helper.make_node("Mul", ["pixels", "one"], ["late"]),
        helper.make_node("Mul", ["late", "one"], ["later"]),
    )


def values_before_they_are_made(model):
    before(
        model,
        helper.make_node("Mul", ["pixels", "later"], ["late"]),
        helper.make_node("Identity", ["late"], ["later"]),
    )


def countless_fields(model):
    model.graph.initializer[0].dims.extend([1] * 10)
    model.graph.node.extend([helper.make_node("Relu", ["pixels"], ["x"])] * 40_000)


FOREIGN = [
    endless_loop, loop, branch, scan, sequence_map, graphs_in_an_option, own_function,
    training_graph, another_domain, weights_outside, weights_said_to_be_outside, sparse_weights,
    constants, constants_through_a_nameless_value, constants_named_as_inputs, constant_of_a_shape,
    sizes_of_values, casts_of_casts, one_weight_for_many, values_before_they_are_made,
    countless_fields,
]  # fmt: skip


@pytest.mark.parametrize("change", FOREIGN)
def test_more_than_layers_is_refused_before_it_is_opened(change, model, monkeypatch):
    def opened(*_, **__):
        raise AssertionError("opened")

    monkeypatch.setattr("onnxruntime.InferenceSession", opened)
    change(model)
    content = model.SerializeToString()
    began = time.process_time()
    with pytest.raises(ModelFileError, match="that holds layers alone"):
        Classifier.from_bytes(content, Path("model.onnx"))
    assert time.process_time() - began < 2


def test_a_graph_in_two_parts_is_one_graph(model):
    """Readers put parts together, so a loop may be in the second."""
    other = onnx.ModelProto()
    other.graph.node.append(helper.make_node("Loop", ["", ""], ["late"], body=body()))
    with pytest.raises(ForeignGraphError):
        check_graph(model.SerializeToString() + other.SerializeToString())
    check_graph(model.SerializeToString() + onnx.ModelProto(graph={}).SerializeToString())


@pytest.mark.parametrize("kind", ["Loop", "If", "Scan"])
def test_an_operator_that_is_named_twice_is_none(kind, model):
    """Readers take the second name."""
    content = model.graph.node[0].SerializeToString()
    twice = content + onnx.NodeProto(op_type=kind).SerializeToString()
    model.graph.node[0].op_type = "Cast"
    graph = b"\x0a" + varint(len(twice)) + twice
    with pytest.raises(ForeignGraphError, match=kind):
        check_graph(model.SerializeToString() + b"\x3a" + varint(len(graph)) + graph)


def varint(number):
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + varint(number >> 7)


@pytest.mark.parametrize(
    "content",
    [
        b"\x3a",
        b"\x3a\x05abc",
        b"\x3b\x3c",  # a group
        b"\x07",
        b"\x00\x00",
        b"\x3a" + b"\xff" * 4 + b"\x7f",
        b"\x08" + b"\xff" * 10 + b"\x01",
        b"\xba\x80\x80\x80\x10\x00",  # readers with 32 bits would see another number
        b"\x0d\x00",
        b"\x38" + b"\x80" * 20,
    ],
)
def test_bytes_that_are_no_message_are_refused(content):
    with pytest.raises(BrokenMessageError):
        check_graph(content)
    with pytest.raises(ModelFileError, match="is not ONNX or is damaged"):
        Classifier.from_bytes(content, Path("model.onnx"))


def test_a_file_of_onnx_runtimes_own_format_is_refused():
    """Also one whose first bytes are a message."""
    for content in (b"\x08\x00\x00\x00ORTM", b"\x32\x7c\x00\x00ORTM" + b"\x00" * 118):
        with pytest.raises(ModelFileError, match="Expected a"):
            Classifier.from_bytes(content, Path("model.onnx"))


@pytest.mark.parametrize("name", shipped_models())
def test_models_of_the_box_are_layers_alone(name):
    content = find_model(name).read_bytes()
    began = time.perf_counter()
    check_graph(content)
    assert time.perf_counter() - began < 0.1
    assert {node.op_type for node in onnx.load_from_string(content).graph.node} <= OPERATORS


def test_a_location_that_is_the_file_itself_is_none_outside(model):
    model.graph.initializer[0].data_location = TensorProto.DEFAULT
    Classifier.from_bytes(model.SerializeToString(), Path("model.onnx"))
