"""The model that is served: tried on known pictures, and opened anew when its file changes."""

import asyncio
import hashlib
import logging
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hemline.classifier import Answers, Classifier
from hemline.data import open_dataset
from hemline.data.fashion.sketches import draw_sketches
from hemline.errors import HemlineError, ModelFileError
from hemline.models import find_model, read_model
from hemline.photos import Intake
from hemline.pixels import Pixels
from hemline.serving.patience import in_time
from hemline.serving.refusals import busy

_LOOK_EVERY = 1.0  # seconds between looks at the file
_OPENING = 10.0  # seconds; the largest in the box takes a fifth of one
_TRIED = 100  # pictures
_TIMES_CHANCE = 3  # so often, at least, a trained model is right; the shipped ones are 8 times
_log = logging.getLogger("hemline.serving")


@dataclass(frozen=True)
class OpenModel:
    """A model file as it was when it was opened; its version is the beginning of its SHA-256."""

    classifier: Classifier
    content: bytes
    version: str

    @property
    def threshold(self) -> float:
        """Of `ood_score`: above it a picture is none of the classes."""
        return self.classifier.threshold

    @property
    def intake(self) -> Intake:
        """How a picture file becomes what the model takes."""
        return self.classifier.intake

    @cached_property
    def classes(self) -> list[str]:
        """Their names, in the order of the labels."""
        names: list[str] = self.classifier.classes_.tolist()
        return names


class Answered(NamedTuple):
    """What a model says of `n` pictures, and which one it was."""

    answers: Answers
    model: OpenModel

    @property
    def none_of_these(self) -> NDArray[np.bool_]:
        """Which pictures are none of the classes, bool `(n,)`."""
        return self.answers.ood_score > self.model.threshold


def open_model(path: str | Path) -> OpenModel:
    """Open a model file for one thread, and try it.

    Raises:
        ModelFileError: not a model file, or one for garments that knows no drawn ones.
    """
    file, content = read_model(path)
    # More threads answer no faster at this size, and take the processor from other workers.
    classifier = Classifier.from_bytes(content, file, threads=1)
    version = hashlib.sha256(content).hexdigest()[:12]
    _try_on_sketches(classifier)
    return OpenModel(classifier, content, version)


def _try_on_sketches(classifier: Classifier) -> None:
    """Where the classes are those that can be drawn, there are right answers, too."""
    known = open_dataset("sketches")
    intake = classifier.intake
    others = intake.find != known.intake.find and intake.form != known.form
    if (*classifier.classes_,) != known.classes or others:
        return
    pixels, labels = draw_sketches(_TRIED, seed=4)
    right = int((classifier.predict(pixels) == labels).sum())
    if right * len(known.classes) < _TIMES_CHANCE * _TRIED:
        raise ModelFileError(
            f"Expected the right answer to a drawn garment as a rule, received {right} of {_TRIED} "
            f"from {classifier.path}; serve a model that is trained."
        )


class ServedModel:
    """The newest model of a path that was in order.

    Attributes:
        name: by which clients ask for it: that of the file, without its ending.
        tried: set once the file has been looked at for the first time.
    """

    def __init__(self, path: str) -> None:
        self._path = find_model(path)
        self.name = self._path.stem
        self.tried = asyncio.Event()
        self._opened: OpenModel | None = None
        self._stamp: tuple[int, ...] | None = None

    @property
    def is_ready(self) -> bool:
        """Whether a model has been opened and tried."""
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
        """Of the model as it is now; for pixels, uint8 `(n, h, w)` or `(n, h, w, 3)`.

        Raises:
            RefusedError: none is ready yet, or one of another form than when they were admitted.
        """
        opened = self.opened
        if pixels.shape[1:] != opened.intake.form.shape:
            raise busy("received pictures in the form of the model before this one")
        return Answered(opened.classifier.answer(pixels), opened)

    async def refresh(self) -> None:
        """Open the file if it has changed; what cannot be opened leaves all as it was.

        Raises:
            ModelFileError: the file has changed, and is not in order, or not in time.
        """
        stamp = await asyncio.to_thread(_stamp, self._path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._opened = opened = await in_time(lambda: open_model(self._path), _OPENING)
        except TimeoutError as error:
            raise ModelFileError(
                f"Expected a model that opens and answers within {_OPENING:g} s, received "
                f"{self._path} that takes longer; serve a smaller one."
            ) from error
        _log.info("model %s %s is ready", self.name, opened.version)

    async def follow(self) -> None:
        """Refresh for ever, beside the event loop; whatever a file does, the next one is tried."""
        while True:
            try:
                await self.refresh()
            except HemlineError as error:
                _log.error("model not replaced: %s", error)
            except Exception:
                _log.exception("model not replaced: it has failed in a way of its own")
            self.tried.set()
            await asyncio.sleep(_LOOK_EVERY)


def _stamp(path: Path) -> tuple[int, ...] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
