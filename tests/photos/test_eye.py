"""The eye: where the garment is, in drawn pictures, and in photographs where there are any."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import ndimage

from hemline.photos import decode
from hemline.photos.eye import EDGE, FILE, look
from hemline.photos.finding import find_garment, tidied
from hemline.photos.parts import label_parts
from tests.photos.by_hand import hand_drawn

BESIDE = 0.900  # mean overlap of what the eye replaced: of seven guesses the likeliest one


@pytest.fixture(scope="session")
def photographs():
    """A folder of photographs of which masks were drawn by hand."""
    named = os.environ.get("HEMLINE_PHOTOS")
    if not named:
        pytest.skip("needs photographs of clothes: set HEMLINE_PHOTOS to their folder")
    return Path(named) / "validation"


@settings(max_examples=200)
@given(arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=12)))
def test_parts_are_those_that_scipy_finds(mask):
    labels, count = ndimage.label(mask)
    found = label_parts(mask)
    assert found.max(initial=0) == count
    pairs = set(zip(labels.ravel().tolist(), found.ravel().tolist(), strict=True))
    assert len(pairs) == len(set(labels.ravel().tolist()))
    assert ((found > 0) == mask).all()


def test_what_is_small_beside_the_garment_is_left_out_and_small_holes_are_filled():
    seen = np.zeros((EDGE, EDGE), np.uint8)
    seen[30:100, 40:90] = 200
    seen[60:66, 60:66] = 0  # a button
    seen[5:12, 5:12] = 200  # a tag
    kept = tidied(seen) >= 128
    assert kept[30:100, 40:90].all()
    assert kept.sum() == 70 * 50


def test_both_shoes_stay_and_so_does_what_lies_between_a_strap_and_a_neck():
    seen = np.zeros((EDGE, EDGE), np.uint8)
    seen[40:90, 20:50], seen[45:90, 70:100] = 255, 255
    seen[50:75, 30:45] = 0
    assert ((tidied(seen) >= 128) == (seen >= 128)).all()


@given(arrays(np.uint8, (EDGE, EDGE), elements=st.integers(0, 255)))
@settings(max_examples=10)
def test_whatever_it_sees_becomes_parts_of_it_or_filled_holes(seen):
    changed = tidied(seen)
    assert changed.dtype == np.uint8
    outside = changed < 128
    assert (changed[outside] <= seen[outside]).all()


def test_the_file_is_small():
    assert FILE.stat().st_size <= 500_000


def test_hand_drawn_masks_are_met_better_than_by_what_it_replaced(photographs):
    overlaps = []
    for name, drawn in hand_drawn(EDGE).items():
        colours = decode(photographs / name).colours
        found, drawn = tidied(look(colours)) >= 128, drawn >= 128
        overlaps.append((found & drawn).sum() / (found | drawn).sum())
    assert len(overlaps) == 60
    assert np.mean(overlaps) > BESIDE + 0.008


def test_it_is_found_in_every_photograph(photographs):
    for path in sorted(photographs.glob("*/*"))[::20]:
        assert 0.02 < find_garment(decode(path)).garment.mean() < 1
