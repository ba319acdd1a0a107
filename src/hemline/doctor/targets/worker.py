"""The child process in which model files and named callables run: it can be stopped.

Called as `python -m hemline.doctor.targets.worker KIND WHAT`; speaks frames on its first standard
input and output, of which one says what the pictures and the classes are, and gives whatever it
runs an empty pair of its own.
"""

import contextlib
import importlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.replies.unpacking import UnreadableError
from hemline.doctor.replies.vocabulary import Vocabulary
from hemline.doctor.targets.base import (
    RefusedError,
    in_batches,
    probability_output,
    promises_probabilities,
    stacked,
)
from hemline.doctor.targets.frames import pack, unpack
from hemline.doctor.targets.function import FunctionTarget, first_line
from hemline.doctor.targets.guard import end_with_parent
from hemline.pixels import Form

Shown = NDArray[Any] | list[bytes]  # an array, or picture files
Answer = Callable[[Any, str], Any]
Meet = Callable[[Form, Vocabulary, str | None], None]
Opened = tuple[dict[str, Any], Answer, Meet]


def main() -> None:
    """Open what is named, then answer until the other side is gone."""
    end_with_parent()
    kind, what = sys.argv[1:3]
    incoming, outgoing = _own_pipes()
    try:
        facts, answer, meet = _OPENERS[kind](what)
    except (Exception, SystemExit) as error:
        outgoing.write(pack({"failed": first_line(error)}))
        return
    outgoing.write(pack({"facts": facts}))
    while True:
        try:
            header, batch = unpack(lambda count: _exactly(incoming, count))
        except EOFError:
            return
        if batch is None:
            told = header["meet"]
            vocabulary = Vocabulary(tuple(told["classes"]), told["aliases"])
            meet(Form.parse(told["form"]), vocabulary, told.get("folder"))
        else:
            shown = _files(batch, header["files"]) if "files" in header else batch
            outgoing.write(_reply(answer, shown, header["way"], facts))


def _files(joined: NDArray[Any], lengths: list[int]) -> list[bytes]:
    """Files that came end to end."""
    ends = np.cumsum(lengths)
    return [part.tobytes() for part in np.split(joined, ends[:-1])]


def _reply(answer: Answer, shown: Shown, way: str, facts: dict[str, Any]) -> bytes:
    try:
        array: NDArray[Any] = np.asarray(answer(shown, way))
        if array.dtype.hasobject:
            return pack({"unreadable": "a list of Python objects", "shape": None})
        return pack({"promises": facts.get("promises")}, array)
    except UnreadableError as error:
        return pack({"unreadable": str(error), "shape": error.shape})
    except RefusedError as error:
        return pack({"refused": str(error)})
    except Exception as error:
        return pack({"refused": first_line(error)})


def _own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep the pipes to the parent; what is printed here goes nowhere."""
    incoming, outgoing = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    return os.fdopen(incoming, "rb"), os.fdopen(outgoing, "wb", 0)


def _exactly(stream: BinaryIO, count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise EOFError
    return data


def _open_onnx(path: str) -> Opened:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    # From bytes, and in an empty folder, so that weights outside the file are out of reach.
    data = Path(path).read_bytes()
    with tempfile.TemporaryDirectory() as empty, contextlib.chdir(empty):
        session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    inputs, outputs = session.get_inputs(), session.get_outputs()
    facts: dict[str, Any] = {
        "inputs": [(value.name, value.type, value.shape) for value in inputs],
        "outputs": [(value.name, value.shape) for value in outputs],
        "metadata": dict(session.get_modelmeta().custom_metadata_map),
    }

    def answer(batch: NDArray[Any], way: str) -> Any:
        name, _, shape = facts["inputs"][0]
        if way == "array":
            size = shape[0] if shape and isinstance(shape[0], int) else None
            return in_batches(
                lambda part: session.run([facts["output"]], {name: part})[0], batch, size
            )
        return stacked([session.run([facts["output"]], {name: one})[0] for one in batch])

    facts["output"], facts["promises"] = probability_output([name for name, _ in facts["outputs"]])
    return facts, answer, _needs_no_telling


def _open_keras(path: str) -> Opened:
    from hemline.keras_file.backend import choose_backend

    choose_backend()
    import keras

    model = keras.saving.load_model(path, compile=False, safe_mode=True)
    if len(model.inputs) != 1:
        raise ValueError(f"{len(model.inputs)} inputs instead of one")
    source = model.inputs[0]
    last = model.layers[-1]
    facts = {
        "inputs": [(source.name, str(source.dtype), list(source.shape))],
        "outputs": [(value.name, list(value.shape)) for value in model.outputs],
        "parameters": int(model.count_params()),
        "promises": promises_probabilities(last.name),
    }

    def answer(batch: NDArray[Any], _way: str) -> Any:
        values = model(batch, training=False)
        return keras.ops.convert_to_numpy(values[0] if isinstance(values, list) else values)

    return facts, answer, _needs_no_telling


def _open_tflite(path: str) -> Opened:
    from hemline.doctor.targets.tflite import open_tflite

    return *open_tflite(path), _needs_no_telling


def _needs_no_telling(_pictures: Form, _vocabulary: Vocabulary, _folder: str | None) -> None:
    """For files: they give arrays, and no names of classes."""


def _open_callable(what: str) -> Opened:
    module, _, name = what.partition(":")
    sys.path.insert(0, str(Path.cwd()))
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    if not callable(found):
        raise TypeError(f"{what} is {type(found).__name__}, not a callable")
    target = FunctionTarget(found, what)
    facts = {"torch": "torch" in sys.modules, "promises": target.promises_probabilities}

    def meet(pictures: Form, vocabulary: Vocabulary, folder: str | None) -> None:
        target.meet(pictures, vocabulary)
        target.folder = Path(folder) if folder else None

    def answer(shown: Shown, way: str) -> Any:
        if isinstance(shown, list):
            return target.answer_files(shown, way)
        array = target.answer(shown, way)
        facts["promises"] = target.promises_probabilities  # the answers may say so first
        return array

    return facts, answer, meet


_OPENERS: dict[str, Callable[[str], Opened]] = {
    "onnx": _open_onnx,
    "keras": _open_keras,
    "tflite": _open_tflite,
    "callable": _open_callable,
}

if __name__ == "__main__":
    main()
