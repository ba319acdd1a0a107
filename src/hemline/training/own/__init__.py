"""What a caller of `train` brings in place of what the recipe says."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

import torch
from torch import Tensor, nn

from hemline.errors import RecipeError
from hemline.networks import Inputs
from hemline.recipes import Recipe
from hemline.training.augmentation import Augmentation

NetworkMaker = Callable[[Inputs, int], nn.Module]
Loss = Callable[[Tensor, Tensor], Tensor]
OptimiserMaker = Callable[[Iterable[nn.Parameter]], torch.optim.Optimizer]


@dataclass(frozen=True)
class Own:
    """Parts of one's own; those left out are the recipe's.

    Attributes:
        network: a module, or what makes one of the inputs and the number of logits; see
            `own_network`.
        loss: of logits float32 `(n, k)` and labels int64 `(n,)`, one number a picture, `(n,)`.
        augmentation: pixels uint8 `(n, h, w)` or `(n, h, w, 3)` and a generator of chance to pixels
            of the same kind, in place of all that the recipe does to pictures.
        optimiser: of parameters; see `OwnOptimiser`.
    """

    network: nn.Module | NetworkMaker | None = None
    loss: Loss | None = None
    augmentation: Callable[[Tensor, torch.Generator], Tensor] | None = None
    optimiser: OptimiserMaker | None = None

    def adapt(self, recipe: Recipe) -> Recipe:
        """The recipe as it is with these parts.

        Raises:
            RecipeError: it does not go together with them.
        """
        if self.loss and recipe.photographs:
            raise RecipeError(
                f"Expected no loss beside recipe {recipe.name}, received one: of a photograph it "
                "may be open which class it shows; leave one of them out."
            )
        if self.network:
            recipe = replace(recipe, network="own", widths=())
        return replace(recipe, optimiser="own") if self.optimiser else recipe

    def describe(self) -> dict[str, str]:
        """What a run and its model file say of them: the name of each, and where it is from."""
        given = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: _name(part) for name, part in given.items() if part}

    def augment(self, generator: torch.Generator) -> Augmentation | None:
        """The augmentation as an epoch calls it, if there is one.

        Raises:
            RecipeError: it gives something else than such pixels; when it is called.
        """
        own = self.augmentation
        if own is None:
            return None

        def augment(pixels: Tensor, _photographs: Tensor) -> Tensor:
            changed = own(pixels, generator)
            _require("an augmentation", changed, pixels.shape, torch.uint8, "pixels stay pixels")
            return changed

        return augment

    def losses(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Loss of each picture, float32 `(n,)`.

        Raises:
            RecipeError: it is no such tensor.
        """
        assert self.loss  # noqa: S101  asked for only where there is one
        losses = self.loss(logits, labels)
        reduced = 'a number a picture, as with reduction="none"'
        _require("a loss", losses, labels.shape, torch.float32, reduced)
        return losses


def _require(what: str, received: Any, shape: torch.Size, kind: torch.dtype, mend: str) -> None:
    if isinstance(received, Tensor) and received.shape == shape and received.dtype == kind:
        return
    raise RecipeError(
        f"Expected {what} that gives {_told(kind, shape)}, received {_told_of(received)}; "
        f"correct it: {mend}."
    )


def _told_of(received: Any) -> str:
    if isinstance(received, Tensor):
        return _told(received.dtype, received.shape)
    return type(received).__name__


def _told(kind: torch.dtype, shape: torch.Size) -> str:
    return f"{str(kind).removeprefix('torch.')} {tuple(shape)}"


def _name(part: Any) -> str:
    known = part if hasattr(part, "__qualname__") else type(part)
    return f"{known.__module__}.{known.__qualname__}"
