"""What the graph of a model file may hold, checked before ONNX Runtime has it.

ONNX Runtime computes constants while it opens a file, which nothing can stop; and a graph with
loops may answer one batch and never the next. So a graph is layers alone, each of which depends on
the pixels: opening then takes a time that goes with the length of the file, and an answer that of
its layers once.
"""

from collections.abc import Iterator
from typing import NamedTuple

from hemline.wire import Value, fields

# Those of every version's `hemline train`, and what is as plain: no branch, no repetition, no
# sizes read from values, nothing that is computed from constants alone.
OPERATORS = {
    "Abs", "Add", "AveragePool", "BatchNormalization", "Cast", "Clip", "Concat", "Conv", "Div",
    "Elu", "Erf", "Exp", "Flatten", "Gelu", "Gemm", "GlobalAveragePool", "GlobalMaxPool",
    "HardSigmoid", "HardSwish", "Identity", "InstanceNormalization", "LayerNormalization",
    "LeakyRelu", "Log", "LogSoftmax", "MatMul", "Max", "MaxPool", "Mean", "Min", "Mul", "Neg",
    "PRelu", "Pow", "Reciprocal", "ReduceL2", "ReduceLogSumExp", "ReduceMax", "ReduceMean",
    "ReduceMin", "ReduceSum", "Relu", "Reshape", "Selu", "Sigmoid", "Slice", "Softmax", "Softplus",
    "Split", "Sqrt", "Squeeze", "Sub", "Sum", "Tanh", "Transpose", "Unsqueeze",
}  # fmt: skip
_DOMAINS = ("", "ai.onnx")
_MOST = 100_000  # fields in all; a network of fifty layers has a thousand
_SHOWN = 40  # characters of a name
# Numbers of the fields of a model, a graph, a node, an attribute and a tensor.
_GRAPH, _TRAINING, _FUNCTIONS = 7, 20, 25
_NODE, _WEIGHT, _INPUT, _SPARSE = 1, 5, 11, 15
_NODE_INPUT, _NODE_OUTPUT, _KIND, _ATTRIBUTE, _DOMAIN = 1, 2, 4, 5, 7
_PLAIN = {1, 2, 3, 4, 7, 8, 9, 13, 20}  # name, numbers, text and what kind it is
_TENSOR_NAME, _OUTSIDE, _PLACE = 8, 13, 14


class ForeignGraphError(Exception):
    """A graph with something that no model file has; the message says what."""


class _Node(NamedTuple):
    kind: str
    inputs: list[str]
    outputs: list[str]


def check_graph(content: bytes) -> None:
    """Look through a serialised ONNX model; takes a time that goes with its length.

    Raises:
        ForeignGraphError: it holds more than layers and their weights.
        BrokenMessageError: it is no ONNX.
    """
    reader = _Reader()
    reader.read_model(memoryview(content))
    _check_flow(set(reader.inputs), set(reader.weights), reader.nodes)


class _Reader:
    """Collects what counts; a message that is there twice is read as one, as by everybody."""

    def __init__(self) -> None:
        self.inputs: list[str] = []
        self.weights: list[str] = []
        self.nodes: list[_Node] = []
        self._left = _MOST

    def read_model(self, message: memoryview) -> None:
        for number, value in self._fields(message):
            if number in (_TRAINING, _FUNCTIONS):
                raise ForeignGraphError("functions of its own")
            if number == _GRAPH:
                self._read_graph(_message(value))

    def _read_graph(self, message: memoryview) -> None:
        for number, value in self._fields(message):
            if number == _NODE:
                self.nodes.append(self._read_node(_message(value)))
            elif number == _WEIGHT:
                self.weights.append(self._read_weight(_message(value)))
            elif number == _INPUT:
                self.inputs += self._texts(_message(value), 1)
            elif number == _SPARSE:
                raise ForeignGraphError("sparse weights")

    def _read_node(self, message: memoryview) -> _Node:
        texts: dict[int, list[str]] = {1: [], 2: [], _KIND: [], _DOMAIN: []}
        for number, value in self._fields(message):
            if number == _ATTRIBUTE:
                self._check_attribute(_message(value))
            elif number in texts:
                texts[number].append(_text(value))
        for domain in texts[_DOMAIN]:
            if domain not in _DOMAINS:
                raise ForeignGraphError(f"operators of {domain[:_SHOWN]!r}")
        for kind in texts[_KIND]:
            if kind not in OPERATORS:
                raise ForeignGraphError(f"an operator {kind[:_SHOWN]!r}")
        return _Node("".join(texts[_KIND]), texts[_NODE_INPUT], texts[_NODE_OUTPUT])

    def _check_attribute(self, message: memoryview) -> None:
        if any(number not in _PLAIN for number, _ in self._fields(message)):
            raise ForeignGraphError("an option that is neither numbers nor text")

    def _read_weight(self, message: memoryview) -> str:
        names = [""]
        for number, value in self._fields(message):
            if number == _OUTSIDE or (number == _PLACE and value != 0):
                raise ForeignGraphError("weights outside the file")
            if number == _TENSOR_NAME:
                names.append(_text(value))
        return names[-1]

    def _texts(self, message: memoryview, wanted: int) -> list[str]:
        return [_text(value) for number, value in self._fields(message) if number == wanted][-1:]

    def _fields(self, message: memoryview) -> Iterator[tuple[int, Value]]:
        for field in fields(message):
            self._left -= 1
            if self._left < 0:
                raise ForeignGraphError(f"more than {_MOST:,} fields")
            yield field


def _message(value: Value) -> memoryview:
    if isinstance(value, int):
        raise ForeignGraphError("a number where more is expected")
    return value


def _text(value: Value) -> str:
    return bytes(_message(value)).decode("utf-8", "surrogateescape")


def _check_flow(inputs: set[str], weights: set[str], nodes: list[_Node]) -> None:
    """Every node depends on the pixels, but for those that make a weight of half precision whole.

    And every weight goes to one node, as ONNX Runtime keeps a copy of it for each.
    """
    flowing, unused = inputs - weights - {""}, set(weights)
    for node in nodes:
        given = [name for name in node.inputs if name]
        for name in given:
            if name not in flowing:
                _use(name, unused)
        if flowing.intersection(given):
            flowing.update(filter(None, node.outputs))
        elif node.kind == "Cast" and weights.issuperset(given):
            unused.update(node.outputs)
        else:
            raise ForeignGraphError(f"an operator {node.kind!r} that is given no pixels")


def _use(name: str, unused: set[str]) -> None:
    if name not in unused:
        raise ForeignGraphError(
            f"a value {name[:_SHOWN]!r} that is used twice, or before it is made"
        )
    unused.remove(name)
