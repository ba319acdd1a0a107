"""What the classes are called, however a pipeline spells them, and how bare numbers are meant."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemline.names import letters_of, spellings_of

# What Hugging Face calls the classes of a model that was not told their names.
_NUMBERED = re.compile(r"label[ _-]?(\d{1,5})", re.IGNORECASE)


@dataclass(frozen=True)
class Vocabulary:
    """The names of the classes, in any script.

    Attributes:
        classes: in the order of the labels; numbers where nobody has named them.
        aliases: other names of classes, each with those that it may mean.
        numerals: whole numbers that come back are names, as they are spelt, not places.
        binary_logits: of two classes, a single fraction is a logit, not a probability.
    """

    classes: tuple[str, ...]
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)
    numerals: bool = False
    binary_logits: bool = False

    def __len__(self) -> int:
        return len(self.classes)

    def label_of(self, name: str) -> int:
        """The label of a class's name, however it is written; -1 for any other name."""
        found = self._exact.get(_composed(name), self._plain.get(letters_of(name)))
        if found is not None:
            return found
        numbered = _NUMBERED.fullmatch(name.strip())
        return int(numbered[1]) if numbered and int(numbered[1]) < len(self) else -1

    def label_of_number(self, number: int) -> int:
        """The label that a whole number stands for: its own, or that of the class so called."""
        return self._exact.get(str(number), -1) if self.numerals else number

    @property
    def is_open(self) -> bool:
        """Whether bare numbers can be meant in two ways."""
        counted = self.classes == tuple(map(str, range(len(self))))
        return len(self) == 2 or (not counted and all(map(str.isdecimal, self.classes)))

    def settled(self, raw: NDArray[Any]) -> "Vocabulary":
        """How bare numbers are meant, by as many answers as are at hand."""
        if raw.dtype.kind == "f" and len(self) == 2:
            outside = bool(((raw < 0) | (raw > 1)).any())
            return replace(self, binary_logits=outside)
        whole = raw.astype(np.int64) if raw.dtype.kind == "f" and np.isfinite(raw).all() else raw
        spelt = {str(value).strip() for value in whole.reshape(-1).tolist()}
        # 1 to 12 are places only if a 0 is among them, or some are no names.
        return replace(self, numerals=spelt <= self._exact.keys())

    @cached_property
    def _exact(self) -> dict[str, int]:
        return {_composed(name): label for label, name in enumerate(self.classes)}

    @cached_property
    def _plain(self) -> dict[str, int]:
        """Letters and digits alone, in singular and plural: `ankle_boots` is `Ankle boot`."""
        own = [(letters_of(name), label) for name, label in self._exact.items()]
        others = [
            (letters_of(alias), self._exact.get(_composed(names[0]), -1))
            for alias, names in self.aliases.items()
            if len(names) == 1
        ]
        found: dict[str, int] = {}
        for names in (others, own):
            varied = [(variant, label) for name, label in names for variant in spellings_of(name)]
            found |= _unambiguous(varied) | _unambiguous(names)
        return found


def _unambiguous(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, set[int]] = {}
    for name, label in pairs:
        found.setdefault(name, set()).add(label)
    return {
        name: min(labels)
        for name, labels in found.items()
        if name and len(labels) == 1 and min(labels) >= 0
    }


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip()
