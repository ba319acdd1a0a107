"""Tensors of the Open Inference Protocol v2, as JSON and in its binary extension."""

import itertools
import json
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hemline.photos import Intake
from hemline.photos.fitting import admit, fit_pixels
from hemline.pixels import Form, Pixels
from hemline.serving.refusals import RefusedError

INPUT, DATATYPE = "pixels", "UINT8"
OUTPUTS = {"probabilities": "FP32", "label": "INT64", "ood_score": "FP32"}  # and their datatypes
_MOST_PICTURES, _MOST_VALUES = 1000, 2_000_000  # of one request: whatever is reached first
_MOST_ANSWERS = 200_000  # numbers of one response, which is written in one go
_SMALL = 16_384  # bytes of JSON that cost little, whatever they hold
_MOST_MARKS = 1000  # quotation marks and braces of one request
_FEW_LISTS = 64  # beside those that hold three numbers and more, as rows and colours do
_DIGITS = 12  # of a number of bytes
_DTYPES = {"FP32": "<f4", "INT64": "<i8"}
_BINARY_INPUT, _BINARY_OUTPUT = {"binary_data_size"}, {"binary_data"}

Array = NDArray[Any]


class InputTensor(BaseModel):
    """Pixels, as nested or flat `data`, or as bytes after the JSON."""

    model_config = ConfigDict(strict=True)

    name: str
    shape: list[int] = Field(min_length=1, max_length=8)
    datatype: str
    parameters: dict[str, Any] = Field(default_factory=dict)  # `{}` were copied deeply
    data: list[Any] | None = None


class RequestedOutput(BaseModel):
    """One of the outputs; `{"binary_data": true}` asks for bytes."""

    model_config = ConfigDict(strict=True)

    name: str
    parameters: dict[str, Any] = Field(default_factory=dict)


class InferRequest(BaseModel):
    """A request of the protocol."""

    model_config = ConfigDict(strict=True)

    id: str | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)
    inputs: list[InputTensor] = Field(min_length=1, max_length=1)
    outputs: list[RequestedOutput] = Field(default_factory=list, max_length=len(OUTPUTS))


