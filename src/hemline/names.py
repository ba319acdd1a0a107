"""Names as people spell them, made comparable."""

import unicodedata
from collections.abc import Iterator

_LETTERS = ("L", "N", "M")  # categories: letters, digits, and the marks that belong to them
_UNFIT = ("Cc", "Cs")  # control characters, and halves of letters, which no file can hold


def unfit_sign(name: str) -> str:
    """The first sign that no name has, spelled out; empty where there is none."""
    found = (sign for sign in name if unicodedata.category(sign) in _UNFIT)
    return next(map(ascii, found), "")


def spellings_of(letters: str) -> Iterator[str]:
    """A name as `letters_of` gives it, and its singular and plural."""
    for ending in ("", "s", "es"):
        yield letters.removesuffix(ending)
        yield letters + ending


def letters_of(name: str) -> str:
    """Small letters and digits of any script alone: `Ankle boot` is `ankle_boot`."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in folded if unicodedata.category(sign).startswith(_LETTERS))
