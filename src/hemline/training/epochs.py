"""One epoch: pictures in batches; each batch is one step of the optimiser."""

import sys
from array import array
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from hemline.networks import BatchNorm, Dense, Flatten, Network, Rescaling
from hemline.training.augmentation import Augmentation
from hemline.training.losses import Several, is_right, losses_of
from hemline.training.optimisers import Adam, Optimiser
from hemline.training.outlier_exposure import OutlierExposure
from hemline.training.own import Loss

try:
    from hemline.training import _dense
except ImportError:  # built only where there is a C compiler; PyTorch does the same, slower
    _dense = None  # type: ignore[assignment]


class Pass(NamedTuple):
    """One pass over pictures, all tensors on one device.

    Attributes:
        pixels: uint8 `(n, h, w)` or `(n, h, w, 3)`.
        labels: integers `(n,)`.
        order: int64 `(m,)`, the places of the pictures in the order of this pass.
        rates: learning rate of each step; a step is a batch.
        batch_size: pictures a step.
        weights: float32 `(n,)`, how much each picture counts; None for all alike.
        losses: float32 `(n,)`, where the loss of each picture is noted, if it is wanted.
        photographs: the place of the first one.
        class_balance: float32, one a logit, added to those of all pictures, if anything is.
        several: what labels beyond the logits leave open.
        augment: changes a batch of pixels, if anything does.
        expose_outliers: makes some of them none of the classes, targets too, if anything does.
        label_smoothing: share of the target spread over all classes (Szegedy et al., 2016).
        loss: of logits and labels, in place of cross-entropy, if it is another.
        l2: times the squared weights of the hidden dense layers, added to the loss.
        bfloat16: compute convolutions and matrix products with 8 bits of mantissa.
        on_step: called after each step, or once after all of them.
    """

    pixels: Tensor
    labels: Tensor
    order: Tensor
    rates: list[float]
    batch_size: int
    weights: Tensor | None = None
    losses: Tensor | None = None
    photographs: int = sys.maxsize
    class_balance: Tensor | None = None
    several: Several = ()
    augment: Augmentation | None = None
    expose_outliers: OutlierExposure | None = None
    label_smoothing: float = 0.0
    loss: Loss | None = None
    l2: float = 0.0
    bfloat16: bool = False
    on_step: Callable[[], None] = lambda: None


class Outcome(NamedTuple):
    """What a pass gave, each picture judged at its step: the figures that Keras prints.

    Attributes:
        loss: mean cross-entropy in nats, while the weights were still moving.
        accuracy: share of right answers, likewise.
        finite_steps: steps until the loss was no longer a finite number.
    """

    loss: float
    accuracy: float
    finite_steps: int


def run_epoch(network: Network, optimiser: Optimiser, work: Pass) -> Outcome:
    """Train one epoch in place, by the fastest means that fits.

    Args:
        network: float32, on the device of `work`.
        optimiser: over all parameters of `network`.
        work: every picture once, or as `work.order` says.
    """
    run = run_native if native_fits(network, optimiser, work) else run_torch
    return run(network, optimiser, work)


def run_torch(network: Network, optimiser: Optimiser, work: Pass) -> Outcome:
    """`run_epoch` for any network and optimiser."""
    network.train()
    sums = torch.zeros(len(work.rates), 2, device=work.pixels.device)  # no waiting for a GPU
    batches = zip(_batches(network, work), work.rates, strict=True)
    for step, (batch, rate) in enumerate(batches):
        losses, right = _backward(network, work, batch)
        optimiser.step(rate)
        sums[step] = torch.stack([losses.sum(), right.sum()])
        work.on_step()
    loss, correct = (sums.sum(0) / len(work.order)).tolist()
    return Outcome(loss, correct, int(sums[:, 0].isfinite().long().cumprod(0).sum()))


def _batches(network: Network, work: Pass) -> Sequence[Tensor]:
    """The last one smaller, as in Keras; all about as large where batches are normalised.

    There a last one of three pictures would leave running statistics of next to nothing.
    """
    if any(
        isinstance(layer, BatchNorm | nn.modules.batchnorm._BatchNorm)
        for layer in network.modules()
    ):
        return torch.tensor_split(work.order, len(work.rates))
    return torch.split(work.order, work.batch_size)


