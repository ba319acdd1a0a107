"""One epoch: every picture once, in batches; each batch is one step of the optimiser."""

import math

import torch
from torch import Tensor, nn, optim
from torch.nn import functional

from hemline.networks import Dense, Flatten, Network, Rescaling

try:
    from hemline.training import _dense
except ImportError:  # built only where there is a C compiler; PyTorch does the same, slower
    _dense = None  # type: ignore[assignment]


def run_epoch(
    network: Network,
    optimiser: optim.Optimizer,
    pixels: Tensor,
    labels: Tensor,
    order: Tensor,
    batch_size: int,
) -> tuple[float, float]:
    """Train one epoch in place, by the fastest means that fits.

    Args:
        network: float32 on the CPU.
        optimiser: over all parameters of `network`.
        pixels: uint8 `(n, 28, 28)`.
        labels: uint8 `(n,)`.
        order: int64 `(m,)`, the pictures in the order of this epoch.
        batch_size: pictures a step.

    Returns:
        Mean loss (cross-entropy in nats) and accuracy over the epoch, each picture judged at its
        step, while the weights were still moving: the figures that Keras prints.
    """
    run = run_native if native_fits(network, optimiser) else run_torch
    return run(network, optimiser, pixels, labels, order, batch_size)


def run_torch(
    network: Network,
    optimiser: optim.Optimizer,
    pixels: Tensor,
    labels: Tensor,
    order: Tensor,
    batch_size: int,
) -> tuple[float, float]:
    """`run_epoch` for any network and optimiser."""
    loss_sum, correct = torch.zeros(()), torch.zeros((), dtype=torch.int64)
    for batch in order.split(batch_size):
        targets = labels[batch].long()
        logits = network(pixels[batch])
        loss = functional.cross_entropy(logits, targets)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        loss_sum += loss.detach() * len(batch)
        correct += (logits.detach().argmax(1) == targets).sum()
    return loss_sum.item() / len(order), correct.item() / len(order)


def native_fits(network: Network, optimiser: optim.Optimizer) -> bool:
    """Whether the C epoch computes exactly this training: one hidden layer and plain Adam."""
    kinds = [type(layer) for layer in network.layers]
    if _dense is None or kinds != [Rescaling, Flatten, Dense, Dense]:
        return False
    hidden: int = network.layers[2].out_features  # type: ignore[assignment]
    plain = type(optimiser) is optim.Adam and len(optimiser.param_groups) == 1
    group = optimiser.param_groups[0]
    changed = group["weight_decay"] or group["amsgrad"] or group["maximize"]
    return hidden % 64 == 0 and plain and not changed


def run_native(
    network: Network,
    optimiser: optim.Optimizer,
    pixels: Tensor,
    labels: Tensor,
    order: Tensor,
    batch_size: int,
) -> tuple[float, float]:
    """`run_epoch` in C, on the memory of the network and of its optimiser."""
    parameters = list(network.parameters())
    states = [adam_state(optimiser, parameter) for parameter in parameters]
    group = optimiser.param_groups[0]
    steps_done = int(states[0]["step"])
    loss_sum, correct = _dense.epoch(
        pixels.numpy(),
        labels.numpy(),
        order.numpy(),
        tuple(parameter.detach().numpy() for parameter in parameters),
        tuple(state["exp_avg"].numpy() for state in states),
        tuple(state["exp_avg_sq"].numpy() for state in states),
        batch_size,
        group["lr"],
        *group["betas"],
        group["eps"],
        steps_done,
        torch.get_num_threads(),
    )
    for state in states:
        state["step"] += math.ceil(len(order) / batch_size)
    return loss_sum / len(order), correct / len(order)


def adam_state(optimiser: optim.Optimizer, parameter: nn.Parameter) -> dict[str, Tensor]:
    """Adam's moments of one parameter, made as PyTorch makes them if there are none yet."""
    state: dict[str, Tensor] = optimiser.state[parameter]
    if not state:
        state["step"] = torch.tensor(0.0)
        state["exp_avg"] = torch.zeros_like(parameter)
        state["exp_avg_sq"] = torch.zeros_like(parameter)
    return state