def most_pictures(form: Form, classes: int) -> int:
    """Of one request."""
    most = min(_MOST_PICTURES, _MOST_VALUES // form.values, _MOST_ANSWERS // classes)
    return max(1, most)


def longest_body(form: Form, classes: int) -> int:
    """Bytes of so many pictures as JSON without spaces, and change."""
    return 4 * form.values * most_pictures(form, classes) + 100_000


def parse(
    body: bytes, json_length: str | None, intake: Intake, classes: int
) -> tuple[InferRequest, Pixels]:
    """The request, and its pixels in the form of the model.

    Args:
        body: JSON, and after it the bytes of binary tensors.
        json_length: the header that says where the JSON ends; None: at the end.
        intake: of the model.
        classes: of the model.

    Raises:
        RefusedError: not what this model takes.
        PixelsError: not pixels that this model takes.
    """
    end = _json_end(body, json_length)
    _check_marks(body[:end])
    try:
        request = InferRequest.model_validate_json(body[:end])
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the body"
        raise _refused(f"a request of the protocol v2, received {place}: {first['msg']}") from error
    _check_outputs(request)
    most = most_pictures(intake.form, classes)
    return request, _pixels(request.inputs[0], body[end:], intake, most)


def _check_marks(text: bytes) -> None:
    """Refuse what costs far more to read than its bytes: lists, texts, objects without number."""
    if len(text) <= _SMALL:
        return
    lists = text.count(b"[") - _FEW_LISTS
    if text.count(b'"') + text.count(b"{") > _MOST_MARKS or lists > text.count(b",") // 2:
        raise _refused("lists of numbers for the pictures, received texts, objects or empty lists")


def _json_end(body: bytes, json_length: str | None) -> int:
    if json_length is None:
        return len(body)
    number = json_length.isascii() and json_length.isdigit() and len(json_length) < _DIGITS
    if not number or int(json_length) > len(body):
        raise _refused(
            f"Inference-Header-Content-Length within the body, received {json_length[:_DIGITS]}"
        )
    return int(json_length)


def _check_outputs(request: InferRequest) -> None:
    for output in request.outputs:
        if output.name not in OUTPUTS:
            raise _refused(f"outputs of {', '.join(OUTPUTS)}, received {output.name[:40]!r}")
        if others := output.parameters.keys() - _BINARY_OUTPUT:
            raise _refused(f"no parameter of outputs but binary_data, received {min(others)[:40]}")


def _pixels(tensor: InputTensor, binary: bytes, intake: Intake, most: int) -> Pixels:
    if (tensor.name, tensor.datatype) != (INPUT, DATATYPE):
        raise _refused(
            f"the input {INPUT} of datatype {DATATYPE}, received {tensor.name[:40]!r} of "
            f"{tensor.datatype[:40]!r}"
        )
    if others := tensor.parameters.keys() - _BINARY_INPUT:
        raise _refused(f"no parameter but binary_data_size, received {min(others)[:40]!r}")
    values = _from_bytes(tensor, binary) if tensor.data is None else _from_json(tensor, binary)
    if min(tensor.shape) < 1 or math.prod(tensor.shape) != values.size:
        raise _refused(f"values for the shape {tensor.shape}, received {values.size:,}")
    pixels = admit(values.reshape(tensor.shape), intake)
    if len(pixels) > most:
        raise _refused(f"at most {most:,} pictures at once, received {len(pixels):,}")
    return fit_pixels(pixels, intake)


def _from_bytes(tensor: InputTensor, binary: bytes) -> Pixels:
    if tensor.parameters.get("binary_data_size") != len(binary):
        raise _refused(
            f"data, or binary_data_size of the bytes after the JSON, received {len(binary):,} bytes"
        )
    return np.frombuffer(binary, np.uint8)


def _from_json(tensor: InputTensor, binary: bytes) -> Pixels:
    if binary or tensor.parameters:
        raise _refused("data or bytes after the JSON, received both")
    values = _flat(tensor)
    if not set(map(type, values)) <= {int}:  # NumPy would take true for 1, and pad text
        raise _refused("data of whole numbers, nested like the shape or flat, received others")
    try:
        return np.frombuffer(bytes(values), np.uint8)
    except (ValueError, OverflowError) as error:
        raise _refused("whole numbers from 0 to 255, received others") from error


def _flat(tensor: InputTensor) -> list[Any]:
    """The values of `data`, which is flat or nested like the shape."""
    values = tensor.data or []
    if not (values and isinstance(values[0], list)):
        return values
    for size in tensor.shape[1:]:
        if not all(isinstance(row, list) and len(row) == size for row in values):
            raise _refused(f"data nested like the shape {tensor.shape}, received others")
        values = list(itertools.chain.from_iterable(values))
    return values


def respond(
    request: InferRequest, head: dict[str, Any], arrays: dict[str, Array]
) -> tuple[bytes, int | None]:
    """The body of a response, and the length of its JSON if bytes follow.

    Args:
        request: says which outputs, and which of them as bytes.
        head: what stands beside the outputs.
        arrays: all outputs by name.
    """
    everything = request.parameters.get("binary_data_output") is True
    wanted = request.outputs or [RequestedOutput(name=name) for name in OUTPUTS]
    tensors, tail = [], b""
    for output in wanted:
        tensor, data = _tensor(output, arrays[output.name], everything)
        tensors.append(tensor)
        tail += data
    body = json.dumps({**head, "outputs": tensors}, separators=(",", ":")).encode()
    return body + tail, len(body) if tail else None


def _tensor(
    output: RequestedOutput, array: Array, everything: bool
) -> tuple[dict[str, Any], bytes]:
    datatype = OUTPUTS[output.name]
    tensor = {"name": output.name, "datatype": datatype, "shape": list(array.shape)}
    if output.parameters.get("binary_data", everything) is not True:
        return {**tensor, "data": array.ravel().tolist()}, b""
    data = array.astype(_DTYPES[datatype]).tobytes()
    return {**tensor, "parameters": {"binary_data_size": len(data)}}, data


def _refused(what: str) -> RefusedError:
    return RefusedError(400, f"Expected {what}; see /docs.")
