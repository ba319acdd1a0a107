"""Losses of labels that leave something open."""

import pytest
import torch
from torch.nn import functional

from hemline.training.losses import is_right, losses_of

NONE, ANY_SHOE, SHOES = 10, 11, (5, 7, 9)


@pytest.fixture
def logits():
    return torch.randn(12, 11, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("classes", [10, 11])
def test_plain_labels_have_pytorchs_loss(logits, smoothing, classes):
    targets = torch.arange(12) % classes
    theirs = functional.cross_entropy(
        logits[:, :classes], targets, reduction="none", label_smoothing=smoothing
    )
    assert torch.allclose(losses_of(logits[:, :classes], targets, smoothing), theirs)


def test_any_shoe_counts_the_shoes_together(logits):
    losses = losses_of(logits, torch.full((12,), ANY_SHOE), 0.0, [SHOES])
    shares = logits.softmax(1)[:, SHOES].sum(1)
    assert torch.allclose(losses, -shares.log())


def test_any_of_the_shoes_is_right():
    said = torch.eye(11)
    assert is_right(said, torch.full((11,), ANY_SHOE), [SHOES]).nonzero()[:, 0].tolist() == list(
        SHOES
    )
    assert is_right(said, torch.arange(11), [SHOES]).all()
    assert not is_right(said, torch.full((11,), NONE), [SHOES])[:NONE].any()
