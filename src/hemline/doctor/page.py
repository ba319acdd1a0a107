"""The diagnosis as one self-contained HTML page, with the pictures that the model gets."""

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.case import Case
from hemline.doctor.diagnosis import Diagnosis
from hemline.doctor.forms import InputForm, exchange, turn
from hemline.doctor.scrambles import SCRAMBLES
from hemline.files import write_whole

_PICTURES = 12  # one of each class, or of some


def write_page(diagnosis: Diagnosis, path: Path) -> None:
    """Write the page.

    Raises:
        OSError: the file cannot be written.
    """
    write_whole(path, render_page(diagnosis))


def render_page(diagnosis: Diagnosis) -> str:
    """The page as text; it refers to nothing outside itself."""
    import jinja2

    template = Path(__file__).with_name("page.html.j2").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    case = diagnosis.case
    pairs = picture_pairs(case) if case is not None and diagnosis.accuracy else []
    return environment.from_string(template).render(d=diagnosis, pairs=pairs)


def picture_pairs(case: Case) -> list[dict[str, Any]]:
    """For a picture of each class, or of some: what the model gets, should get, both answers.

    A form that repairs an input undoes what the pipeline does to it. So what the network gets now
    is the picture changed the other way, and what it should get is the picture itself.
    """
    sample = case.confirm
    rows, classes = [], np.unique(sample.actual)
    for label in classes[:: -(-len(classes) // _PICTURES)]:
        place = int(np.flatnonzero(sample.actual == label)[0])
        picture = sample.pixels[place : place + 1]
        here, there = (
            int(case.answers(form, sample).labels[place]) for form in (case.contract, case.best)
        )
        rows.append(
            {
                "actual": _name(int(sample.actual[place]), case),
                "gets": as_png(undone(picture, case.contract, case.best)[0]),
                "should": as_png(picture[0]),
                "here": _name(here, case),
                "there": _name(int(case.renaming[there]) if 0 <= there < case.k else there, case),
                "right": here == int(sample.actual[place]),
            }
        )
    return rows


def undone(pixels: NDArray[np.uint8], contract: InputForm, best: InputForm) -> NDArray[np.uint8]:
    """The picture as it looks to a network that `best` puts right, of the same shape."""
    back = {1: 3, 3: 1}.get(best.symmetry, best.symmetry)
    swapped = {"planes": "interleaved", "interleaved": "planes"}.get(best.channels, best.channels)
    kept = best.channels == contract.channels or best.channels in SCRAMBLES
    seen = exchange(pixels, "rgb" if kept else swapped)
    seen = turn(seen, back)
    if best.inverted != contract.inverted:
        seen = 255 - seen
    ratio = best.scaling.factor / (contract.scaling.factor or 1)
    if best.scaling == contract.scaling or not best.scaling.is_linear:
        return np.ascontiguousarray(seen)
    # Numbers too large saturate what is white; numbers too small leave all black.
    shift = (contract.scaling.offset - best.scaling.offset) / best.scaling.factor
    shown = seen / max(ratio, 1e-12) + shift * (contract.scaling.factor == 1)
    return np.ascontiguousarray(shown.clip(0, 255).astype(np.uint8))


def as_png(picture: NDArray[np.uint8]) -> str:
    """A picture as a data URI."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _name(label: int, case: Case) -> str:
    return case.classes[label] if 0 <= label < case.k else str(label)
