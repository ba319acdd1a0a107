"""Forms do to pictures what their names say, and can be undone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemline.doctor.inputs.forms import (
    CHANNELS,
    SYMMETRIES,
    InputForm,
    exchange,
    layouts_of,
    native_layout,
    symmetries_of,
    symmetry_code,
    turn,
)
from hemline.doctor.inputs.scalings import linear_scalings
from hemline.pixels import Form

FORMS = (Form(28, 28), Form(12, 9), Form(16, 16, 3), Form(9, 12, 3))


def pictures(form):
    return np.random.default_rng(0).integers(0, 256, (3, *form.shape), np.uint8)


PIXELS = pictures(Form(28, 28))


def test_the_eight_symmetries_differ_and_keep_every_pixel():
    turned = [turn(PIXELS, s) for s in range(len(SYMMETRIES))]
    assert len({view.tobytes() for view in turned}) == 8
    for view in turned:
        assert (np.sort(view.reshape(3, -1)) == np.sort(PIXELS.reshape(3, -1))).all()


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_the_line_of_code_does_what_the_symmetry_does(form):
    pixels = pictures(form)
    for symmetry in symmetries_of(form):
        made = eval(symmetry_code(symmetry, form), {"np": np, "pixels": pixels})
        assert (made == turn(pixels, symmetry)).all()
        assert made.shape == pixels.shape


def test_a_transposed_picture_that_is_no_square_is_brought_back():
    pixels = pictures(Form(12, 9))
    flattened = pixels.swapaxes(1, 2).reshape(3, -1)  # what a careless pipeline hands its network
    assert (turn(pixels, 6).swapaxes(1, 2).reshape(3, -1) == pixels.reshape(3, -1)).all()
    assert (flattened != pixels.reshape(3, -1)).any()


@given(st.sampled_from(FORMS), st.data())
def test_a_scaling_after_another_lets_the_network_see_the_first(form, data):
    pixels = pictures(form)
    one = st.sampled_from(linear_scalings(pixels))
    wanted, used = data.draw(one), data.draw(one)
    values = pixels.astype(np.float32)
    seen = used.apply(wanted.after(used).apply(values))
    assert np.allclose(seen, wanted.apply(values), atol=1e-3 * max(1.0, np.abs(seen).max()))


@given(st.sampled_from(FORMS), st.data())
def test_the_line_of_code_does_what_the_scaling_does(form, data):
    pixels = pictures(form)
    scaling = data.draw(st.sampled_from(linear_scalings(pixels)))
    made = eval(scaling.formula, {"pixels": pixels.astype(np.float32)})
    assert np.allclose(made, scaling.apply(pixels.astype(np.float32)), atol=0.01)


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_layouts_keep_every_pixel(form):
    pixels = pictures(form)
    for layout in layouts_of(form):
        made = InputForm(layout).apply(pixels)
        assert made.shape == (3, *layout.shape)
        if layout.order == "plain":
            assert (made.reshape(pixels.shape) == pixels).all()
        if layout.order == "planes":
            planes = made.reshape(3, 3, form.height, form.width)
            assert (planes.transpose(0, 2, 3, 1) == pixels).all()


def test_a_frame_of_background_lies_around_what_was_there():
    framed = [layout for layout in layouts_of(Form(28, 28)) if layout.order == "framed"]
    assert [layout.shape for layout in framed] == [(32, 32), (32, 32, 1), (1, 32, 32)]
    assert (framed[0].lay_out(PIXELS)[:, 2:-2, 2:-2] == PIXELS).all()
    assert not any(layout.order == "framed" for layout in layouts_of(Form(8, 8)))


def test_channels_that_were_torn_up_are_brought_back():
    pixels = pictures(Form(9, 12, 3))
    moved = np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))
    torn = exchange(pixels, "planes").reshape(3, 3, 9, 12)  # a pipeline that reshapes
    assert (torn == moved).all()
    torn = exchange(pixels, "interleaved").transpose(0, 3, 1, 2).reshape(pixels.shape)
    assert (torn == pixels).all()
    assert len({exchange(pixels, order).tobytes() for order in CHANNELS}) == len(CHANNELS)


def test_a_form_says_what_is_done_to_the_pictures():
    form = InputForm(native_layout(Form(9, 12, 3)), channels="bgr", inverted=True)
    assert str(form) == "uint8 (n, 9, 12, 3), 0..255, brightness inverted, blue, green, red"
    assert (form.apply(pictures(Form(9, 12, 3))) == 255 - pictures(Form(9, 12, 3))[..., ::-1]).all()
