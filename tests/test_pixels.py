"""The pixel contract: what is certain is admitted, what would be guessed is refused."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hemline import as_pixels
from hemline.errors import PixelsError
from hemline.pixels import Form

FORM = Form(28, 28, 1, "dark")

GARMENT = np.zeros((28, 28), np.uint8)
GARMENT[4:24, 8:20] = 180


@given(hnp.arrays(np.uint8, st.tuples(st.integers(0, 4), st.just(28), st.just(28))))
def test_pixels_come_out_as_they_went_in_or_are_refused_as_inverted(pictures):
    border = np.ones((28, 28), bool)
    border[1:-1, 1:-1] = False
    if any((picture[border] >= 128).mean() >= 0.7 for picture in pictures):
        with pytest.raises(PixelsError, match="dark on bright"):
            as_pixels(pictures, FORM)
    else:
        assert (
            as_pixels(pictures, FORM) is pictures or (as_pixels(pictures, FORM) == pictures).all()
        )
        assert (as_pixels(as_pixels(pictures, FORM), FORM) == pictures).all()


@given(
    hnp.arrays(
        st.sampled_from([np.uint8, np.int64, np.float32, np.bool_, np.complex64]),
        hnp.array_shapes(max_dims=4, max_side=30),
    )
)
def test_any_array_is_admitted_or_refused_in_one_sentence(array):
    try:
        pixels = as_pixels(array, FORM)
    except PixelsError as error:
        assert "Expected" in str(error)
        assert "received" in str(error)
    else:
        assert pixels.dtype == np.uint8
        assert pixels.shape[1:] == (28, 28)


@pytest.mark.parametrize(
    "pictures",
    [
        GARMENT,
        GARMENT[None],
        GARMENT.reshape(1, 784),
        GARMENT[None, :, :, None],
        GARMENT[None, None],
        GARMENT.astype(np.int64),
        GARMENT.tolist(),
        torch.tensor(GARMENT),
        np.asfortranarray(GARMENT),
    ],
    ids=["one", "many", "flat", "last", "first", "int64", "list", "torch", "fortran"],
)
def test_certain_forms_are_admitted(pictures):
    pixels = as_pixels(pictures, FORM)
    assert (pixels == GARMENT[None]).all()
    assert pixels.flags.c_contiguous


@pytest.mark.parametrize(
    ("pictures", "sentence"),
    [
        (GARMENT / 255, "network scales by itself"),
        (GARMENT.astype(np.float32), "received float32 from 0 to 180"),
        (GARMENT / 128 - 1, "original pixels as uint8"),
        (GARMENT.astype(np.int32) - 33, "from -33 to 147; undo the normalisation"),
        (GARMENT.astype(np.int32) + 100, "from 100 to 280"),
        ((GARMENT > 0).astype(np.int64), "never exceed 1"),
        (GARMENT > 0, "received bool"),
        (255 - GARMENT, r"number 0 of 1\); pass 255 - pixels"),
        (np.stack([GARMENT, 255 - GARMENT]), "number 1 of 2"),
        (np.stack([GARMENT] * 3, axis=-1), r"shape \(28, 28, 3\); convert the three channels"),
        (GARMENT[:, :27], r"shape \(28, 27\); resize"),
        (np.uint8(3), r"shape \(\)"),
        (["boot"], "received <U4"),
        ([[1, 2], [3]], "NumPy cannot read"),
    ],
)
def test_what_would_be_guessed_is_refused(pictures, sentence):
    with pytest.raises(PixelsError, match=sentence):
        as_pixels(pictures, FORM)


def test_all_real_pictures_are_admitted_unchanged_and_nearly_all_negatives_refused(real):
    pictures = np.concatenate([real.train.pixels, real.test.pixels])
    assert (as_pixels(pictures, FORM) == pictures).all()
    refused = 0
    for negative in 255 - real.test.pixels:
        try:
            as_pixels(negative, FORM)
        except PixelsError:
            refused += 1
    assert refused >= 0.999 * len(real.test)


COLOUR = Form(12, 20, 3)
PARROT = np.random.default_rng(0).integers(0, 256, COLOUR.shape).astype(np.uint8)


@pytest.mark.parametrize(
    "pictures",
    [PARROT, PARROT[None], PARROT.transpose(2, 0, 1), PARROT.transpose(2, 0, 1)[None]],
    ids=["one", "many", "channels first", "many, channels first"],
)
def test_certain_forms_of_colour_are_admitted(pictures):
    pixels = as_pixels(pictures, COLOUR)
    assert (pixels == PARROT[None]).all()
    assert pixels.flags.c_contiguous


@pytest.mark.parametrize(
    ("pictures", "sentence"),
    [
        (PARROT[..., 0], r"shape \(n, 12, 20, 3\), .*repeat the grey channel"),
        (PARROT.reshape(1, -1), r"received shape \(1, 720\)"),  # in planes, or not?
        (PARROT.transpose(1, 0, 2), "resize and centre"),
        (PARROT[..., :2], r"received shape \(12, 20, 2\)"),
    ],
)
def test_what_would_be_guessed_of_colour_is_refused(pictures, sentence):
    with pytest.raises(PixelsError, match=sentence):
        as_pixels(pictures, COLOUR)


@pytest.mark.parametrize(
    ("shape", "form"),
    [
        ((3, 28, 28), Form(28, 28)),
        ((28, 28), Form(28, 28)),
        ((2, 3, 9, 8), Form(9, 8, 3)),
        ((9, 8, 3), Form(9, 8, 3)),
        ((5, 9, 8, 1), Form(9, 8)),
    ],
)
def test_without_a_form_the_pictures_have_one_themselves(shape, form):
    assert Form.of(as_pixels(np.zeros(shape, np.uint8))) == form


@pytest.mark.parametrize("shape", [(784,), (4, 7, 28), (4, 28, 225), (2, 9, 8, 4), ()])
def test_without_a_form_some_shapes_are_none(shape):
    with pytest.raises(PixelsError, match="received"):
        as_pixels(np.zeros(shape, np.uint8))


@given(
    st.integers(8, 40), st.integers(8, 40), st.sampled_from([1, 3]), st.sampled_from([0, 255, 128])
)
def test_the_background_is_that_of_all_pictures(height, width, channels, level):
    form = Form(height, width, channels)
    pixels = np.full((5, *form.shape), level, np.uint8)
    pixels[:, 2:-2, 2:-2] = 255 - level
    found = Form.of(pixels)
    assert found == form
    assert found.background == {0: "dark", 255: "bright"}.get(level, "bright")
    if level != 128:
        with pytest.raises(PixelsError, match="pass 255 - pixels"):
            as_pixels(255 - pixels, found)


def test_pictures_of_every_kind_have_no_background(real):
    mixed = np.concatenate([real.test.pixels[:500], 255 - real.test.pixels[500:1000]])
    assert Form.of(mixed).background == ""
    assert (as_pixels(255 - mixed, Form.of(mixed)) == 255 - mixed).all()


def test_one_odd_picture_in_a_hundred_does_not_make_the_others_inverted(real):
    pixels = real.test.pixels[:300].copy()
    pixels[7] = 255 - pixels[7]
    assert len(as_pixels(pixels, FORM)) == 300
    with pytest.raises(PixelsError, match="number 7 of 50"):
        as_pixels(pixels[:50], FORM)


@pytest.mark.parametrize("edges", [(7, 28), (28, 225), (28, 28, 2), (28, 28, 4)])
def test_forms_beyond_the_limits_are_refused(edges):
    with pytest.raises(PixelsError, match="8 to 224 pixels an edge with 1 or 3 channels"):
        Form(*edges)


def test_a_form_is_read_back_from_what_it_says():
    assert Form.parse(FORM.describe()) == FORM
    assert Form.parse(FORM.describe()).background == "dark"
    with pytest.raises(PixelsError, match="background"):
        Form.parse({**FORM.describe(), "background": "red"})
