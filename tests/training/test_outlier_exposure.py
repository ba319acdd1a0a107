"""Pictures made outliers: as many as asked for, said so, and not what they were."""

import numpy as np
import pytest
import torch

from hemline.training.outlier_exposure import KINDS, expose_outliers

NONE = 10


@pytest.fixture
def garments(sketches):
    return torch.tensor(sketches.train.pixels[:1000]), torch.tensor(sketches.train.labels[:1000])


def chance(seed=0):
    return torch.Generator().manual_seed(seed)


def test_a_share_becomes_outliers_and_the_others_stay(garments):
    pixels, labels = garments
    before = pixels.clone()
    changed, targets = expose_outliers(
        pixels, labels.long(), none=NONE, share=0.3, generator=chance()
    )
    outliers = targets == NONE
    assert 240 < outliers.sum() < 360
    assert (changed[~outliers] == pixels[~outliers]).all()
    assert (targets[~outliers] == labels[~outliers]).all()
    assert (pixels == before).all()
    assert changed.dtype == torch.uint8


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_every_kind_changes_pictures_and_takes_none_as_well(make, garments):
    pixels = garments[0][:200]
    made = make(pixels, chance())
    assert made.shape == pixels.shape
    assert made.dtype == torch.uint8
    assert (made != pixels).flatten(1).any(1).float().mean() > 0.95
    assert make(pixels[:0], chance()).shape == (0, 28, 28)
    assert (make(pixels, chance()) == made).all()


def test_a_stroke_is_a_line_and_no_blot(garments):
    made = KINDS[-1](garments[0][:200], chance()).numpy()
    assert (made.max(axis=(1, 2)) > 150).all()
    assert np.median((made > 100).mean(axis=(1, 2))) < 0.2
