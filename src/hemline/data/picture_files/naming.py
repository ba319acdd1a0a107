"""Classes in the names of files: `cat.0.jpg`, `Abyssinian_12.jpg`, `7_frog.png`."""

import re
from collections import Counter
from collections.abc import Collection, Sequence

from hemline.data.parts import part_of
from hemline.data.picture_files.listing import suffix_of

_WORD = r"(?P<word>[^\W\d_](?:\D*[^\W\d_])?)"
_FORMS = (re.compile(rf"{_WORD}[\W_]*\d+"), re.compile(rf"\d+[\W_]+{_WORD}"))
_EACH = 10  # pictures of a class from which on its word is no chance
# What cameras and programs begin names with, and people who do not think of classes.
_NO_CLASSES = {"img", "image", "images", "imag", "dsc", "dscf", "dscn", "pxl", "vid", "photo",
               "pic", "picture", "frame", "screenshot", "file", "sample", "scan",
               "mask"}  # fmt: skip


def named_classes(names: Sequence[str], classes: Collection[str] = ()) -> list[str] | None:
    """The class of every picture, by the word that stands before its number or behind it.

    Args:
        names: of the files.
        classes: of the training part, which are all that there may be; left out: at least two
            words, each of them many times.

    Returns:
        The word of every name; None where names are of another form.
    """
    stems = [name[: len(name) - len(suffix_of(name))] for name in names]
    for form in _FORMS:
        fits = [form.fullmatch(stem) for stem in stems]
        words = [fit["word"] for fit in fits if fit]
        if len(words) == len(stems) and _are_classes(Counter(words), classes):
            return words
    return None


def _are_classes(counts: Counter[str], classes: Collection[str]) -> bool:
    if classes:
        return counts.keys() <= set(classes)
    odd = any(part_of(word) or word.casefold() in _NO_CLASSES for word in counts)
    return len(counts) > 1 and min(counts.values()) >= _EACH and not odd
