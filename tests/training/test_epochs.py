"""One epoch: the C code, our Adam on PyTorch, and PyTorch's own Adam are the same training."""

import math
import os

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from hemline.training import epochs
from hemline.training.epochs import (
    Pass,
    _backward,
    _batches,
    evaluate,
    native_fits,
    run_native,
    run_torch,
)
from hemline.training.optimisers import Adam, Muon
from tests.networks.building import build

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


def whole_pass(pixels, labels, batch_size, rate=0.001, order=None):
    order = torch.arange(len(pixels)) if order is None else order
    steps = math.ceil(len(order) / batch_size)
    return Pass(pixels, labels, order, [rate / (1 + step) for step in range(steps)], batch_size)


def trained(run, count, batch_size, hidden, rounds=1):
    """Weights, moments and figures after some epochs by `run`."""
    pixels, labels = pictures(count)
    network = build("mlp", hidden, seed=1)
    optimiser = Adam(network.parameters())
    figures = []
    for number in range(rounds):
        order = torch.randperm(count, generator=torch.Generator().manual_seed(number))
        figures.append(run(network, optimiser, whole_pass(pixels, labels, batch_size, order=order)))
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
        assert (~close).sum() <= max(1, 0.05 * close.numel())
    for mine, theirs in zip(native[1], reference[1], strict=True):
        assert mine.loss == pytest.approx(theirs.loss, rel=1e-3)
        assert abs(mine.accuracy - theirs.accuracy) * count <= 2  # pictures between two classes
        assert mine.finite_steps == theirs.finite_steps
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
    mine, theirs = (build("mlp", (32,), seed=1) for _ in range(2))
    run_torch(mine, Adam(mine.parameters()), whole_pass(pixels, labels, 20, 0.01))
    oracle = torch.optim.Adam(theirs.parameters(), lr=0.01, eps=1e-7)
    for start in range(0, 200, 20):
        batch = slice(start, start + 20)
        oracle.zero_grad()
        oracle.param_groups[0]["lr"] = 0.01 / (1 + start / 20)
        functional.cross_entropy(theirs(pixels[batch]), labels[batch].long()).backward()
        oracle.step()
    for a, b in zip(mine.parameters(), theirs.parameters(), strict=True):
        assert torch.allclose(a, b, rtol=1e-4, atol=1e-6)


def test_figures_of_an_epoch_are_those_before_each_step():
    pixels, labels = pictures(64)
    network = build("mlp", (16,), seed=1)
    with torch.no_grad():
        logits = network(pixels)
    work = whole_pass(pixels, labels, 64, 0.1)
    loss, accuracy, _ = run_torch(network, Adam(network.parameters()), work)
    assert loss == pytest.approx(functional.cross_entropy(logits, labels.long()).item(), rel=1e-5)
    assert accuracy == (logits.argmax(1) == labels).float().mean().item()


@needs_compiler
@pytest.mark.parametrize(
    ("widths", "fits"), [((128,), True), ((640,), True), ((100,), False), ((128, 64), False)]
)
def test_only_networks_that_the_c_code_computes_are_given_to_it(widths, fits):
    network = build("mlp", widths, seed=0)
    work = whole_pass(*pictures(8), 4)
    assert native_fits(network, Adam(network.parameters()), work) is fits


@needs_compiler
@pytest.mark.parametrize(
    "change",
    [
        {"label_smoothing": 0.1},
        {"augment": lambda pixels: pixels},
        {"l2": 0.001},
        {"weights": torch.ones(8)},
        {"losses": torch.ones(8)},
    ],
)
def test_only_trainings_that_the_c_code_computes_are_given_to_it(change):
    network = build("mlp", (64,), seed=0)
    plain, work = Adam(network.parameters()), whole_pass(*pictures(8), 4)
    assert native_fits(network, plain, work)
    assert not native_fits(network, Muon(network.parameters()), work)
    assert not native_fits(network, plain, work._replace(**change))


