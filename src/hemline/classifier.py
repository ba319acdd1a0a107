"""Classifier: opens a model file and predicts, with ONNX Runtime alone."""

import threading
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hemline.cores import quota
from hemline.errors import ModelFileError
from hemline.graph import ForeignGraphError, check_graph
from hemline.model_file import ModelFacts, read_facts
from hemline.models import DEFAULT, read_model
from hemline.photos.fitting import admit, fit_pixels
from hemline.photos.intake import Intake
from hemline.pixels import Form, Pixels, noise
from hemline.seal import is_whole
from hemline.wire import BrokenMessageError

_SHOWN = 200  # characters of what ONNX Runtime says
_PATIENCE = 10.0  # seconds; a model in the box answers in hundredths of one
_CHUNK = 500  # pictures at a time: bounds the memory, and loses no speed


class Answers(NamedTuple):
    """What a model says of `n` pictures.

    Attributes:
        probabilities: float32 `(n, classes)`; each row sums to 1.
        ood_score: float32 `(n,)`, the out-of-distribution score: how unlike the pictures of the
            training; larger is stranger.
    """

    probabilities: NDArray[np.float32]
    ood_score: NDArray[np.float32]

    @property
    def labels(self) -> NDArray[np.int64]:
        """The most probable class of each picture, int64 `(n,)`."""
        labels: NDArray[np.int64] = self.probabilities.argmax(axis=1)
        return labels

    def of(self, places: slice | list[int]) -> "Answers":
        """Those to some of the pictures."""
        return Answers(*(array[places] for array in self))


