"""A TensorFlow Lite file, run by LiteRT; part of the worker."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.targets.base import in_batches, promises_probabilities

Answer = Callable[[NDArray[Any], str], NDArray[Any]]


def open_tflite(path: str) -> tuple[dict[str, Any], Answer]:
    """What the file says of itself, and how it answers.

    Inputs of whole numbers that the file gives a scale and a zero point are declared as float32:
    they are quantised on the way in, and answers likewise on the way out.
    """
    from ai_edge_litert.interpreter import Interpreter

    model = Interpreter(model_content=Path(path).read_bytes(), num_threads=1)
    sources, outputs = model.get_input_details(), model.get_output_details()
    source, output = sources[0], outputs[0]
    size = _pictures_at_once(source)
    shapes = [[_pictures_at_once(one), *one["shape"][1:].tolist()] for one in sources]
    pairs = zip(sources, shapes, strict=True)
    facts = {
        "inputs": [(one["name"], _kind(one), shape) for one, shape in pairs],
        "outputs": [(one["name"], one["shape"].tolist()) for one in outputs],
        "promises": promises_probabilities(output["name"]),
    }

    def run(batch: NDArray[Any]) -> NDArray[Any]:
        if list(model.get_input_details()[0]["shape"]) != list(batch.shape):
            model.resize_tensor_input(source["index"], batch.shape)
        model.allocate_tensors()
        model.set_tensor(source["index"], _quantised(batch, source))
        model.invoke()
        return _real(model.get_tensor(output["index"]), output)

    return facts, lambda batch, _way: in_batches(run, batch, size)


def _pictures_at_once(source: dict[str, Any]) -> int | None:
    """None for any number of them."""
    signature = [int(edge) for edge in source["shape_signature"]]
    return None if signature and signature[0] < 0 else int(source["shape"][0])


def _kind(source: dict[str, Any]) -> str:
    quantised = bool(source["quantization"][0])
    return "float32" if quantised else np.dtype(source["dtype"]).name


def _quantised(values: NDArray[Any], source: dict[str, Any]) -> NDArray[Any]:
    scale, zero = source["quantization"]
    if not scale:
        return values.astype(source["dtype"], copy=False)
    limits = np.iinfo(source["dtype"])
    whole = np.round(values / scale + zero).clip(limits.min, limits.max)
    return np.asarray(whole, source["dtype"])


def _real(values: NDArray[Any], output: dict[str, Any]) -> NDArray[Any]:
    scale, zero = output["quantization"]
    return np.float32(scale) * (values.astype(np.float32) - zero) if scale else np.array(values)
