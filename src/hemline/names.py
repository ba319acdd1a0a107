"""Names as people spell them, made comparable."""

import unicodedata

_LETTERS = ("L", "N", "M")  # categories: letters, digits, and the marks that belong to them


def letters_of(name: str) -> str:
    """Small letters and digits of any script alone: `Ankle boot` is `ankle_boot`."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in folded if unicodedata.category(sign).startswith(_LETTERS))
