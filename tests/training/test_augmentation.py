"""Augmentation changes what it should, keeps what it must, and depends on its generator alone."""

import dataclasses

import numpy as np
import pytest
import torch
from PIL import Image

from hemline.training import load_recipe
from hemline.training.augmentation import (
    ERASED_AREA,
    Augmenter,
    build_augmentation,
    erase,
    flip,
    shift,
)
from hemline.training.distortion import blur, occlude, relight, warp

EVERYTHING = dataclasses.replace(
    load_recipe("seed"),
    horizontal_flip="always",
    rotate=9.0,
    stretch=0.2,
    shift=2,
    brightness_contrast=0.5,
    blur=0.5,
    occlusion=0.5,
    random_erasing=0.5,
)


def plain(recipe):
    return Augmenter(recipe, chance(), mirror=False, background="dark")


def chance(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def pictures():
    return np.random.default_rng(0).integers(1, 256, (200, 28, 28), np.uint8)


def test_half_of_the_pictures_are_mirrored_and_the_others_left(pictures):
    changed = flip(torch.tensor(pictures), generator=chance()).numpy()
    same = (changed == pictures).all(axis=(1, 2))
    mirrored = (changed == pictures[:, :, ::-1]).all(axis=(1, 2))
    assert (same ^ mirrored).all()
    assert 60 < mirrored.sum() < 140


@pytest.mark.parametrize("most", [1, 3])
def test_every_picture_is_moved_by_at_most_so_many_pixels(pictures, most):
    changed = shift(torch.tensor(pictures), most=most, generator=chance()).numpy()
    padded = np.pad(pictures, ((0, 0), (most, most), (most, most)))
    places = range(2 * most + 1)
    seen = set()
    for picture, before in zip(changed, padded, strict=True):
        found = [
            (y, x)
            for y in places
            for x in places
            if (before[y : y + 28, x : x + 28] == picture).all()
        ]
        assert len(found) == 1
        seen.add(found[0])
    assert len(seen) == len(places) ** 2


def test_pictures_turn_as_pillow_turns_them(monkeypatch):
    shape = np.zeros((28, 28), np.uint8)
    shape[6:20, 8:12], shape[16:20, 8:22] = 200, 120  # no symmetry
    monkeypatch.setattr("hemline.training.distortion.chances", lambda *_: torch.tensor([1.0]))
    turned = warp(torch.tensor(shape[None]), degrees=30.0, generator=chance())[0].numpy()
    theirs = np.asarray(Image.fromarray(shape).rotate(30, Image.Resampling.BILINEAR))
    mirror = np.asarray(Image.fromarray(shape).rotate(-30, Image.Resampling.BILINEAR))
    gap = min(np.abs(turned.astype(int) - other).mean() for other in (theirs, mirror))
    assert gap < 1  # grey levels out of 255; which way round is a matter of the sign of chance


def test_pictures_turn_both_ways_and_only_so_far():
    bar = np.zeros((400, 28, 28), np.uint8)
    bar[:, 13:15, 2:26] = 255
    turned = warp(torch.tensor(bar), degrees=10.0, generator=chance()).numpy().astype(float)
    heights = np.arange(28)[:, None]
    left = (turned * heights)[:, :, 4:9].sum((1, 2)) / turned[:, :, 4:9].sum((1, 2))
    right = (turned * heights)[:, :, 19:24].sum((1, 2)) / turned[:, :, 19:24].sum((1, 2))
    angles = np.degrees(np.arctan((right - left) / 15))
    assert np.abs(angles).max() < 10.5
    assert angles.min() < -8
    assert angles.max() > 8


def test_a_share_of_the_pictures_loses_one_rectangle(pictures):
    black = torch.zeros(2000, 28, 28, dtype=torch.uint8)
    changed = erase(black, share=0.5, generator=chance()).numpy()
    touched = changed.any(axis=(1, 2))
    assert 900 < touched.sum() < 1100
    for picture in changed[touched]:
        rows, columns = np.flatnonzero(picture.any(1)), np.flatnonzero(picture.any(0))
        box = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        assert (box > 0).mean() > 0.8  # noise: one value in 256 is black
        assert box.size < 784 * (ERASED_AREA[1] + 0.1)
    where = (changed[touched] > 0).mean(0)
    assert where.min() > 0  # every place is hit, corners seldom


def test_the_generator_alone_decides_and_the_pictures_stay(pictures):
    given = torch.tensor(pictures)
    photographs = torch.arange(len(given)) < 50
    first, again, other = (
        build_augmentation(EVERYTHING, chance(seed), mirror=True, background="dark")(
            given, photographs
        )
        for seed in (1, 1, 2)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert np.array_equal(given.numpy(), pictures)
    assert first.dtype == torch.uint8


def test_a_recipe_without_augmentation_has_none():
    assert (
        build_augmentation(load_recipe("seed"), chance(), mirror=False, background="dark") is None
    )


def test_pictures_are_stretched_each_way_by_itself_and_only_so_far():
    square = np.zeros((300, 28, 28), np.uint8)
    square[:, 9:19, 9:19] = 255
    stretched = warp(torch.tensor(square), degrees=0.0, stretch=0.3, generator=chance())
    edges = [stretched.float().sum(axis).amax(1).numpy() / 255 for axis in (1, 2)]
    for edge in edges:
        assert 10 * np.exp(-0.3) - 0.6 < edge.min() < 8
        assert 12.5 < edge.max() < 10 * np.exp(0.3) + 0.6
    assert abs(np.corrcoef(*edges)[0, 1]) < 0.2


def test_a_batch_of_which_nothing_is_chosen_stays_as_it_is(pictures):
    recipe = dataclasses.replace(load_recipe("photo"), augment_share=1e-9, random_erasing=0.0)
    given = torch.tensor(pictures[:1])
    nothing = torch.zeros(1, dtype=torch.bool)
    assert (plain(recipe)(given, nothing) == given).all()


@pytest.mark.parametrize(
    ("change", "least"),
    [
        ({"brightness_contrast": 0.5}, 80),
        ({"rotate": 10.0}, 80),
        ({"shift": 3}, 76),
    ],  # or shifted by nothing
)
def test_photographs_are_always_distorted_and_others_in_a_share(pictures, change, least):
    recipe = dataclasses.replace(load_recipe("seed"), augment_share=0.3, **change)
    photographs = torch.arange(len(pictures)) < 80
    given = torch.tensor(pictures)
    changed = (plain(recipe)(given, photographs) != given).flatten(1).any(1)
    assert changed[photographs].sum() >= least
    assert 20 < changed[~photographs].sum() < 55


def test_tone_changes_the_garment_and_leaves_the_ground_black(pictures):
    garment = pictures.copy()
    garment[:, :, :9] = 0
    changed = relight(torch.tensor(garment), most=0.5, generator=chance()).numpy()
    assert (changed[:, :, :9] == 0).all()
    assert (changed[garment > 4] > 4).all()
    means = changed[:, :, 9:].mean(axis=(1, 2))
    assert means.min() < 100
    assert means.max() > 155


def test_softening_blends_some_pictures_with_their_means(pictures):
    changed = blur(torch.tensor(pictures), share=0.5, generator=chance()).numpy()
    same = (changed == pictures).all(axis=(1, 2))
    assert 60 < same.sum() < 140
    rough = changed[~same][:, 1:-1, 1:-1].std(axis=(1, 2))
    assert (rough < pictures[~same][:, 1:-1, 1:-1].std(axis=(1, 2)) + 1).all()


def test_a_patch_is_one_even_rectangle_in_a_share_of_the_pictures(pictures):
    changed = occlude(torch.tensor(pictures), share=0.5, generator=chance()).numpy()
    patched = [(c != b) for c, b in zip(changed, pictures, strict=True) if (c != b).any()]
    assert 60 < len(patched) < 140
    for mask, picture in zip(patched, changed[(changed != pictures).any(axis=(1, 2))], strict=True):
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        box = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        assert len(np.unique(box)) == 1
        assert max(box.shape) <= 10