def _backward(network: Network, work: Pass, batch: Tensor) -> tuple[Tensor, Tensor]:
    """Leave gradients in the network; return loss and rightness of each picture."""
    pixels, targets = work.pixels[batch], work.labels[batch].long()
    if work.augment:
        pixels = work.augment(pixels, batch >= work.photographs)
    if work.expose_outliers:
        pixels, targets = work.expose_outliers(pixels, targets)
    with torch.autocast(pixels.device.type, torch.bfloat16, enabled=work.bfloat16):
        logits = network(pixels).float()
    if work.class_balance is not None:
        logits = logits + work.class_balance
    if work.loss:
        losses = work.loss(logits, targets)
    else:
        losses = losses_of(logits, targets, work.label_smoothing, work.several)
    counted = losses if work.weights is None else losses * work.weights[batch]
    torch.autograd.backward(counted.mean())
    if work.l2:
        _pull_to_zero(network, work.l2)
    losses = losses.detach()
    if work.losses is not None:
        work.losses[batch] = losses
    return losses, is_right(logits.detach(), targets, work.several)


@torch.no_grad()
def _pull_to_zero(network: Network, l2: float) -> None:
    """Add the gradient of `l2` times the squared weights, as Keras's regulariser.

    Of all dense layers but the last. Through autograd it would take several passes over them.
    """
    dense = [layer for layer in network.layers if isinstance(layer, Dense)]
    for layer in dense[:-1]:
        assert layer.weight.grad is not None  # noqa: S101  backward went through every layer
        layer.weight.grad.add_(layer.weight, alpha=2 * l2)


@torch.no_grad()
def evaluate(network: Network, work: Pass) -> tuple[float, float]:
    """Mean loss in nats and accuracy on the pictures of `work.order`, nothing changed on them."""
    targets = work.labels[work.order].long()
    pixels = work.pixels[work.order]
    logits = network.head(network.features_at_rest(pixels, bfloat16=work.bfloat16))
    loss = functional.cross_entropy(logits, targets)
    return loss.item(), (logits.argmax(1) == targets).float().mean().item()


def native_fits(network: Network, optimiser: Optimiser, work: Pass) -> bool:
    """Whether the C epoch computes exactly this training.

    One hidden layer, plain Adam, and as many inputs and outputs as it was compiled for.
    """
    kinds = [type(layer) for layer in network.layers]
    if _dense is None or kinds != [Rescaling, Flatten, Dense, Dense]:
        return False
    hidden, head = (layer for layer in network.layers if isinstance(layer, Dense))
    if (hidden.in_features, head.out_features) != (_dense.inputs, _dense.outputs):
        return False
    units = hidden.out_features
    plain = work.weights is None and work.losses is None and work.class_balance is None
    changed = work.augment or work.expose_outliers or work.label_smoothing or work.l2 or work.loss
    plain = plain and not changed
    on_cpu = work.pixels.device.type == "cpu"
    return units % 64 == 0 and plain and type(optimiser) is Adam and on_cpu


def run_native(network: Network, optimiser: Optimiser, work: Pass) -> Outcome:
    """`run_epoch` in C, on the memory of the network and of its Adam."""
    assert isinstance(optimiser, Adam)  # noqa: S101  nothing else fits
    loss_sum, correct, finite_steps = _dense.epoch(
        work.pixels.numpy(),
        work.labels.numpy(),
        work.order.numpy(),
        *(parameter.detach().numpy() for parameter in network.parameters()),
        *(moment.numpy() for moment in optimiser.memory["first"]),
        *(moment.numpy() for moment in optimiser.memory["second"]),
        array("d", work.rates),
        work.batch_size,
        Adam.beta1,
        Adam.beta2,
        Adam.epsilon,
        optimiser.steps,
        torch.get_num_threads(),
    )
    optimiser.steps += len(work.rates)
    work.on_step()
    return Outcome(loss_sum / len(work.order), correct / len(work.order), finite_steps)
