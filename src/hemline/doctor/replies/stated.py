"""Figures that a pipeline's maker states: read as people write them."""

import re
from collections.abc import Mapping
from typing import Any

from hemline.errors import HemlineError, did_you_mean

_SHARES = ("accuracy", "test_accuracy", "train_accuracy", "validation_accuracy")
_KNOWN = (*_SHARES, "validation_n", "loss")
_NUMBER = re.compile(r"\s*([0-9.,]+(?:e[+-]?\d+)?)\s*(%|per ?cent)?\s*", re.IGNORECASE)


def read_stated(reported: Mapping[str, Any] | None) -> dict[str, float]:
    """The figures as numbers, shares from 0 to 1.

    Args:
        reported: by name; numbers, or text such as `91.2 %`. A share above 1 is in percent.

    Raises:
        HemlineError: a name that nobody knows, or no such figure.
    """
    return {name: _figure(name, value) for name, value in (reported or {}).items()}


def _figure(name: str, value: Any) -> float:
    if name not in _KNOWN:
        advice = did_you_mean(name, _KNOWN, "leave it out.")
        raise HemlineError(
            f"Expected reported figures named {', '.join(_KNOWN)}, received {name!r}; {advice}"
        )
    number, percent = _number(value)
    if name in _SHARES and (percent or number > 1):
        number /= 100
    if not 0 <= number < float("inf") or (name in _SHARES and number > 1):
        wanted = "a share from 0 to 1, or in percent" if name in _SHARES else "a number from 0 on"
        raise HemlineError(
            f"Expected {name} as {wanted}, received {value!r}; pass what was measured."
        )
    return number


def _number(value: Any) -> tuple[float, bool]:
    """A number, and whether it says of itself that it is in percent; -1 for none."""
    found = _NUMBER.fullmatch(value) if isinstance(value, str) else None
    try:
        if found:
            return float(found[1].replace(",", ".")), bool(found[2])
        return (-1.0, False) if isinstance(value, str) else (float(value), False)
    except (TypeError, ValueError):
        return -1.0, False
