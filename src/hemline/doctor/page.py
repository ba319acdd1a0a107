"""The diagnosis as one self-contained HTML page, with the pictures that the model gets."""

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.arriving import Arrival, arrival_of
from hemline.doctor.case import Case
from hemline.doctor.diagnosis import Diagnosis
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
    case, pictures, arrival = diagnosis.case, [], None
    if case is not None and diagnosis.accuracy:
        arrival = arrival_of(case, diagnosis.findings)
        pictures = _pictures(case, arrival)
    page = environment.from_string(template)
    return page.render(d=diagnosis, pictures=pictures, arrival=arrival)


def _pictures(case: Case, arrival: Arrival | None) -> list[dict[str, Any]]:
    """A picture of each class, or of some: what the model gets of it, and what it answers."""
    sample, rows = case.confirm, []
    classes = np.unique(sample.actual)
    for label in classes[:: -(-len(classes) // _PICTURES)]:
        place = int(np.flatnonzero(sample.actual == label)[0])
        picture = sample.pixels[place]
        here, there = (
            int(case.answers(form, sample).labels[place]) for form in (case.contract, case.best)
        )
        rows.append(
            {
                "actual": _name(int(label), case),
                "gets": as_png(arrival.of(picture)) if arrival else "",
                "picture": as_png(picture),
                "here": _name(here, case),
                "there": _name(int(case.renaming[there]) if 0 <= there < case.k else there, case),
                "right": here == label,
            }
        )
    return rows


def as_png(picture: NDArray[np.uint8]) -> str:
    """A picture as a data URI."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _name(label: int, case: Case) -> str:
    return case.classes[label] if 0 <= label < case.k else str(label)
