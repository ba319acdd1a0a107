"""Augmentation changes what it should, keeps what it must, and depends on its generator alone."""

import numpy as np
import pytest
import torch

from hemline.training.augmentation import Augmentation


def augmented(pixels, seed=0, **options):
    generator = torch.Generator().manual_seed(seed)
    settings = {"flip": False, "shift": 0} | options
    return Augmentation(generator=generator, **settings)(torch.tensor(pixels))


@pytest.fixture
def pictures():
    return np.random.default_rng(0).integers(1, 256, (200, 28, 28), np.uint8)


def test_half_of_the_pictures_are_mirrored_and_the_others_left(pictures):
    changed = augmented(pictures, flip=True).numpy()
    same = (changed == pictures).all(axis=(1, 2))
    mirrored = (changed == pictures[:, :, ::-1]).all(axis=(1, 2))
    assert (same ^ mirrored).all()
    assert 60 < mirrored.sum() < 140


@pytest.mark.parametrize("most", [1, 3])
def test_every_picture_is_moved_by_at_most_so_many_pixels(pictures, most):
    changed = augmented(pictures, shift=most).numpy()
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


def test_the_generator_alone_decides_and_the_pictures_stay(pictures):
    before = pictures.copy()
    options = {"flip": True, "shift": 2}
    first, again, other = (augmented(pictures, seed, **options) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert (pictures == before).all()
