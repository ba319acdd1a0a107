"""Parts cut off by content: each class its share, what belongs together on one side."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nst

from hemline.data import content_split
from hemline.data.building.splits import digest


def pictures(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, 8, 8), np.uint8)


@st.composite
def labelled(draw, copies: bool = False, groups: bool = False):
    """Pixels with labels, some pictures perhaps copies, and perhaps groups."""
    count = draw(st.integers(1, 120))
    pixels = pictures(count, draw(st.integers(0, 9)))
    if copies:
        sources = draw(nst.arrays(np.int64, count, elements=st.integers(0, count - 1)))
        copied = draw(nst.arrays(np.bool_, count))
        pixels = np.where(copied[:, None, None], pixels[sources], pixels)
    labels = draw(nst.arrays(np.uint8, count, elements=st.integers(0, 4)))
    kinds = draw(nst.arrays(np.int64, count, elements=st.integers(0, count // 3)))
    return pixels, labels, kinds if groups else None


def units_of(pixels, groups) -> np.ndarray:
    """What is tied by likeness or group, found by walking from picture to picture."""
    keys = [{("picture", pixels[place].tobytes())} for place in range(len(pixels))]
    if groups is not None:
        for place, group in enumerate(groups):
            keys[place].add(("group", group))
    unit = list(range(len(pixels)))
    for place in range(len(pixels)):
        for other in range(place):
            if keys[place] & keys[other] and unit[place] != unit[other]:
                unit = [unit[other] if of == unit[place] else of for of in unit]
    return np.array(unit)


@given(labelled(), st.floats(0, 0.9))
def test_each_class_gives_its_share(data, share):
    pixels, labels, _ = data
    kept, cut = content_split(pixels, labels, share)
    assert sorted([*kept, *cut]) == list(range(len(labels)))
    assert (np.diff(kept) > 0).all()
    assert (np.diff(cut) > 0).all()
    for count, of in zip(np.bincount(labels[cut], minlength=5), np.bincount(labels), strict=False):
        wanted = min(max(round(share * of), 1), of - 1) if share and of > 1 else 0
        assert count == wanted


@given(labelled(copies=True, groups=True), st.floats(0.05, 0.6))
def test_copies_and_groups_lie_on_one_side(data, share):
    pixels, labels, groups = data
    kept, cut = content_split(pixels, labels, share, groups)
    assert sorted([*kept, *cut]) == list(range(len(labels)))
    units = units_of(pixels, groups)
    assert not set(units[kept]) & set(units[cut])
    assert set(labels) == set(labels[kept])  # no class is cut off as a whole
    for label in set(labels):
        whole = [unit for unit in set(units) if set(labels[units == unit]) == {label}]
        if len(whole) > 1 and set(units[labels == label]) == set(whole):
            largest = max(int((units == unit).sum()) for unit in whole)
            excess = abs((labels[cut] == label).sum() - share * (labels == label).sum())
            assert excess <= max(1, largest)


@given(labelled(copies=True), st.randoms(use_true_random=False))
def test_the_order_of_the_files_plays_no_part(data, random):
    pixels, labels, _ = data
    order = list(range(len(labels)))
    random.shuffle(order)
    _, cut = content_split(pixels, labels, 0.2)
    _, again = content_split(pixels[order], labels[order], 0.2)
    assert sorted(pixels[cut].tobytes() for cut in cut) == sorted(
        pixels[order][cut].tobytes() for cut in again
    )


@given(st.integers(40, 400), st.integers(1, 30))
def test_pictures_that_are_added_move_few(count, more):
    pixels = pictures(count + more)
    labels = np.arange(count + more) % 4
    _, before = content_split(pixels[:count], labels[:count], 1 / 6)
    _, after = content_split(pixels, labels, 1 / 6)
    moved = set(before) ^ {place for place in after if place < count}
    assert len(moved) <= 4 * (1 + np.ceil(more / 4))


def test_another_salt_cuts_independently():
    pixels, labels = pictures(6000), np.zeros(6000, np.uint8)
    _, test = content_split(pixels, labels, 1 / 6, salt="test")
    _, validation = content_split(pixels, labels, 1 / 6, salt="validation")
    assert len(np.intersect1d(test, validation)) == pytest.approx(1000 / 6, abs=45)


def test_grey_pictures_are_cut_alike_in_one_channel_and_three():
    pixels, labels = pictures(100), np.arange(100) % 3
    three = np.repeat(pixels[..., None], 3, axis=3)
    assert np.array_equal(
        content_split(pixels, labels, 0.2)[1], content_split(three, labels, 0.2)[1]
    )


def test_pictures_stay_on_their_side_when_their_size_changes():
    pixels, labels = pictures(100), np.arange(100) % 3
    origins = [digest(picture) for picture in pixels]
    smaller = np.ascontiguousarray(pixels[:, ::2, ::2])
    assert np.array_equal(
        content_split(pixels, labels, 0.2)[1],
        content_split(smaller, labels, 0.2, origins=origins)[1],
    )


def test_what_became_identical_is_tied_nevertheless():
    pixels = pictures(60)
    origins = [digest(picture) for picture in pixels]
    alike = pixels.copy()
    alike[:30] = alike[0]
    _, cut = content_split(alike, np.zeros(60, np.uint8), 0.2, origins=origins)
    assert len(np.intersect1d(cut, np.arange(30))) in (0, 30)


def test_writers_of_all_classes_are_not_divided():
    labels, writers = np.tile(np.arange(10), 30), np.repeat(np.arange(30), 10)
    kept, cut = content_split(pictures(300), labels, 0.2, [f"writer {of}" for of in writers])
    assert not set(writers[kept]) & set(writers[cut])
    assert np.bincount(labels[cut]).tolist() == [6] * 10


def test_scikit_learn_cuts_the_same_counts():
    from sklearn.model_selection import train_test_split

    labels = np.random.default_rng(0).integers(0, 10, 6000).astype(np.uint8)
    _, theirs = train_test_split(labels, test_size=0.1, stratify=labels, random_state=0)
    _, mine = content_split(pictures(6000), labels, 0.1)
    gap = np.bincount(labels[mine], minlength=10) - np.bincount(theirs, minlength=10)
    assert np.abs(gap).max() <= 1
    assert len(mine) == pytest.approx(600, abs=5)


def test_sixty_thousand_pictures_are_cut_in_no_time():
    pixels = np.random.default_rng(0).integers(0, 256, (60_000, 28, 28), np.uint8)
    began = time.process_time()
    content_split(pixels, np.arange(60_000) % 10, 0.1)
    assert time.process_time() - began < 5
