"""The folder that one training leaves: what each file is called, and what it says."""

import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hemline.files import is_endless

_LARGEST = 64 * 1024**2  # bytes; no training writes so much
_MOST = 2**64  # no seed is larger, and no figure
# What those who read rely on: kinds of values, or again keys; None in a tuple: may be missing.
Kinds = dict[str, Any]
_RECIPE: Kinds = {"name": str, "epochs": int, "calibrate": bool}
_ENVIRONMENT: Kinds = {
    "seed": int,
    "data": {"name": str, "source": str, "drawn": bool, "sha256": str},
    "machine": {"system": str, "processor": str, "cores": int},
    "device": str,
    "threads": int,
    "precision": str,
    "mirroring": ({"evidence": str}, None),
    "start": ({}, None),
}
_EPOCH: Kinds = {
    "epoch": int,
    "loss": float,
    "accuracy": float,
    "validation_loss": (float, None),
    "validation_accuracy": (float, None),
    "seconds": float,
    "data": str,
}


@dataclass(frozen=True)
class RunFiles:
    """What lies in a run folder, and what it says.

    Whoever reads may find a file missing (`OSError`) or spoilt (`ValueError`).
    """

    folder: Path

    @property
    def recipe(self) -> Path:
        """Everything that determined the training, but for the seed."""
        return self.folder / "recipe.toml"

    @property
    def environment(self) -> Path:
        """Seed, data, versions and machine."""
        return self.folder / "environment.json"

    @property
    def account(self) -> Path:
        """What became of every file of the data, where they were files."""
        return self.folder / "account.json"

    @property
    def metrics(self) -> Path:
        """One JSON object a line, one line an epoch."""
        return self.folder / "metrics.jsonl"

    @property
    def checkpoint(self) -> Path:
        """Weights and optimiser after the last whole epoch."""
        return self.folder / "checkpoint.safetensors"

    @property
    def model(self) -> Path:
        """The model file."""
        return self.folder / "model.onnx"

    def read_recipe(self) -> dict[str, Any]:
        """The keys of the recipe."""
        return _checked(self.recipe, tomllib.loads, _RECIPE)[0]

    def read_environment(self) -> dict[str, Any]:
        """What `environment.json` says."""
        return _checked(self.environment, json.loads, _ENVIRONMENT)[0]

    def read_metrics(self) -> list[dict[str, Any]]:
        """The figures of every epoch that is through; none before the first one is."""
        if not self.metrics.exists():
            return []
        return _checked(self.metrics, json.loads, _EPOCH, by_line=True)

    @property
    def all(self) -> tuple[Path, ...]:
        """Every file that a training writes."""
        beside = (self.recipe, self.environment, self.account, self.metrics)
        return *beside, self.checkpoint, self.model

    def require_ends(self) -> None:
        """Whether everything here can be read and replaced.

        Raises:
            ValueError: a file is a device or a pipe.
        """
        for path in self.all:
            _require_end(path)


def _checked(
    path: Path, parse: Callable[[str], Any], kinds: Kinds, *, by_line: bool = False
) -> list[dict[str, Any]]:
    """The one mapping in a file, or that of every line."""
    text = _text(path)
    try:
        parts = text.splitlines() if by_line else [text]
        return _judged(lambda: [parse(part) for part in parts], kinds)
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from error


def parse_epochs(text: str) -> list[dict[str, Any]]:
    """The figures of the epochs behind a checkpoint, from a JSON list.

    Raises:
        ValueError: anything else.
    """
    found = _judged(lambda: json.loads(text), _EPOCH)
    if any(epoch.keys() != _EPOCH.keys() for epoch in found):
        raise ValueError(f"an epoch without or beside {', '.join(_EPOCH)}")
    return found


def _judged(read: Callable[[], Any], kinds: Kinds) -> list[dict[str, Any]]:
    """The mappings that are read, if each of them is of these kinds."""
    try:
        found: list[dict[str, Any]] = read()
        _require(found, list)
        for value in found:
            _require(value, kinds)
            json.dumps(value, ensure_ascii=False, default=str).encode()  # it can be printed
    except RecursionError:
        raise ValueError("nested too deep") from None
    except UnicodeEncodeError:
        raise ValueError("holds half a character") from None
    return found


def _text(path: Path) -> str:
    _require_end(path)
    if path.stat().st_size > _LARGEST:
        raise ValueError(f"{path.name} has more than {_LARGEST // 1024**2} MB")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} is no text") from None


def _require_end(path: Path) -> None:
    if is_endless(path):  # to open a pipe would take for ever
        raise ValueError(f"{path.name} is a device or a pipe")


def _require(value: Any, kinds: Any, where: str = "its content") -> None:
    """Whether a value is of a kind, or a mapping with such values."""
    if isinstance(kinds, tuple):
        kinds, _ = kinds
        if value is None:
            return
    expected = dict if isinstance(kinds, dict) else kinds
    if not _is(value, expected):
        raise ValueError(f"{where} is {_shown(value)}")
    for key, kind in kinds.items() if expected is dict else ():
        if key not in value and not isinstance(kind, tuple):
            raise ValueError(f"{where} has no {key}")
        _require(value.get(key), kind, key)


def _is(value: Any, kind: type) -> bool:
    if kind in {int, float}:
        number = isinstance(value, int | kind) and not isinstance(value, bool)
        return number and abs(value) < _MOST  # which NaN is not
    return isinstance(value, kind)


def _shown(value: Any) -> str:
    """What a value is, in few characters."""
    text = repr(value) if value is None or isinstance(value, bool | str) else type(value).__name__
    return text[:40]
