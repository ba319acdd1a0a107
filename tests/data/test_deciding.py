"""The intake follows from the pictures, or from what the user says."""

import pytest

from hemline.data.building.deciding import decide_intake
from hemline.data.options import DataOptions
from hemline.errors import PixelsError


@pytest.mark.parametrize(
    ("sizes", "colour", "options", "intake"),
    [
        ([(28, 28)], False, {}, "28x28 grey pad "),
        ([(64, 8)], True, {}, "64x8 colour pad "),
        ([(65, 64)], True, {}, "64x64 colour pad "),
        ([(7, 20)], False, {}, "64x64 grey pad "),
        ([(28, 28), (28, 29)], False, {}, "64x64 grey pad "),
        ([(500, 300)], True, {"size": (32, 16)}, "32x16 colour pad "),
        ([(28, 28)], True, {"colour": False}, "28x28 grey pad "),
        ([(28, 28)], False, {"colour": True, "fit": "crop"}, "28x28 colour crop "),
        ([(500, 300)], True, {"find": "garment"}, "64x64 grey pad garment"),
    ],
)
def test_the_intake(sizes, colour, options, intake):
    decided = decide_intake(sizes, DataOptions(**options), colour=colour)
    assert f"{decided.form} {decided.fit} {decided.find}" == intake


def test_a_size_outside_the_limits_is_refused():
    with pytest.raises(PixelsError, match="8 to 224 pixels an edge"):
        decide_intake([(28, 28)], DataOptions(size=(28, 7)), colour=False)
