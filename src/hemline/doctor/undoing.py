"""What to feed a pipeline that normalises otherwise than its network was trained."""

from collections.abc import Iterator
from itertools import product

from hemline.doctor.material import Material
from hemline.doctor.scalings import ARGB, PACKED, RAW, SIXTEEN, TWICE, UNIT, Scaling

# What a pipeline makes of pixels that come in a wider type, or that it takes to come in one.
_WIDER = (PACKED, ARGB, SIXTEEN, Scaling("0..1/257", (1 / 65_535,), code="pixels / 65535"))


def undoing(material: Material) -> Iterator[Scaling]:
    """For each normalisation in training, and each in use, what makes the second the first."""
    usual = material.scalings
    for wanted, used in product(usual, (*usual, TWICE)):
        if wanted != used:
            yield wanted.after(used)
    yield from (wanted.after(wanted.uncentred) for wanted in usual if any(wanted.offsets))
    yield from (wanted.after(used) for wanted, used in product((UNIT, RAW), _WIDER))
    for wanted, used in product(material.normalisations, (UNIT, RAW)):
        yield wanted.after(used)
