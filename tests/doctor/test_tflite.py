"""TensorFlow Lite files, written here by the schema that LiteRT brings."""

import importlib.util

import numpy as np
import pytest

from hemline import diagnose
from hemline.doctor.targets import open_target
from hemline.errors import TargetError
from tests.doctor import glue

HAS_LITERT = importlib.util.find_spec("ai_edge_litert") is not None
needs_litert = pytest.mark.skipif(not HAS_LITERT, reason="needs LiteRT: pip install '.[tflite]'")
SCALE, ZERO = 1 / 255, -128


@pytest.fixture
def write(tmp_path):
    """Writes logits of values 0..1 as a file whose input is float32, or int8 with a scale."""
    return lambda **options: _written(tmp_path / "net.tflite", **options)


def _written(path, *, quantised=False, signature=None):
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    whole, real = schema.TensorType.INT8, schema.TensorType.FLOAT32
    weights = glue.weights().astype(np.float32)
    operators = [(schema.BuiltinOperator.FULLY_CONNECTED, [0, 1, 2], [3])]
    tensors = [
        _tensor(schema, "pixels", (1, 28, 28), real, 0),
        _tensor(schema, "weights", (10, 784), real, 1),
        _tensor(schema, "bias", (10,), real, 2),
        _tensor(schema, "logits", (1, 10), real, 0),
    ]
    tensors[0].shapeSignature = signature
    if quantised:
        tensors.append(_tensor(schema, "whole", (1, 28, 28), whole, 0, (SCALE, ZERO)))
        operators.insert(0, (schema.BuiltinOperator.DEQUANTIZE, [4], [0]))
    graph = schema.SubGraphT()
    graph.tensors, graph.inputs, graph.outputs = tensors, [4 if quantised else 0], [3]
    model = schema.ModelT()
    model.version, model.subgraphs = 3, [graph]
    model.buffers = [schema.BufferT() for _ in range(3)]
    for buffer, array in zip(model.buffers[1:], (weights[:-1].T, weights[-1]), strict=True):
        buffer.data = np.frombuffer(np.ascontiguousarray(array).tobytes(), np.uint8)
    model.operatorCodes, graph.operators = [], []
    for place, (code, inputs, outputs) in enumerate(operators):
        known, operator = schema.OperatorCodeT(), schema.OperatorT()
        known.builtinCode = known.deprecatedBuiltinCode = code
        known.version, operator.opcodeIndex = 1, place
        operator.inputs, operator.outputs = inputs, outputs
        model.operatorCodes.append(known)
        graph.operators.append(operator)
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    path.write_bytes(bytes(builder.Output()))
    return path


def _tensor(schema, name, shape, kind, buffer, quantisation=None):
    made = schema.TensorT()
    made.name, made.shape, made.type, made.buffer = name, list(shape), kind, buffer
    if quantisation:
        made.quantization = schema.QuantizationParametersT()
        made.quantization.scale = np.array(quantisation[:1], np.float32)
        made.quantization.zeroPoint = np.array(quantisation[1:], np.int64)
    return made


@needs_litert
@pytest.mark.parametrize("quantised", [False, True])
def test_a_file_is_examined_by_its_own_scale_and_zero_point(quantised, write):
    path = write(quantised=quantised)
    diagnosis = diagnose(path, glue.garments(), wants="0..1")
    assert diagnosis.is_healthy
    assert diagnosis.kind == "tflite"
    assert diagnosis.wants == "float32 (n, 28, 28), 0..1"
    pixels = diagnosis.case.confirm.pixels
    values = pixels.reshape(len(pixels), 784) / 255
    given = diagnosis.case.received.scores
    assert given == pytest.approx(values @ glue.weights()[:-1] + glue.weights()[-1], abs=1e-3)


@needs_litert
def test_what_is_no_file_of_the_kind_is_one_sentence(tmp_path):
    (tmp_path / "broken.tflite").write_bytes(b"TFL3" * 50)
    with pytest.raises(TargetError, match=r"Expected a \.tflite file that opens"):
        open_target(tmp_path / "broken.tflite")
