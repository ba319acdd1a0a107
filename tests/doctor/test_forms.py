"""Forms do to pictures what their names say, and can be undone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemline.doctor.forms import LAYOUTS, LINEAR, SYMMETRIES, SYMMETRY_CODE, Form, turn

PIXELS = np.random.default_rng(0).integers(0, 256, (3, 28, 28), np.uint8)


def test_the_eight_symmetries_differ_and_keep_every_pixel():
    turned = [turn(PIXELS, s) for s in range(len(SYMMETRIES))]
    assert len({view.tobytes() for view in turned}) == 8
    for view in turned:
        assert (np.sort(view.reshape(3, -1)) == np.sort(PIXELS.reshape(3, -1))).all()


@pytest.mark.parametrize("symmetry", range(8))
def test_the_line_of_code_does_what_the_symmetry_does(symmetry):
    made = eval(SYMMETRY_CODE[symmetry], {"np": np, "pixels": PIXELS})
    assert (made == turn(PIXELS, symmetry)).all()


@given(st.sampled_from(LINEAR), st.sampled_from(LINEAR))
def test_a_scaling_after_another_lets_the_network_see_the_first(wanted, used):
    values = PIXELS.astype(np.float32)
    seen = used.apply(wanted.after(used).apply(values))
    assert np.allclose(seen, wanted.apply(values), atol=1e-3 * max(1.0, np.abs(seen).max()))


@given(st.sampled_from([name for name in LAYOUTS if "32" not in name and "3x" not in name]))
def test_layouts_keep_the_pixels_in_order(layout):
    if layout.endswith("x3"):
        return
    made = Form(layout).apply(PIXELS)
    assert made.shape == (3, *LAYOUTS[layout])
    assert (made.reshape(PIXELS.shape) == PIXELS).all()
