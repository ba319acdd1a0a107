"""How a gradient becomes a change of weights.

PyTorch's own optimisers would do, but making the first one imports its compiler, which takes
longer than training the tutorial's network.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from hemline.training.recipe import Recipe


class Adam:
    """Adam (Kingma & Ba, 2015), with the constants of Keras.

    Attributes:
        parameters: what it changes.
        first, second: running means of the gradient and of its square, one tensor a parameter.
        steps: taken so far.
        learning_rate, beta1, beta2, epsilon: of the method.
    """

    beta1, beta2 = 0.9, 0.999
    epsilon = 1e-7  # Keras's; PyTorch's own is 1e-8

    def __init__(self, parameters: Iterable[nn.Parameter], learning_rate: float) -> None:
        self.parameters = list(parameters)
        self.learning_rate = learning_rate
        self.first = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.second = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.steps = 0

    @torch.no_grad()
    def step(self) -> None:
        """Move every parameter by its gradient, and clear the gradient."""
        self.steps += 1
        rate = self.learning_rate / (1 - self.beta1**self.steps)
        root = (1 - self.beta2**self.steps) ** 0.5
        for parameter, first, second in zip(self.parameters, self.first, self.second, strict=True):
            gradient, parameter.grad = parameter.grad, None
            if gradient is not None:
                first.lerp_(gradient, 1 - self.beta1)
                second.mul_(self.beta2).addcmul_(gradient, gradient, value=1 - self.beta2)
                divisor = second.sqrt().div_(root).add_(self.epsilon)
                parameter.addcdiv_(first, divisor, value=-rate)

    def state(self) -> dict[str, Tensor]:
        """Tensors that a checkpoint keeps."""
        moments = {"first": self.first, "second": self.second}
        tensors = {f"{key}.{i}": value for key in moments for i, value in enumerate(moments[key])}
        return {"steps": torch.tensor(self.steps), **tensors}

    def load_state(self, tensors: dict[str, Tensor]) -> None:
        """Put back what `state` gave, in place."""
        self.steps = int(tensors["steps"])
        for key, moments in (("first", self.first), ("second", self.second)):
            for place, moment in enumerate(moments):
                moment.copy_(tensors[f"{key}.{place}"])


def build_optimiser(recipe: Recipe, network: nn.Module) -> Adam:
    """The optimiser that `recipe` names, over all parameters of `network`."""
    return Adam(network.parameters(), recipe.learning_rate)
