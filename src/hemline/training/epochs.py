"""One epoch: every picture once, in batches; each batch is one step of the optimiser."""

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from hemline.networks import Dense, Flatten, Network, Rescaling
from hemline.training.optimisers import Adam

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
    """

    pixels: Tensor
    labels: Tensor
    order: Tensor
    batch_size: int


def run_epoch(network: Network, optimiser: Adam, work: Pass) -> tuple[float, float]:
    """Train one epoch in place, by the fastest means that fits.

    Args:
        network: float32 on the CPU.
        optimiser: over all parameters of `network`.
        work: every picture once, or as `work.order` says.

    Returns:
        Mean loss (cross-entropy in nats) and accuracy over the epoch, each picture judged at its
        step, while the weights were still moving: the figures that Keras prints.
    """
    run = run_native if native_fits(network, optimiser) else run_torch
    return run(network, optimiser, work)


def run_torch(network: Network, optimiser: Adam, work: Pass) -> tuple[float, float]:
    """`run_epoch` for any network and optimiser."""
    loss_sum, correct = torch.zeros(()), torch.zeros((), dtype=torch.int64)
    for batch in torch.split(work.order, work.batch_size):
        targets = work.labels[batch].long()
        logits = network(work.pixels[batch])
        loss = functional.cross_entropy(logits, targets)
        torch.autograd.backward(loss)
        optimiser.step()
        loss_sum += loss.detach() * len(batch)
        correct += (logits.detach().argmax(1) == targets).sum()
    return loss_sum.item() / len(work.order), correct.item() / len(work.order)


def native_fits(network: Network, optimiser: Adam) -> bool:
    """Whether the C epoch computes exactly this training: one hidden layer and plain Adam."""
    kinds = [type(layer) for layer in network.layers]
    if _dense is None or kinds != [Rescaling, Flatten, Dense, Dense]:
        return False
    hidden: int = network.layers[2].out_features  # type: ignore[assignment]
    return hidden % 64 == 0 and type(optimiser) is Adam


def run_native(network: Network, optimiser: Adam, work: Pass) -> tuple[float, float]:
    """`run_epoch` in C, on the memory of the network and of its optimiser."""
    loss_sum, correct = _dense.epoch(
        work.pixels.numpy(),
        work.labels.numpy(),
        work.order.numpy(),
        *(parameter.detach().numpy() for parameter in network.parameters()),
        *(moment.numpy() for moment in optimiser.first),
        *(moment.numpy() for moment in optimiser.second),
        work.batch_size,
        optimiser.learning_rate,
        optimiser.beta1,
        optimiser.beta2,
        optimiser.epsilon,
        optimiser.steps,
        torch.get_num_threads(),
    )
    optimiser.steps += math.ceil(len(work.order) / work.batch_size)
    return loss_sum / len(work.order), correct / len(work.order)
