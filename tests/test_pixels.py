"""The pixel contract: what is certain is admitted, what would be guessed is refused."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hemline import as_pixels
from hemline.errors import PixelsError

GARMENT = np.zeros((28, 28), np.uint8)
GARMENT[4:24, 8:20] = 180


@given(hnp.arrays(np.uint8, st.tuples(st.integers(0, 4), st.just(28), st.just(28))))
def test_pixels_come_out_as_they_went_in_or_are_refused_as_inverted(pictures):
    border = np.ones((28, 28), bool)
    border[1:-1, 1:-1] = False
    if any((picture[border] >= 128).mean() >= 0.7 for picture in pictures):
        with pytest.raises(PixelsError, match="dark-on-bright"):
            as_pixels(pictures)
    else:
        assert as_pixels(pictures) is pictures or (as_pixels(pictures) == pictures).all()
        assert (as_pixels(as_pixels(pictures)) == pictures).all()


@given(
    hnp.arrays(
        st.sampled_from([np.uint8, np.int64, np.float32, np.bool_, np.complex64]),
        hnp.array_shapes(max_dims=4, max_side=30),
    )
)
def test_any_array_is_admitted_or_refused_in_one_sentence(array):
    try:
        pixels = as_pixels(array)
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
    pixels = as_pixels(pictures)
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
        as_pixels(pictures)


def test_all_real_pictures_are_admitted_unchanged_and_nearly_all_negatives_refused(real):
    pictures = np.concatenate([real.train.pixels, real.test.pixels])
    assert (as_pixels(pictures) == pictures).all()
    refused = 0
    for negative in 255 - real.test.pixels:
        try:
            as_pixels(negative)
        except PixelsError:
            refused += 1
    assert refused >= 0.999 * len(real.test)
