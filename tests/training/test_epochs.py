"""One epoch: the C code, our Adam on PyTorch, and PyTorch's own Adam are the same training."""

import math
import os

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from hemline.networks import build_network
from hemline.training import epochs
from hemline.training.epochs import Pass, native_fits, run_native, run_torch
from hemline.training.optimisers import Adam, Muon
from hemline.training.schedules import triangle

# Where CI is set, an epoch that was not built is a fault and not a circumstance.
needs_compiler = pytest.mark.skipif(
    epochs._dense is None and not os.environ.get("CI"),
    reason="the C epoch was not built: that needs a C compiler with OpenMP",
)


def pictures(count: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, 10, (count,), generator=generator, dtype=torch.uint8)
    pixels = torch.randint(0, 100, (count, 28, 28), generator=generator, dtype=torch.uint8)
    for place, label in enumerate(labels):  # something to learn
        pixels[place, 2 * label : 2 * label + 4] += 120
    return pixels, labels


def trained(run, count, batch_size, hidden, rounds=1):
    """Weights, moments and figures after some epochs by `run`."""
    pixels, labels = pictures(count)
    network = build_network("mlp", hidden, seed=1)
    optimiser = Adam(network.parameters(), 0.001)
    figures = []
    for number in range(rounds):
        order = torch.randperm(count, generator=torch.Generator().manual_seed(number))
        figures.append(run(network, optimiser, Pass(pixels, labels, order, batch_size)))
    tensors = [*network.parameters(), *optimiser.memory["first"], *optimiser.memory["second"]]
    return [tensor.detach().clone() for tensor in tensors], figures, optimiser.steps


@needs_compiler
@settings(max_examples=25)
@given(
    batch_size=st.integers(1, 70),
    batches=st.floats(0.01, 3),
    slices=st.integers(1, 4),
    rounds=st.integers(1, 2),
)
def test_the_c_epoch_is_the_pytorch_epoch(batch_size, batches, slices, rounds):
    # Few steps: two trainings that differ only in rounding part exponentially.
    count = math.ceil(batch_size * batches)
    native = trained(run_native, count, batch_size, (64 * slices,), rounds)
    reference = trained(run_torch, count, batch_size, (64 * slices,), rounds)
    for mine, theirs in zip(native[0], reference[0], strict=True):
        close = torch.isclose(mine, theirs, rtol=1e-2, atol=1e-3 * float(theirs.abs().max()))
        # Rounding may put a sum on the other side of ReLU's corner: then one unit differs.
        assert close.float().mean() > 0.95
    assert np.allclose(native[1], reference[1], atol=1e-4)
    assert native[2] == reference[2] == rounds * -(-count // batch_size)


@needs_compiler
def test_the_number_of_threads_does_not_change_a_bit(monkeypatch):
    results = []
    for threads in (1, 2, 3):
        monkeypatch.setattr(torch, "get_num_threads", lambda threads=threads: threads)
        results.append(trained(run_native, 1000, 32, (256,), rounds=2)[0])
    for other in results[1:]:
        assert all(map(torch.equal, results[0], other))


def test_our_adam_is_pytorchs_adam():
    pixels, labels = pictures(200)
    mine, theirs = (build_network("mlp", (32,), seed=1) for _ in range(2))
    work = Pass(pixels, labels, torch.arange(200), 20)
    run_torch(mine, Adam(mine.parameters(), 0.01), work)
    oracle = torch.optim.Adam(theirs.parameters(), lr=0.01, eps=1e-7)
    for start in range(0, 200, 20):
        batch = slice(start, start + 20)
        oracle.zero_grad()
        functional.cross_entropy(theirs(pixels[batch]), labels[batch].long()).backward()
        oracle.step()
    for a, b in zip(mine.parameters(), theirs.parameters(), strict=True):
        assert torch.allclose(a, b, rtol=1e-4, atol=1e-6)


def test_figures_of_an_epoch_are_those_before_each_step():
    pixels, labels = pictures(64)
    network = build_network("mlp", (16,), seed=1)
    with torch.no_grad():
        logits = network(pixels)
    work = Pass(pixels, labels, torch.arange(64), 64)
    loss, accuracy = run_torch(network, Adam(network.parameters(), 0.1), work)
    assert loss == pytest.approx(functional.cross_entropy(logits, labels.long()).item(), rel=1e-5)
    assert accuracy == (logits.argmax(1) == labels).float().mean().item()


@needs_compiler
@pytest.mark.parametrize(
    ("widths", "fits"), [((128,), True), ((640,), True), ((100,), False), ((128, 64), False)]
)
def test_only_networks_that_the_c_code_computes_are_given_to_it(widths, fits):
    network = build_network("mlp", widths, seed=0)
    assert (
        native_fits(network, Adam(network.parameters(), 0.1), Pass(*pictures(8), None, 4)) is fits
    )


@needs_compiler
def test_only_trainings_that_the_c_code_computes_are_given_to_it():
    network = build_network("mlp", (64,), seed=0)
    plain, work = Adam(network.parameters(), 0.1), Pass(*pictures(8), None, 4)
    falling = Adam(network.parameters(), 0.1, triangle(10))
    assert native_fits(network, plain, work)
    assert not native_fits(network, falling, work)
    assert not native_fits(network, Muon(network.parameters(), 0.1), work)
    assert not native_fits(network, plain, work._replace(label_smoothing=0.1))
    assert not native_fits(network, plain, work._replace(augment=lambda pixels: pixels))


@needs_compiler
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"labels": torch.full((8,), 10, dtype=torch.uint8)}, "labels must be 0 to 9"),
        ({"labels": torch.zeros(7, dtype=torch.uint8)}, "same count"),
        ({"order": torch.tensor([8])}, "indices of pictures"),
        ({"order": torch.tensor([-1])}, "indices of pictures"),
        ({"batch_size": 0}, "at least 1"),
    ],
)
def test_the_c_code_refuses_what_would_read_beyond_its_memory(change, sentence):
    pixels, labels = pictures(8)
    network = build_network("mlp", (64,), seed=0)
    arguments = {"pixels": pixels, "labels": labels, "order": torch.arange(8), "batch_size": 4}
    with pytest.raises(ValueError, match=sentence):
        run_native(network, Adam(network.parameters(), 0.1), Pass(**(arguments | change)))
