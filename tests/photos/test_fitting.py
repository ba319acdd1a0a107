"""The whole picture in a form, against a triangle filter written out in floating point."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hemline.errors import PixelsError
from hemline.photos import Intake, Photo
from hemline.photos.fitting import admit, fit, fit_pixels, grey
from hemline.pixels import Form

EDGES = st.integers(1, 90)
FORM_EDGES = st.integers(8, 40)
# Eight bits after each of two passes: half a level each, and the float's own last bit.
ROUNDED = 1.01


def weights(length, size):
    """A triangle as wide as the reduction, clipped at the ends: float64 `(size, length)`."""
    scale = length / size
    centres = (np.arange(size) + 0.5) * scale
    away = np.abs(np.arange(length) + 0.5 - centres[:, None]) / max(scale, 1)
    tents = np.maximum(1 - away, 0)
    return tents / tents.sum(axis=1, keepdims=True)


def resampled(colours, width, height):
    rows, columns = (
        weights(of, to) for of, to in zip(colours.shape[:2], (height, width), strict=True)
    )
    return np.einsum("yi,ijc,xj->yxc", rows, colours.astype(float), columns)


def padded(colours, form):
    """The picture in the middle of the median colour of its border."""
    height, width = colours.shape[:2]
    scale = min(form.width / width, form.height / height)
    wide, high = (max(1, int(np.floor(scale * edge + 0.5))) for edge in (width, height))
    border = np.concatenate([colours[0], colours[-1], colours[:, 0], colours[:, -1]])
    # Of an even number of values the upper one of the two in the middle.
    middle = np.percentile(border, 50, axis=0, method="higher").astype(float)
    whole = np.tile(middle, (form.height, form.width, 1))
    left, top = (form.width - wide) // 2, (form.height - high) // 2
    whole[top : top + high, left : left + wide] = resampled(colours, wide, high)
    return whole


def cropped(colours, form):
    height, width = colours.shape[:2]
    scale = min(width / form.width, height / form.height)
    wide, high = (max(1, int(np.floor(scale * edge + 0.5))) for edge in (form.width, form.height))
    left, top = (width - wide) // 2, (height - high) // 2
    return resampled(colours[top : top + high, left : left + wide], form.width, form.height)


def stretched(colours, form):
    return resampled(colours, form.width, form.height)


ORACLES = {"pad": padded, "crop": cropped, "stretch": stretched}


def fitted(colours, form, how="pad"):
    height, width = colours.shape[:2]
    return fit(Photo("a picture", colours, None, (width, height)), Intake(form, how))


def picture(width, height, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize("how", ORACLES)
@settings(max_examples=60)
@given(width=EDGES, height=EDGES, wide=FORM_EDGES, high=FORM_EDGES, seed=st.integers(0, 9))
def test_it_is_a_triangle_filter(how, width, height, wide, high, seed):
    form, colours = Form(high, wide, 3), picture(width, height, seed)
    made = fitted(colours, form, how)
    assert made.shape == form.shape
    assert made.dtype == np.uint8
    assert np.abs(made - ORACLES[how](colours, form)).max() <= ROUNDED


@pytest.mark.parametrize("how", ORACLES)
@pytest.mark.parametrize("channels", [1, 3])
def test_a_picture_of_the_forms_size_stays_bit_for_bit(how, channels):
    even = np.repeat(picture(33, 21)[..., :1], 3, axis=2)
    made = fitted(even, Form(21, 33, channels), how)
    assert (made == (even if channels == 3 else even[..., 0])).all()


@settings(max_examples=30)
@given(seed=st.integers(0, 99))
def test_grey_is_the_luma_of_television(seed):
    colours = picture(40, 30, seed)
    luma = colours.astype(int) @ [19595, 38470, 7471]  # of 65,536: 0.299, 0.587 and 0.114
    assert (grey(colours) == (luma + 0x8000) >> 16).all()
    assert (grey(np.stack([colours, 255 - colours]))[0] == grey(colours)).all()
    assert grey(np.empty((0, 4, 5, 3), np.uint8)).shape == (0, 4, 5)


def test_every_even_grey_keeps_its_value():
    levels = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    assert (grey(levels) == levels[..., 0]).all()


def test_grey_is_taken_after_the_resampling_of_colours():
    colours = picture(50, 40)
    assert (fitted(colours, Form(16, 16)) == grey(fitted(colours, Form(16, 16, 3)))).all()


@pytest.mark.parametrize(
    ("size", "inner"),
    [
        ((64, 16), np.s_[6:10, 0:16]),  # as high as a quarter
        ((16, 64), np.s_[0:16, 6:10]),
        ((1000, 3), np.s_[7:8, 0:16]),  # never nothing
        ((32, 5), np.s_[6:9, 0:16]),  # two and a half are three
    ],
)
def test_padding_puts_the_picture_in_the_middle(size, inner):
    colours = np.full((size[1], size[0], 3), 200, np.uint8)
    colours[:, ::2] = 90  # the border is even on two sides alone
    made = fitted(colours, Form(16, 16, 3))
    outside = np.ones((16, 16), bool)
    outside[inner] = False
    assert (made[outside] == made[outside][0]).all()
    assert set(made[outside][0]) <= {90, 200}


def test_the_padding_has_the_median_colour_of_the_border_channel_by_channel():
    colours = np.zeros((20, 40, 3), np.uint8)
    colours[:, :, 0] = 10
    colours[0], colours[-1] = (200, 30, 70), (200, 30, 70)  # 80 of 120 places
    colours[8:12, 15:25] = 255  # what lies inside has no say
    assert (fitted(colours, Form(24, 24, 3))[0] == (200, 30, 70)).all()


def test_cropping_takes_the_middle_as_wide_as_the_form_is():
    colours = np.zeros((30, 90, 3), np.uint8)
    colours[:, 30:60] = 255
    assert (fitted(colours, Form(10, 10, 3), "crop") == 255).all()
    assert (fitted(colours, Form(10, 30, 3), "crop")[:, :9] == 0).all()


def test_stretching_keeps_the_corners():
    colours = np.zeros((10, 80, 3), np.uint8)
    colours[:5, :40], colours[5:, 40:] = (255, 0, 0), (0, 0, 255)
    made = fitted(colours, Form(16, 16, 3), "stretch")
    assert (made[0, 0] == (255, 0, 0)).all()
    assert (made[-1, -1] == (0, 0, 255)).all()
    assert not made[0, -1].any()


@settings(max_examples=60)
@given(
    edges=st.tuples(st.integers(8, 50), st.integers(8, 50)),
    to=st.tuples(FORM_EDGES, FORM_EDGES),
    channels=st.tuples(st.sampled_from([1, 3]), st.sampled_from([1, 3])),
    how=st.sampled_from(["pad", "crop", "stretch"]),
    seed=st.integers(0, 1000),
)
def test_pixels_at_hand_become_what_a_file_of_them_becomes(edges, to, channels, how, seed):
    shape = edges if channels[0] == 1 else (*edges, 3)
    pixels = np.random.default_rng(seed).integers(0, 256, (2, *shape), dtype=np.uint8)
    intake = Intake(Form(*to, channels[1]), how)
    formed = fit_pixels(pixels, intake)
    for picture, one in zip(pixels, formed, strict=True):
        colours = picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)
        assert np.array_equal(one, fit(Photo("", colours, None, edges[::-1]), intake))


@pytest.mark.parametrize("shape", [(28, 28), (5, 28, 28), (5, 20, 28), (0, 28, 28)])
def test_garments_come_in_smaller_ones_enlarged(shape):
    pixels = np.random.default_rng(0).integers(0, 100, shape, dtype=np.uint8)
    intake = Intake(Form(56, 56, 3, "dark"), find="garment")
    many = pixels if pixels.ndim == 3 else pixels[None]
    assert np.array_equal(fit_pixels(admit(pixels, intake), intake), fit_pixels(many, intake))


@pytest.mark.parametrize(
    ("pictures", "find", "received"),
    [
        (np.zeros((2, 28, 28), np.uint8), "", r"received shape \(2, 28, 28\)"),
        (np.zeros((2, 57, 28), np.uint8), "garment", r"received shape \(2, 57, 28\)"),
        (np.zeros((2, 28, 28, 3), np.uint8), "garment", r"received shape \(2, 28, 28, 3\)"),
        (np.full((2, 28, 28), 255, np.uint8), "garment", "pass 255 - pixels"),
        (np.zeros((2, 28, 28)), "garment", "received float64"),
        ([[1], [2, 3]], "garment", "that NumPy cannot read"),
    ],
)
def test_what_is_no_garment_cut_out_is_refused(pictures, find, received):
    with pytest.raises(PixelsError, match=received):
        admit(pictures, Intake(Form(56, 56, 3, "dark"), find=find))
