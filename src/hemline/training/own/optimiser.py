"""An optimiser of PyTorch, or like one of PyTorch's, in the place of Hemline's own."""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from hemline.errors import RecipeError
from hemline.training.optimisers import Optimiser


class OwnOptimiser(Optimiser):
    """What `make` gives, with its own learning rates as the peak of the recipe's schedule.

    Args:
        make: of the parameters, as `lambda parameters: torch.optim.SGD(parameters, lr=0.1)`.
        parameters: of the network.
        peak: learning rate of the recipe, which the rates of the steps are shares of.

    Raises:
        RecipeError: it gives no optimiser.
    """

    def __init__(
        self,
        make: Callable[[Iterable[nn.Parameter]], torch.optim.Optimizer],
        parameters: Iterable[nn.Parameter],
        peak: float,
    ) -> None:
        super().__init__(parameters)
        self.own, self.peak = make(self.parameters), peak
        if not isinstance(self.own, torch.optim.Optimizer):
            raise RecipeError(
                "Expected optimiser to give an optimiser of PyTorch, received "
                f"{type(self.own).__name__}; pass what makes one of the parameters, as "
                "lambda parameters: torch.optim.SGD(parameters, lr=0.1)."
            )
        self.rates = [group["lr"] for group in self.own.param_groups]

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """Let it move the parameters, then clear the gradients."""
        self.steps += 1
        for group, own in zip(self.own.param_groups, self.rates, strict=True):
            group["lr"] = own * rate / self.peak
        self.own.step()
        self.own.zero_grad()

    def state(self) -> dict[str, Tensor]:
        """Its memory of each parameter, numbers as tensors."""
        tensors = {"steps": torch.tensor(self.steps)}
        for place, memory in self.own.state_dict()["state"].items():
            for name, value in memory.items():
                if isinstance(value, Tensor):
                    tensors[f"{place}.{name}"] = value
                elif value is not None:
                    tensors[f"{place}.{name}.number"] = torch.tensor(value)
        return tensors

    def load_state(self, tensors: dict[str, Tensor]) -> None:
        """Put back what `state` gave."""
        tensors = dict(tensors)
        self.steps = int(tensors.pop("steps"))
        memory: dict[int, dict[str, Tensor | float | int]] = {}
        for key, tensor in tensors.items():
            place, _, name = key.partition(".")
            number = name.endswith(".number")
            value = tensor.item() if number else tensor
            memory.setdefault(int(place), {})[name.removesuffix(".number")] = value
        groups = self.own.state_dict()["param_groups"]
        self.own.load_state_dict({"state": memory, "param_groups": groups})
