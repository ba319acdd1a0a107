"""HemlineClassifier: training and prediction as scikit-learn's tools expect them."""

import json
import math
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from hemline.classifier import Classifier
from hemline.data import Dataset
from hemline.errors import DataError, PixelsError
from hemline.training import Recipe, load_recipe, new_run_folder, train


class HemlineClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # untyped
    """A classifier of pictures with the interface of scikit-learn.

    `X` is what `as_pixels` admits: whole numbers 0..255 of shape `(n, h, w)` or `(n, h, w, 3)`.
    Flattened pictures `(n, values)` are taken as well if they are square and grey, or `form` says
    what they are. `y` holds one label a picture, of any kind that sorts.

    Args:
        recipe: name or path of a recipe.
        random_state: of the initial weights and all chance: a seed, a generator of NumPy, or None
            for another training every time.
        epochs: instead of the recipe's.
        validation: share of the pictures that is kept back to choose and calibrate by, instead of
            the recipe's.
        changes: other keys of the recipe with their values.
        device: auto, cpu or cuda.
        form: of one picture, `(h, w)` or `(h, w, 3)`, where `X` is flattened.
        folder: where each fit leaves a run; None keeps none.

    Attributes:
        classes_: the labels, sorted; their order is that of the columns of `predict_proba`.
        form_: of the pictures.
        model_: the model file, bytes; `classifier_` is it, opened.

    Example:
        >>> from sklearn.model_selection import cross_val_score       # doctest: +SKIP
        >>> cross_val_score(HemlineClassifier("fast"), X, y, cv=3)    # doctest: +SKIP
    """

    def __init__(
        self,
        recipe: str | Path = "fast",
        *,
        random_state: Any = 0,
        epochs: int | None = None,
        validation: float | None = None,
        changes: Mapping[str, Any] | None = None,
        device: str = "auto",
        form: tuple[int, ...] | None = None,
        folder: str | Path | None = None,
    ) -> None:
        self.recipe = recipe
        self.random_state = random_state
        self.epochs = epochs
        self.validation = validation
        self.changes = changes
        self.device = device
        self.form = form
        self.folder = folder

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:  # noqa: N803 - as scikit-learn has it
        """Train on all of `X`; whoever calls keeps the test part.

        Raises:
            DataError: `y` is not one label a picture, or of fewer than two classes.
            PixelsError: `X` is not what `as_pixels` admits.
            RecipeError: no such recipe, or changes that it does not know.
            RunError: the folder cannot be used, or the loss is no longer finite.
        """
        recipe, seed = self._recipe(), self._seed()
        classes, labels = _numbered(y)
        part = _unflattened(X, self.form), labels
        # Named as a test part as well, or one would be cut off; training never opens it.
        dataset = Dataset.from_arrays(part, part, classes=[str(name) for name in classes])
        with self._run_folder(recipe, seed) as folder:
            result = train(recipe, dataset, folder=folder, seed=seed, device=self.device)
            self.model_: bytes = result.run.model.read_bytes()
        self.classes_, self.form_ = classes, dataset.form
        self.__dict__.pop("_opened", None)
        return self

    def predict(self, X: ArrayLike) -> NDArray[Any]:  # noqa: N803
        """The most probable label of each picture, `(n,)`.

        Raises:
            PixelsError: `X` is not what `as_pixels` admits in the form of the training.
        """
        likeliest = self.predict_proba(X).argmax(axis=1)
        labels: NDArray[Any] = self.classes_[likeliest]
        return labels

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float32]:  # noqa: N803
        """Probabilities, float32 `(n, classes)`, in the order of `classes_`.

        Raises:
            PixelsError: `X` is not what `as_pixels` admits in the form of the training.
        """
        check_is_fitted(self)
        return self.classifier_.predict_proba(_unflattened(X, self.form_.shape))

    @property
    def classifier_(self) -> Classifier:
        """The model file, opened: that also tells pictures which are none of the classes."""
        check_is_fitted(self)
        if "_opened" not in self.__dict__:
            self._opened = Classifier.from_bytes(self.model_, Path("model_"))
        return self._opened

    def __getstate__(self) -> dict[str, Any]:
        """All but the session of ONNX Runtime, which the model file opens again."""
        state: dict[str, Any] = super().__getstate__()
        return {name: value for name, value in state.items() if name != "_opened"}

    def _recipe(self) -> Recipe:
        given = {"epochs": self.epochs, "validation": self.validation}
        changes = {key: value for key, value in given.items() if value is not None}
        changes |= self.changes or {}
        return load_recipe(self.recipe, [f"{key}={_toml(of)}" for key, of in changes.items()])

    def _seed(self) -> int:
        state = self.random_state
        if isinstance(state, int | np.integer):
            return int(state)
        return int(check_random_state(state).randint(2**31 - 1))

    @contextmanager
    def _run_folder(self, recipe: Recipe, seed: int) -> Iterator[Path]:
        if self.folder is not None:
            yield new_run_folder(recipe, seed, Path(self.folder))
            return
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)


def _toml(value: Any) -> str:
    """As a recipe has it; values of NumPy, out of a grid to search, are numbers as well."""
    return json.dumps(value, default=lambda of: of.tolist() if hasattr(of, "tolist") else str(of))


def _unflattened(X: ArrayLike, form: tuple[int, ...] | None) -> ArrayLike:  # noqa: N803
    """Rows of values as pictures; whatever else it is as it came."""
    try:
        array = np.asarray(X)
    except ValueError:  # `as_pixels` says what is wrong
        return X
    if array.ndim != 2:
        return array
    edge = math.isqrt(array.shape[1])
    shape = tuple(form or (edge, edge))
    if len(shape) not in (2, 3) or math.prod(shape) != array.shape[1]:
        raise PixelsError(
            "Expected rows of square grey pictures, or of what form says, received rows of "
            f"{array.shape[1]:,} values with form={form}; pass X of shape (n, h, w) or "
            "(n, h, w, 3), or say what the rows are by form=(h, w) or form=(h, w, 3)."
        )
    return array.reshape(-1, *shape)


def _numbered(y: ArrayLike) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """The labels that there are, sorted, and the number of each picture's among them."""
    array = np.asarray(y)
    whole = array.dtype.kind != "f" or bool((array == np.round(array)).all())
    try:
        if array.ndim == 1 and whole:
            classes, numbers = np.unique(array, return_inverse=True)
            return classes, numbers
    except TypeError:  # text and numbers beside each other do not sort
        pass
    raise DataError(
        f"Expected one label a picture, all text or all whole numbers, received {array.dtype} of "
        f"shape {array.shape}; pass y of shape (n,)."
    )
