"""The model that is served: tried on known pictures, and opened anew when its file changes."""

import asyncio
import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hemline.classifier import Answers, Classifier
from hemline.data.sketches import draw_sketches
from hemline.errors import HemlineError, ModelFileError
from hemline.labels import CLASSES
from hemline.models import find_model, read_model
from hemline.pixels import Pixels
from hemline.serving.refusals import busy

_LOOK_EVERY = 1.0  # seconds between looks at the file
_KNOWN = ("Trouser", "Bag")  # most drawn pictures of these any working model knows
_log = logging.getLogger("hemline.serving")


@dataclass(frozen=True)
class OpenModel:
    """A model file as it was when it was opened; its version is the beginning of its SHA-256."""

    classifier: Classifier
    content: bytes
    version: str

    @property
    def threshold(self) -> float:
        """Of `foreign`: above it a picture is none of the ten classes."""
        return self.classifier.threshold


class Answered(NamedTuple):
    """What a model says of `n` pictures, and which one it was."""

    answers: Answers
    model: OpenModel

    @property
    def none_of_these(self) -> NDArray[np.bool_]:
        """Which pictures are none of the ten classes, bool `(n,)`."""
        return self.answers.foreign > self.model.threshold


def open_model(path: str | Path) -> OpenModel:
    """Open a model file for one thread, and try it on known pictures.

    Raises:
        ModelFileError: not a model file, or one that takes trousers for something else.
    """
    file, content = read_model(path)
    # More threads answer no faster at this size, and take the processor from other workers.
    classifier = Classifier.from_bytes(content, file, threads=1)
    version = hashlib.sha256(content).hexdigest()[:12]
    opened = OpenModel(classifier, content, version)
    _try(opened)
    return opened


def _try(opened: OpenModel) -> None:
    pixels, labels = draw_sketches(10 * len(CLASSES), seed=4)
    for name in _KNOWN:
        answers = opened.classifier.predict(pixels[labels == CLASSES.index(name)])
        answer = CLASSES[int(np.bincount(answers).argmax())]
        if answer != name:
            raise ModelFileError(
                f"Expected the answer {name} to a drawn {name}, received {answer} from "
                f"{opened.classifier.path}; serve a model that is trained."
            )


class ServedModel:
    """The newest model of a path that was in order.

    Attributes:
        name: by which clients ask for it: that of the file, without its ending.
    """

    def __init__(self, path: str) -> None:
        self._path = find_model(path)
        self.name = self._path.stem
        self._opened: OpenModel | None = None
        self._stamp: tuple[int, ...] | None = None

    @property
    def is_ready(self) -> bool:
        """Whether a model has answered the known pictures rightly."""
        return self._opened is not None

    @property
    def opened(self) -> OpenModel:
        """The model as it is now.

        Raises:
            RefusedError: none is ready yet.
        """
        if self._opened is None:
            raise busy("received one before the model is ready")
        return self._opened

    def answer(self, pixels: Pixels) -> Answered:
        """Of the model as it is now; for pixels, uint8 `(n, 28, 28)`."""
        opened = self.opened
        return Answered(opened.classifier.answer(pixels), opened)

    def refresh(self) -> None:
        """Open the file if it has changed; what cannot be opened leaves all as it was.

        Raises:
            ModelFileError: the file has changed, and is not in order.
        """
        stamp = _stamp(self._path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        self._opened = opened = open_model(self._path)
        _log.info("model %s %s is ready", self.name, opened.version)

    async def follow(self) -> None:
        """Refresh for ever, beside the event loop."""
        while True:
            try:
                await asyncio.to_thread(self.refresh)
            except HemlineError as error:
                _log.error("model not replaced: %s", error)
            await asyncio.sleep(_LOOK_EVERY)


def _stamp(path: Path) -> tuple[int, ...] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
