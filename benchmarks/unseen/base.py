"""What the pipelines are made of that the doctor meets for the first time."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Unseen:
    """One pipeline, and the checks of which one has to name its fault first; none: it is sound."""

    name: str
    kind: str
    data: str
    roots: tuple[str, ...]
    target: Any
    options: dict[str, Any] = field(default_factory=dict)
