"""Intake: how a picture file becomes pixels, declared once and kept in the model file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from hemline.errors import PixelsError
from hemline.pixels import Form

Fit = Literal["pad", "crop", "stretch"]
Find = Literal["", "garment"]
EYE = 1  # which network finds garments; another one finds others, and is another number


@dataclass(frozen=True)
class Intake:
    """The form that a picture is brought to, and how.

    Attributes:
        form: of the pixels that come out.
        fit: how a picture of another aspect is fitted: `pad` with the colour of its border, `crop`
            what sticks out, or `stretch`.
        find: what is looked for in the picture and cut out; empty for the whole picture.
        eye: number of the network that finds it.

    Raises:
        PixelsError: an unknown `fit`, `find` or `eye`.
    """

    form: Form
    fit: Fit = "pad"
    find: Find = ""
    eye: int = EYE

    def __post_init__(self) -> None:
        check_choices(self.fit, self.find)
        if self.eye != EYE:
            raise PixelsError(
                f"Expected garments found by eye {EYE}, received eye {self.eye!r}; install the "
                "version of Hemline that the model was made with."
            )

    def describe(self) -> dict[str, Any]:
        """The intake as a model file keeps it, the form apart."""
        return {"fit": self.fit, "find": self.find, **({"eye": self.eye} if self.find else {})}

    @classmethod
    def parse(cls, form: Form, values: Mapping[str, Any]) -> "Intake":
        """The intake that `describe` gave.

        Raises:
            PixelsError: unknown values.
            TypeError: other keys.
        """
        return cls(form, **values)


def check_choices(fit: str | None, find: str | None) -> None:
    """Whether these are known; None leaves it open.

    Raises:
        PixelsError: one is not.
    """
    for name, value, known in (("fit", fit, get_args(Fit)), ("find", find, get_args(Find))):
        if value is not None and value not in known:
            raise PixelsError(
                f"Expected --{name} {' or '.join(filter(None, known))}, received {value!r}; "
                "choose one of these."
            )