class Classifier:
    """A model file, opened; it takes whatever `as_pixels` admits in its form.

    One for garments also takes them cut out smaller, in grey, and enlarges them.

    Attributes:
        classes_: names of the classes, in the order of the labels.
        intake: how a picture file becomes such a picture; `hemline.photos.see` does it.
        metadata: what the file says of itself: recipe, seed, parameters, layers, data, versions,
            figures.
        threshold: of the out-of-distribution score; a picture above it is none of the classes.
        path: of the file.

    Example:
        >>> classifier = Classifier.load("runs/seed-0/model.onnx")  # doctest: +SKIP
        >>> classifier.predict(pixels)                              # doctest: +SKIP
        array([9, 2, 1])
    """

    def __init__(self, session: Any, content: bytes, path: Path, threads: int) -> None:
        self._session = session
        self._opened = content, path, threads
        self.path = path
        facts: ModelFacts = read_facts(session, path)
        self.metadata: dict[str, Any] = facts.metadata
        self.classes_ = np.array(facts.classes)
        self.intake: Intake = facts.intake
        self.threshold = facts.threshold
        self._score = facts.score_output

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies and pickles hold the content of the file, and open it again."""
        content, path, threads = self._opened
        return partial(type(self).from_bytes, threads=threads), (content, path)

    @property
    def form(self) -> Form:
        """Of the pictures that it takes."""
        return self.intake.form

    @property
    def trained_on(self) -> str:
        """Name of the data that the model was trained on."""
        return str(self.metadata["data"]["name"])

    @classmethod
    def load(cls, path: str | Path = DEFAULT) -> "Classifier":
        """Open a model file, the one in a run folder, or one that comes with Hemline.

        Args:
            path: of the file or folder, or the name of a shipped model.

        Raises:
            ModelFileError: no such file, or not a Hemline model file.
        """
        file, content = read_model(path)
        return cls.from_bytes(content, file)

    @classmethod
    def from_bytes(cls, content: bytes, path: Path, *, threads: int = 0) -> "Classifier":
        """Open the content of a model file.

        Args:
            content: of the file.
            path: what errors call it.
            threads: that one call may use; 0 for as many as there are cores.

        Raises:
            ModelFileError: not a Hemline model file.
        """
        _check_content(content, path)
        classifier = cls(_session(content, path, threads), content, path, threads)
        classifier._try()
        return classifier

    def logits(self, pictures: ArrayLike) -> NDArray[np.float32]:
        """Scores before the softmax, float32 `(n, classes)`.

        Raises:
            PixelsError: `pictures` are not what it takes.
        """
        return self._run(["logits"], admit(pictures, self.intake))[0]

    def answer(self, pictures: ArrayLike) -> Answers:
        """Probabilities and out-of-distribution score, from one look.

        Raises:
            PixelsError: `pictures` are not what it takes.
        """
        return Answers(*self._run(["probabilities", self._score], admit(pictures, self.intake)))

    def predict_proba(self, pictures: ArrayLike) -> NDArray[np.float32]:
        """Probabilities, float32 `(n, classes)`; each row sums to 1.

        Raises:
            PixelsError: `pictures` are not what it takes.
        """
        return self.answer(pictures).probabilities

    def predict(self, pictures: ArrayLike) -> NDArray[np.int64]:
        """Labels, int64 `(n,)`: the most probable class of each picture.

        Raises:
            PixelsError: `pictures` are not what it takes.
        """
        return self.answer(pictures).labels

    def is_out_of_distribution(self, pictures: ArrayLike) -> NDArray[np.bool_]:
        """Whether each picture is none of the classes, bool `(n,)`.

        Raises:
            PixelsError: `pictures` are not what it takes.
        """
        return self.answer(pictures).ood_score > self.threshold

    def score(self, pictures: ArrayLike, labels: ArrayLike) -> float:
        """Accuracy: the share of pictures whose predicted label is the actual one."""
        return float(np.mean(self.predict(pictures) == np.asarray(labels)))

    def _try(self) -> None:
        """Answer a few pictures of noise, in whatever time that may take at most.

        Raises:
            ModelFileError: no probabilities, or no answer.
        """
        import onnxruntime

        options = onnxruntime.RunOptions()
        end = threading.Timer(_PATIENCE, lambda: setattr(options, "terminate", True))
        end.start()
        try:
            answers = Answers(
                *self._ask(["probabilities", self._score], noise(self.form, 2), options)
            )
        finally:
            end.cancel()
        sums = answers.probabilities.sum(axis=1)
        if not (np.allclose(sums, 1, atol=1e-3) and np.isfinite(answers.ood_score).all()):
            raise ModelFileError(
                f"Expected probabilities that sum to 1 and a finite score, received {sums[0]:g} "
                f"and {answers.ood_score[0]:g} from {self.path}; train the model anew."
            )

    def _run(self, outputs: list[str], pixels: Pixels) -> list[NDArray[np.float32]]:
        starts = range(0, len(pixels), _CHUNK) or [0]  # no pictures give empty answers
        # What has to be enlarged is so a chunk at a time as well.
        parts = (fit_pixels(pixels[start : start + _CHUNK], self.intake) for start in starts)
        chunks = [self._ask(outputs, part) for part in parts]
        return [np.concatenate(parts) for parts in zip(*chunks, strict=True)]

    def _ask(
        self, outputs: list[str], pixels: Pixels, options: Any = None
    ) -> list[NDArray[np.float32]]:
        try:
            answers: list[NDArray[np.float32]] = self._session.run(
                outputs, {"pixels": pixels}, options
            )
        except Exception as error:  # ONNX Runtime's own exceptions have no common base
            raise ModelFileError(
                f"Expected answers to pictures of {self.form}, received none from {self.path} "
                f"({str(error).splitlines()[0][:_SHOWN]}); train the model anew."
            ) from error
        return answers


def _check_content(content: bytes, path: Path) -> None:
    """Whether this may be opened, as far as can be said without opening it."""
    if not is_whole(content):
        raise ModelFileError(
            f"Expected a model file as it was made, received {path} whose checksum does not "
            "fit its content; copy or download it again."
        )
    try:
        check_graph(content)
    except BrokenMessageError as error:
        raise _damaged(path) from error
    except ForeignGraphError as error:
        raise ModelFileError(
            f"Expected a model file that holds layers alone, received {path} with {error}; "
            "make one with hemline train."
        ) from error


def _session(content: bytes, path: Path, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what goes wrong is said once, by the exception
    options.intra_op_num_threads = threads or quota()  # 0: one for each core of the affinity
    # Or it would look for its own format, which is not what has been checked.
    options.add_session_config_entry("session.load_model_format", "ONNX")
    # Or it would print what went wrong, and try the same again.
    once = {"providers": ["CPUExecutionProvider"], "enable_fallback": False}
    try:
        return onnxruntime.InferenceSession(content, options, **once)
    except Exception as error:  # ONNX Runtime's own exceptions have no common base
        raise _damaged(path) from error


def _damaged(path: Path) -> ModelFileError:
    return ModelFileError(
        f"Expected a model file, received {path} that is not ONNX or is damaged; "
        "make one with hemline train."
    )
