"""Pruning leaves out easy pictures only, and keeps the expected gradient."""

import pytest
import torch

from hemline.training.pruning import Pruning

CPU = torch.device("cpu")


@pytest.fixture
def pruning():
    made = Pruning(0.6, 1000, CPU)
    made.losses.copy_(torch.rand(1000, generator=torch.Generator().manual_seed(1)) ** 3)
    return made


def chosen(pruning, seed=0, progress=0.5):
    order = torch.randperm(1000, generator=torch.Generator().manual_seed(seed))[:800]
    return order, *pruning.choose(order, progress, torch.Generator().manual_seed(seed))


def test_only_easy_pictures_are_left_out_and_the_order_stays(pruning):
    order, left, weights = chosen(pruning)
    easy = pruning.losses[order] < pruning.losses[order].mean()
    missing = set(order.tolist()) - set(left.tolist())
    assert missing < set(order[easy].tolist())
    assert len(missing) == pytest.approx(0.6 * easy.sum().item(), rel=0.15)
    assert left.tolist() == [place for place in order.tolist() if place not in missing]
    assert set(weights[order[easy]].tolist()) == {2.5}
    assert set(weights[order[~easy]].tolist()) == {1.0}


def test_the_expected_sum_is_that_of_all_pictures(pruning):
    sums = []
    for seed in range(300):
        order, left, weights = chosen(pruning, seed)
        sums.append((weights[left] * pruning.losses[left]).sum() / pruning.losses[order].sum())
    assert torch.stack(sums).mean().item() == pytest.approx(1, abs=0.01)


def test_the_last_part_of_a_training_sees_every_picture(pruning):
    order, left, weights = chosen(pruning, progress=0.9)
    assert torch.equal(order, left)
    assert weights is None


def test_before_the_first_losses_nothing_is_easy():
    order, left, weights = chosen(Pruning(0.6, 1000, CPU), progress=0.0)
    assert torch.equal(order, left)
    assert weights is None
