"""Whatever a pipeline gives becomes an array: tensors, tables, dictionaries, pairs, rankings."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.replies.vocabulary import Vocabulary

_KEYS, _LETTERS = 1000, 1000  # of a dictionary beyond the classes, and of a word
Ranking = list[tuple[str, float | None]]  # names of classes, the likeliest first


class UnreadableError(Exception):
    """What came back is no answer; `shape` says what it looked like."""

    def __init__(self, message: str, shape: tuple[int, ...] | None = None) -> None:
        super().__init__(message)
        self.shape = shape


def as_array(raw: Any, n: int, vocabulary: Vocabulary) -> NDArray[Any]:
    """A NumPy array of whatever came back for `n` pictures.

    Raises:
        UnreadableError: NumPy cannot read it.
    """
    raw = _at_hand(raw, n, vocabulary)
    rankings = _rankings(raw, n)
    if rankings is not None:
        return _of_rankings(rankings, vocabulary)
    if isinstance(raw, list) and raw and all(isinstance(row, dict) for row in raw):
        _refuse_many(raw[0], vocabulary)
        raw = {key: [row.get(key, np.nan) for row in raw] for key in raw[0]}
    if isinstance(raw, dict):
        _refuse_many(raw, vocabulary)
        raw = _by_name(raw, n, vocabulary)
    if isinstance(raw, tuple):
        parts = [as_array(part, n, vocabulary) for part in raw if part is not None]
        if parts:
            return min(parts, key=lambda part: _tells_least(part, n, vocabulary))
    if isinstance(raw, list) and raw and hasattr(raw[0], "detach"):
        raw = [_of_tensor(part) for part in raw]
    return _numbers_or_text(raw, n)


def _at_hand(raw: Any, n: int, vocabulary: Vocabulary) -> Any:
    """Tables as dictionaries of their columns, and what comes one by one as a list."""
    if hasattr(raw, "columns") and hasattr(raw, "to_numpy"):
        columns = {name: np.asarray(raw[name]) for name in raw.columns}
        named = {vocabulary.label_of(str(name)) for name in columns} == set(range(len(vocabulary)))
        return raw.to_numpy() if len(columns) == len(vocabulary) and not named else columns
    if isinstance(raw, np.ndarray) and (raw.dtype.kind == "O" or _are_names(raw)):
        return raw.tolist()
    return list(islice(raw, n + 1)) if isinstance(raw, Iterator) else raw


def _are_names(array: NDArray[Any]) -> bool:
    """Whether each row holds several names."""
    return array.dtype.kind in "US" and array.ndim == 2 and array.shape[1] > 1


def _numbers_or_text(raw: Any, n: int) -> NDArray[Any]:
    try:
        array = np.asarray(shortened(_of_tensor(raw)))
        if array.dtype.kind == "O" and array.ndim:  # None among names is a doubt, not a name
            array = np.asarray(["" if one is None else one for one in shortened(array.tolist())])
    except (ValueError, TypeError, RuntimeError, RecursionError) as error:
        raise UnreadableError(f"{type(raw).__name__} that NumPy cannot read") from error
    if array.dtype.kind == "S":
        array = np.char.decode(array, "utf-8", "replace")
    return array.reshape(1) if array.ndim == 0 and n == 1 else array


def _rankings(raw: Any, n: int) -> list[Ranking] | None:
    """The classes that are named for each picture, if that is what came."""
    if not isinstance(raw, list | tuple):
        return None
    if n == 1 and (alone := _ranking(raw)):
        return [alone]
    found = [_ranking(entry) for entry in raw] if len(raw) == n else []
    return [each for each in found if each] if found and all(found) else None


def _ranking(entry: Any) -> Ranking | None:
    """One pair of a name and a number, as `{"label": ..., "score": ...}` or side by side; or many.

    Names alone are a ranking, too, if there are several.
    """
    if pair := _pair(entry):
        return [pair]
    if not isinstance(entry, list | tuple) or not entry:
        return None
    pairs = [_pair(one) for one in entry]
    if all(pairs):
        return sorted((pair for pair in pairs if pair), key=lambda pair: -(pair[1] or 0.0))
    if len(entry) > 1 and all(map(_is_text, entry)):
        return [(_text(name), None) for name in entry]
    return None


def _pair(entry: Any) -> tuple[str, float | None] | None:
    if isinstance(entry, dict):
        entry = tuple(entry.values())
    if not isinstance(entry, list | tuple) or len(entry) != 2:
        return None
    names = [value for value in entry if _is_text(value)]
    numbers = [value for value in entry if _is_number(value)]
    return (_text(names[0]), float(numbers[0])) if len(names) == len(numbers) == 1 else None


def _is_text(value: Any) -> bool:
    return isinstance(value, str | bytes)


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("utf-8", "replace")


def _is_number(value: Any) -> bool:
    return np.isscalar(value) and isinstance(value, int | float | np.number)


def _of_rankings(rankings: Sequence[Ranking], vocabulary: Vocabulary) -> NDArray[Any]:
    """Scores where each picture has one for every class; else the likeliest name."""
    rows = np.full((len(rankings), len(vocabulary)), np.nan)
    for row, ranking in zip(rows, rankings, strict=True):
        for name, score in ranking:
            label = vocabulary.label_of(name)
            if label >= 0 and score is not None:
                row[label] = score
    if np.isfinite(rows).all():
        return rows
    return np.array([ranking[0][0][:_LETTERS] for ranking in rankings])


def _refuse_many(raw: dict[Any, Any], vocabulary: Vocabulary) -> None:
    if len(raw) > _KEYS + len(vocabulary):
        raise UnreadableError(f"a dictionary of {len(raw):,} keys")


def shortened(raw: Any) -> Any:
    """Lists without endless words: NumPy gives every word the room of the longest."""
    if isinstance(raw, str | bytes):
        return raw[:_LETTERS]
    return [shortened(value) for value in raw] if isinstance(raw, list) else raw


def _of_tensor(raw: Any) -> Any:
    """PyTorch, TensorFlow and JAX by their methods: nothing to import."""
    for name in ("detach", "cpu", "numpy"):
        if not isinstance(raw, np.ndarray) and hasattr(raw, name):
            raw = getattr(raw, name)()
    return raw


def _by_name(raw: dict[Any, Any], n: int, vocabulary: Vocabulary) -> Any:
    """Scores in the order of the classes, where the keys name them all; else the values."""
    columns = {vocabulary.label_of(str(key)): value for key, value in raw.items()}
    if len(raw) == len(vocabulary) and sorted(columns) == list(range(len(vocabulary))):
        return np.stack([np.reshape(columns[c], n) for c in sorted(columns)], axis=1)
    return tuple(raw[key] for key in sorted(raw, key=_promises_least))


def _promises_least(key: Any) -> bool:
    return "prob" not in str(key).lower()


def _tells_least(part: NDArray[Any], n: int, vocabulary: Vocabulary) -> int:
    """Rows of scores tell most, then names of classes, labels or other names.

    A confidence alone names no class.
    """
    if part.ndim == 2 and len(part) == n:
        return 0
    if part.dtype.kind == "U" and any(vocabulary.label_of(one) >= 0 for one in part.flat):
        return 1
    return 2 if part.dtype.kind in "iuUSb" else 3
