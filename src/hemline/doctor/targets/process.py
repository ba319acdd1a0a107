"""Targets in a child process, with a time limit on every answer."""

import os
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.inputs.forms import InputForm
from hemline.doctor.inputs.ways import takes_files
from hemline.doctor.replies.unpacking import UnreadableError
from hemline.doctor.replies.vocabulary import Vocabulary
from hemline.doctor.targets import guard
from hemline.doctor.targets.base import RefusedError, Target, as_files
from hemline.doctor.targets.callables import callable_forms, resized_forms
from hemline.doctor.targets.declared import declared_forms
from hemline.doctor.targets.frames import BrokenFrameError, pack, unpack
from hemline.doctor.targets.strays import Mark
from hemline.errors import TargetError
from hemline.pixels import Form

_ENDING = 10.0  # s that the guard has to stop everything, of which it needs 5 at most
_OPENING = 4  # times the limit: importing Keras or PyTorch is no part of an answer
_GUARDED = [sys.executable, "-I", "-S", guard.__file__]
_DESCRIPTION = {
    "onnx": "an ONNX file",
    "keras": "a .keras file",
    "callable": "a callable",
    "tflite": "a .tflite file",
}


class ProcessTarget(Target):
    """A model file or a named callable, run by the worker.

    Args:
        kind: onnx, keras, tflite or callable.
        what: its path, or `module:function`.
        limit: seconds for each answer; opening may take four times as long.

    Raises:
        TargetError: it cannot be opened in that time.
    """

    def __init__(self, kind: str, what: str, limit: float) -> None:
        super().__init__()
        self.kind, self.name, self._limit = kind, what, limit
        self._mark = Mark()
        # For files, once some are handed over; the worker may be killed before it removes anything.
        self._folder: TemporaryDirectory[str] | None = None
        self._process = subprocess.Popen(
            [*_GUARDED, sys.executable, "-m", "hemline.doctor.targets.worker", kind, what],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,  # Ctrl-C is for this process, which then ends the others
            env=self._mark.environment,
        )
        header, _ = self._receive(_OPENING * limit)
        if "failed" in header:
            self.close()
            raise TargetError(
                f"Expected {_DESCRIPTION[kind]} that opens, received {what} ({header['failed']}); "
                "correct the file or its name."
            )
        self.facts = header["facts"]
        self.promises_probabilities = bool(self.facts.get("promises"))

    def meet(self, pictures: Form, vocabulary: Vocabulary) -> None:
        """Tell the worker as well, which reads answers by the names of classes."""
        super().meet(pictures, vocabulary)
        spelt: dict[str, Any] = {"classes": vocabulary.classes, "aliases": dict(vocabulary.aliases)}
        self._told = spelt | {"form": pictures.describe()}
        self._send(pack({"meet": self._told}))
        self._forms = self._declared()

    def forms(self) -> Iterator[InputForm]:
        """As declared by a file, or as any callable."""
        yield from self._forms

    def resized_forms(self, edges: Sequence[int]) -> Iterator[InputForm]:
        """Those of any callable; a file has declared its own."""
        if self.kind == "callable":
            yield from resized_forms(edges, bool(self.facts["torch"]))

    def answer(self, batch: NDArray[Any], way: str) -> Any:
        """What the worker says."""
        if takes_files(way):
            return self.answer_files(as_files(batch), way)
        return self._ask({"way": way}, batch)

    def answer_files(self, files: Sequence[bytes], way: str) -> Any:
        """What the worker says to files, which travel end to end."""
        if self._folder is None:
            self._folder = TemporaryDirectory(prefix="hemline-")
            self._send(pack({"meet": self._told | {"folder": self._folder.name}}))
        lengths = [len(data) for data in files]
        return self._ask({"way": way, "files": lengths}, np.frombuffer(b"".join(files), np.uint8))

    def _ask(self, header: dict[str, Any], batch: NDArray[Any]) -> Any:
        self._send(pack(header, batch))
        header, array = self._receive()
        if "unreadable" in header:
            shape = header["shape"]
            raise UnreadableError(header["unreadable"], tuple(shape) if shape else None)
        if "refused" in header:
            raise RefusedError(header["refused"])
        self.promises_probabilities = bool(header["promises"])
        return array

    def close(self) -> None:
        """Stop the worker and all that it started."""
        self._process.terminate()
        try:
            self._process.wait(_ENDING)
        except subprocess.TimeoutExpired:  # something has stopped the guard
            guard.end_descendants(self._process.pid)
            self._process.kill()
            self._process.wait()
        self._mark.end_all()
        if self._folder is not None:
            self._folder.cleanup()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()

    def _declared(self) -> list[InputForm]:
        if self.kind == "callable":
            return list(callable_forms(self.pictures, bool(self.facts["torch"])))
        if len(self.facts["inputs"]) != 1:
            raise TargetError(
                f"Expected a model with one input, received {self.name} with "
                f"{len(self.facts['inputs'])}; examine a callable that fills the others."
            )
        name, dtype, shape = self.facts["inputs"][0]
        forms = declared_forms(name, dtype, shape, self.pictures)
        self.promises_pixels = forms[0].dtype not in {"float16", "float32", "float64"}
        if shape and isinstance(shape[0], int) and forms[0].way == "array":
            self.fixed_batch = shape[0]
        return forms

    def _send(self, frame: bytes) -> None:
        assert self._process.stdin is not None  # noqa: S101 - asked for above
        deadline, rest = time.monotonic() + self._limit, memoryview(frame)
        os.set_blocking(self._process.stdin.fileno(), False)
        while rest:
            self._wait(self._process.stdin.fileno(), selectors.EVENT_WRITE, deadline)
            try:
                rest = rest[os.write(self._process.stdin.fileno(), rest[: 1 << 16]) :]
            except BlockingIOError:
                continue
            except BrokenPipeError:
                raise self._gone() from None

    def _receive(self, limit: float | None = None) -> tuple[dict[str, Any], NDArray[Any] | None]:
        assert self._process.stdout is not None  # noqa: S101 - asked for above
        descriptor = self._process.stdout.fileno()
        deadline = time.monotonic() + (limit or self._limit)

        def read(count: int) -> bytes:
            data = bytearray()
            while len(data) < count:
                self._wait(descriptor, selectors.EVENT_READ, deadline)
                part = os.read(descriptor, min(count - len(data), 1 << 20))
                if not part:
                    raise self._gone()
                data += part
            return bytes(data)

        try:
            return unpack(read)
        except BrokenFrameError as error:
            self.close()
            raise TargetError(
                f"Expected answers from {self.name}, received bytes that are none ({error}); "
                "keep the pipeline from writing to file descriptors that are not its own."
            ) from error

    def _wait(self, descriptor: int, event: int, deadline: float) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, event)
            if selector.select(max(0.0, deadline - time.monotonic())):
                return
        self.close()
        raise TargetError(
            f"Expected an answer from {self.name} within {self._limit:g} s, received none; "
            "mend what does not come back, or allow more with --limit."
        )

    def _gone(self) -> TargetError:
        code = self._process.wait()
        self.close()
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        return TargetError(
            f"Expected an answer from {self.name}, received the end of its process ({how}); "
            "run it alone to see why."
        )
