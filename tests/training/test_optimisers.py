"""Muon's parts against independent computations; schedules at their corners."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from hemline.training.optimisers import Muon, orthogonalised
from hemline.training.schedules import WARM_UP, constant, linear_warmup_decay, rates_of_epoch


@given(st.tuples(st.integers(4, 40), st.integers(4, 90)), st.integers(0, 1000))
def test_orthogonalised_keeps_directions_and_evens_out_their_sizes(shape, seed):
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
    u, _, v = torch.linalg.svd(matrix, full_matrices=False)
    sizes = torch.linalg.svdvals(orthogonalised(matrix, steps=5))
    overlap = ((u @ v) * orthogonalised(matrix, steps=5)).sum() / min(shape)
    assert sizes.max() < 1.3
    assert overlap > 0.6  # 1 is the exact nearest orthogonal matrix


def test_filters_keep_their_norm_and_turn_by_the_learning_rate():
    filters = torch.nn.Parameter(torch.randn(16, 8, 3, 3))
    optimiser = Muon([filters])
    before = (filters * 4 / filters.norm()).detach().clone()  # 4 = sqrt(16)
    filters.grad = torch.randn(16, 8, 3, 3)
    optimiser.step(0.1)
    change = (filters - before).flatten(1)
    assert 0.05 < torch.linalg.svdvals(change).median() < 0.15
    assert filters.grad is None


def test_biases_and_the_head_move_by_nesterov_momentum():
    bias, head = torch.nn.Parameter(torch.zeros(5)), torch.nn.Parameter(torch.zeros(3, 5))
    mine = Muon([bias, head])
    copies = [torch.nn.Parameter(parameter.detach().clone()) for parameter in (bias, head)]
    rates = [0.1 * Muon.bias_rate, 0.1 * Muon.head_rate / 5]
    decays = [0.0, 0.0]
    groups = [
        {"params": [copy], "lr": rate, "weight_decay": decay}
        for copy, rate, decay in zip(copies, rates, decays, strict=True)
    ]
    theirs = torch.optim.SGD(groups, momentum=Muon.momentum, nesterov=True)
    mine.head_decay = 0.0  # SGD's decay goes through the momentum, Muon's does not
    for seed in range(4):
        for parameter, copy in zip((bias, head), copies, strict=True):
            generator = torch.Generator().manual_seed(seed)
            gradient = torch.randn(parameter.shape, generator=generator)
            parameter.grad, copy.grad = gradient, gradient.clone()
        mine.step(0.1)
        theirs.step()
    assert torch.allclose(bias, copies[0], atol=1e-6)
    assert torch.allclose(head, copies[1], atol=1e-6)


def test_muon_turns_the_same_way_in_bfloat16():
    changes = []
    for bfloat16 in (False, True):
        generator = torch.Generator().manual_seed(0)
        start = torch.randn(16, 8, 3, 3, generator=generator)
        filters = torch.nn.Parameter(start * 4 / start.norm())
        before = filters.detach().clone()
        filters.grad = torch.randn(16, 8, 3, 3, generator=generator)
        Muon([filters], bfloat16=bfloat16).step(0.1)
        changes.append((filters - before).detach())
    assert functional.cosine_similarity(*changes, dim=0).mean() > 0.99
    assert not torch.equal(*changes)


def test_the_triangle_climbs_falls_and_never_stops_before_the_end():
    rates = [
        rate
        for epoch in range(10)
        for rate in rates_of_epoch(linear_warmup_decay, 2.0, epoch, 10, 100)
    ]
    top = max(range(1000), key=rates.__getitem__)
    assert top == pytest.approx(1000 * WARM_UP, abs=2)
    assert rates[top] == pytest.approx(2, abs=0.02)
    assert rates == sorted(rates[: top + 1]) + sorted(rates[top + 1 :], reverse=True)
    assert 0 < rates[0] < 0.02
    assert 0 < rates[-1] < 0.02


def test_an_epoch_with_fewer_steps_takes_as_much_of_the_schedule():
    few, many = (rates_of_epoch(linear_warmup_decay, 1.0, 1, 2, steps) for steps in (10, 100))
    assert sum(few) / 10 == pytest.approx(sum(many) / 100)
    assert rates_of_epoch(constant, 0.1, 3, 5, 4) == [0.1] * 4