@needs_compiler
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"labels": torch.full((8,), 10, dtype=torch.uint8)}, "labels must be 0 to 9"),
        ({"labels": torch.zeros(7, dtype=torch.uint8)}, "same count"),
        ({"order": torch.tensor([8])}, "indices of pictures"),
        ({"order": torch.tensor([-1])}, "indices of pictures"),
        ({"batch_size": 0}, "at least 1"),
        ({"batch_size": 3}, "every step needs a learning rate"),
    ],
)
def test_the_c_code_refuses_what_would_read_beyond_its_memory(change, sentence):
    pixels, labels = pictures(8)
    network = build("mlp", (64,), seed=0)
    work = whole_pass(pixels, labels, 4)._replace(**change)
    with pytest.raises(ValueError, match=sentence):
        run_native(network, Adam(network.parameters()), work)


@pytest.mark.parametrize("run", [run_torch, pytest.param(run_native, marks=needs_compiler)])
def test_a_loss_that_is_no_number_is_noted_with_its_step(run):
    network = build("mlp", (64,), seed=0)
    work = whole_pass(*pictures(40), 4)._replace(rates=[1e30] * 10)
    outcome = run(network, Adam(network.parameters()), work)
    assert not math.isfinite(outcome.loss)
    assert 1 <= outcome.finite_steps <= 3  # the first loss is that of the untouched weights


def test_l2_adds_the_squared_weights_of_hidden_layers_as_keras_does():
    pixels, labels = pictures(20)
    plain, decayed = (build("mlp", (16, 8), seed=1) for _ in range(2))
    for network, l2 in ((plain, 0.0), (decayed, 0.01)):
        _backward(network, whole_pass(pixels, labels, 20)._replace(l2=l2), torch.arange(20))
    for layer, reference in zip(decayed.layers[2:], plain.layers[2:], strict=True):
        hidden = layer is not decayed.layers[-1]
        extra = 2 * 0.01 * layer.weight if hidden else torch.zeros_like(layer.weight)
        assert torch.allclose(layer.weight.grad, reference.weight.grad + extra, atol=1e-6)
        assert torch.allclose(layer.bias.grad, reference.bias.grad, atol=1e-6)


def test_weights_count_pictures_and_losses_are_noted():
    pixels, labels = pictures(20)
    network = build("mlp", (16,), seed=1)
    with torch.no_grad():
        each = functional.cross_entropy(network(pixels), labels.long(), reduction="none")
    work = whole_pass(pixels, labels, 20)._replace(
        weights=torch.arange(20.0), losses=torch.full((20,), torch.inf)
    )
    _backward(network, work, torch.arange(20))
    assert torch.allclose(work.losses, each, atol=1e-6)
    gradient = network.layers[2].weight.grad
    reference = build("mlp", (16,), seed=1)
    losses = functional.cross_entropy(reference(pixels), labels.long(), reduction="none")
    (losses * torch.arange(20.0)).mean().backward()
    assert torch.allclose(gradient, reference.layers[2].weight.grad, atol=1e-6)


def test_evaluating_is_pytorchs_loss_and_changes_nothing():
    pixels, labels = pictures(2500)
    network = build("conv", (16,), seed=1)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    loss, accuracy = evaluate(network, whole_pass(pixels, labels, 7))
    with torch.no_grad():
        logits = network(pixels)
    assert loss == pytest.approx(functional.cross_entropy(logits, labels.long()).item(), rel=1e-4)
    assert accuracy == pytest.approx((logits.argmax(1) == labels).float().mean().item())
    assert all(torch.equal(before[name], value) for name, value in network.state_dict().items())


@given(count=st.integers(1, 500), batch_size=st.integers(1, 120))
def test_no_small_last_batch_spoils_running_statistics(count, batch_size):
    pixels, labels = torch.zeros(count, 28, 28, dtype=torch.uint8), torch.zeros(count)
    work = whole_pass(pixels, labels, batch_size)
    for network in (build("conv", (8,), 0), build("mlp", (8,), 0)):
        batches = _batches(network, work)
        assert torch.equal(torch.cat(list(batches)), work.order)
        assert len(batches) == len(work.rates)
        sizes = [len(batch) for batch in batches]
        assert max(sizes) <= batch_size
        if network.layers[1].__class__.__name__ == "Convolution":
            assert max(sizes) - min(sizes) <= 1
        else:
            assert set(sizes[:-1]) <= {batch_size}
