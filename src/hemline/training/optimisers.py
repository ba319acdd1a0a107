"""How a gradient becomes a change of weights.

PyTorch's own optimisers would do, but making the first one imports its compiler, which takes
longer than training the tutorial's network.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar

import torch
from torch import Tensor, nn


class Optimiser(ABC):
    """What a training asks of an optimiser.

    Attributes:
        parameters: what it changes.
        steps: taken so far.
    """

    def __init__(self, parameters: Iterable[nn.Parameter]) -> None:
        self.parameters, self.steps = list(parameters), 0

    @abstractmethod
    def step(self, rate: float) -> None:
        """Move every parameter by its gradient, and clear the gradient.

        Args:
            rate: learning rate of this step.
        """

    @abstractmethod
    def state(self) -> dict[str, Tensor]:
        """Tensors that a checkpoint keeps."""

    @abstractmethod
    def load_state(self, tensors: dict[str, Tensor]) -> None:
        """Put back what `state` gave."""


class Moving(Optimiser):
    """Moves one parameter after the other, with a memory for each of them.

    Attributes:
        bfloat16: whether matrix products may be computed with 8 bits of mantissa.
        memory: by name, one tensor a parameter.
    """

    memories: ClassVar[tuple[str, ...]] = ()

    def __init__(self, parameters: Iterable[nn.Parameter], *, bfloat16: bool = False) -> None:
        super().__init__(parameters)
        self.bfloat16 = bfloat16
        self.memory = {
            name: [torch.zeros_like(parameter) for parameter in self.parameters]
            for name in self.memories
        }

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """Move every parameter by its gradient, and clear the gradient."""
        self.steps += 1
        for place, parameter in enumerate(self.parameters):
            gradient, parameter.grad = parameter.grad, None
            if gradient is not None:
                self.move(place, parameter, gradient, rate)

    @abstractmethod
    def move(self, place: int, parameter: nn.Parameter, gradient: Tensor, rate: float) -> None:
        """Move one parameter in place; `place` is its place in every memory."""

    def state(self) -> dict[str, Tensor]:
        """The memories and the number of steps."""
        tensors = {
            f"{name}.{place}": tensor
            for name, tensors in self.memory.items()
            for place, tensor in enumerate(tensors)
        }
        return {"steps": torch.tensor(self.steps), **tensors}

    def load_state(self, tensors: dict[str, Tensor]) -> None:
        """Put back what `state` gave, in place."""
        self.steps = int(tensors["steps"])
        for name, mine in self.memory.items():
            for place, tensor in enumerate(mine):
                tensor.copy_(tensors[f"{name}.{place}"])


class Adam(Moving):
    """Adam (Kingma & Ba, 2015), with the constants of Keras."""

    memories = ("first", "second")  # running means of the gradient and of its square
    beta1, beta2 = 0.9, 0.999
    epsilon = 1e-7  # Keras's; PyTorch's own is 1e-8

    def move(self, place: int, parameter: nn.Parameter, gradient: Tensor, rate: float) -> None:
        """Move by the mean gradient over its deviation."""
        first, second = self.memory["first"][place], self.memory["second"][place]
        first.lerp_(gradient, 1 - self.beta1)
        second.mul_(self.beta2).addcmul_(gradient, gradient, value=1 - self.beta2)
        # The gradient has done its work: fresh memory costs more than the arithmetic in it.
        divisor = torch.sqrt(second, out=gradient)
        divisor.div_((1 - self.beta2**self.steps) ** 0.5).add_(self.epsilon)
        parameter.addcdiv_(first, divisor, value=-rate / (1 - self.beta1**self.steps))


class Muon(Moving):
    """Orthogonalised momentum on filters (Jordan et al., 2024), plain momentum on the rest.

    The learning rate is that of the filters; the others are fractions of it. Filters keep a
    constant norm, so that the learning rate means the same turn at every step. The rate of the
    head, which begins at zero, is inverse to its width (Yang et al., 2022, Tensor Programs V).
    """

    memories = ("momentum",)
    filter_momentum, momentum = 0.6, 0.85
    bias_rate = 1.8  # biases of the normalisation need large steps: few steps are taken
    head_rate = 6.4  # over the features: sums of many move by as much as those of few
    head_decay = 0.02

    def move(self, place: int, parameter: nn.Parameter, gradient: Tensor, rate: float) -> None:
        """Move with Nesterov momentum, filters by the nearest orthogonal matrix of it."""
        past, filters = self.memory["momentum"][place], parameter.ndim == 4
        share = self.filter_momentum if filters else self.momentum
        past.mul_(share).add_(gradient)
        change = gradient.add(past, alpha=share)
        if filters:
            parameter.mul_(len(parameter) ** 0.5 / parameter.norm())
            matrix = change.flatten(1)
            matrix = matrix.bfloat16() if self.bfloat16 else matrix
            change = orthogonalised(matrix).view_as(parameter)
            parameter.add_(change, alpha=-rate)
        elif parameter.ndim <= 1:
            parameter.add_(change, alpha=-rate * self.bias_rate)
        else:
            change.add_(parameter, alpha=self.head_decay)
            parameter.add_(change, alpha=-rate * self.head_rate / parameter.shape[1])


def orthogonalised(matrix: Tensor, steps: int = 3) -> Tensor:
    """About the nearest matrix with singular values near 1, by Newton-Schulz iterations.

    Coefficients of Jordan et al. (2024), chosen there for few steps rather than exactness.
    """
    tall = matrix.shape[0] > matrix.shape[1]
    values: Tensor = (matrix.T if tall else matrix) / (matrix.norm() + 1e-7)
    for _ in range(steps):
        gram = values @ values.T
        values = 3.4445 * values + (-4.7750 * gram + 2.0315 * gram @ gram) @ values
    return values.T if tall else values


OPTIMISERS: dict[str, type[Moving]] = {"adam": Adam, "muon": Muon}
