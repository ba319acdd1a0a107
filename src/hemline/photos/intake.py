"""Intake: how a picture file becomes pixels, declared once and kept in the model file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from hemline.errors import PixelsError
from hemline.pixels import Form

Fit = Literal["pad", "crop", "stretch"]
Find = Literal["", "garment"]


@dataclass(frozen=True)
class Intake:
    """The form that a picture is brought to, and how.

    Attributes:
        form: of the pixels that come out.
        fit: how a picture of another aspect is fitted: `pad` with the colour of its border, `crop`
            what sticks out, or `stretch`.
        find: what is looked for in the picture and cut out; empty for the whole picture.

    Raises:
        PixelsError: an unknown `fit` or `find`, or a garment to be found in colour.
    """

    form: Form
    fit: Fit = "pad"
    find: Find = ""

    def __post_init__(self) -> None:
        check_choices(self.fit, self.find)
        if self.find and self.form.channels != 1:
            raise PixelsError(
                f"Expected a grey form beside --find {self.find}, received {self.form}; add --grey."
            )

    def describe(self) -> dict[str, Any]:
        """The intake as a model file keeps it, the form apart."""
        return {"fit": self.fit, "find": self.find}

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
