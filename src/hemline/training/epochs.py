"""One epoch: every picture once, in batches; each batch is one step of the optimiser."""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from hemline.networks import Dense, Flatten, Network, Rescaling
from hemline.training.optimisers import Adam, Optimiser
from hemline.training.schedules import constant

try:
    from hemline.training import _dense
except ImportError:  # built only where there is a C compiler; PyTorch does the same, slower
    _dense = None  # type: ignore[assignment]


class Pass(NamedTuple):
    """One pass over pictures.

    Attributes:
        pixels: uint8 `(n, 28, 28)`.
        labels: uint8 `(n,)`.
        order: int64 `(m,)`, the places of the pictures in the order of this pass.
        batch_size: pictures a step.
        augment: changes a batch of pixels, if anything does.
        label_smoothing: share of the target spread over all classes (Szegedy et al., 2016).
        bfloat16: compute convolutions and matrix products with 8 bits of mantissa.
        on_step: called after each step, or once after all of them.
    """

    pixels: Tensor
    labels: Tensor
    order: Tensor
    batch_size: int
    augment: Callable[[Tensor], Tensor] | None = None
    label_smoothing: float = 0.0
    bfloat16: bool = False
    on_step: Callable[[], None] = lambda: None


def run_epoch(network: Network, optimiser: Optimiser, work: Pass) -> tuple[float, float]:
    """Train one epoch in place, by the fastest means that fits.

    Args:
        network: float32 on the CPU.
        optimiser: over all parameters of `network`.
        work: every picture once, or as `work.order` says.

    Returns:
        Mean loss (cross-entropy in nats) and accuracy over the epoch, each picture judged at its
        step, while the weights were still moving: the figures that Keras prints.
    """
    run = run_native if native_fits(network, optimiser, work) else run_torch
    return run(network, optimiser, work)


def run_torch(network: Network, optimiser: Optimiser, work: Pass) -> tuple[float, float]:
    """`run_epoch` for any network and optimiser."""
    network.train()
    loss_sum, correct = torch.zeros(()), torch.zeros((), dtype=torch.int64)
    for batch in torch.split(work.order, work.batch_size):
        pixels, targets = work.pixels[batch], work.labels[batch].long()
        if work.augment:
            pixels = work.augment(pixels)
        with torch.autocast("cpu", torch.bfloat16, enabled=work.bfloat16):
            logits = network(pixels).float()
        loss = functional.cross_entropy(logits, targets, label_smoothing=work.label_smoothing)
        torch.autograd.backward(loss)
        optimiser.step()
        loss_sum += loss.detach() * len(batch)
        correct += (logits.detach().argmax(1) == targets).sum()
        work.on_step()
    return loss_sum.item() / len(work.order), correct.item() / len(work.order)


def native_fits(network: Network, optimiser: Optimiser, work: Pass) -> bool:
    """Whether the C epoch computes exactly this training: one hidden layer and plain Adam."""
    kinds = [type(layer) for layer in network.layers]
    if _dense is None or kinds != [Rescaling, Flatten, Dense, Dense]:
        return False
    units: int = network.layers[2].out_features  # type: ignore[assignment]
    plain = type(optimiser) is Adam and optimiser.schedule is constant
    return units % 64 == 0 and plain and not (work.augment or work.label_smoothing)


def run_native(network: Network, optimiser: Optimiser, work: Pass) -> tuple[float, float]:
    """`run_epoch` in C, on the memory of the network and of its Adam."""
    loss_sum, correct = _dense.epoch(
        work.pixels.numpy(),
        work.labels.numpy(),
        work.order.numpy(),
        *(parameter.detach().numpy() for parameter in network.parameters()),
        *(moment.numpy() for moment in optimiser.memory["first"]),
        *(moment.numpy() for moment in optimiser.memory["second"]),
        work.batch_size,
        optimiser.learning_rate,
        Adam.beta1,
        Adam.beta2,
        Adam.epsilon,
        optimiser.steps,
        torch.get_num_threads(),
    )
    optimiser.steps += math.ceil(len(work.order) / work.batch_size)
    work.on_step()
    return loss_sum / len(work.order), correct / len(work.order)


def bfloat16_is_fast() -> bool:
    """Whether this processor multiplies bfloat16 by itself, rather than by way of float32."""
    if not hasattr(torch.cpu, "get_capabilities"):  # before PyTorch 2.11
        return False
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16"))
