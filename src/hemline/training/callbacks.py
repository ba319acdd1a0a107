"""Callbacks: what is decided after an epoch, from the validation losses so far.

What each does follows from the epochs behind it alone, so a resumed training does the same.
"""

import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from torch import Tensor

if TYPE_CHECKING:
    from hemline.recipes import Recipe
    from hemline.training.state import State


class Callback(ABC):
    """Something that happens after each epoch."""

    @abstractmethod
    def after_epoch(self, state: "State") -> None:
        """Look at `state.epochs`, the last one included, and act on the state."""

    def after_training(self, state: "State") -> None:  # noqa: B027  most have nothing to do
        """Act once more before the model file is written."""

    def state(self) -> dict[str, Tensor]:
        """Tensors that a checkpoint keeps."""
        return {}

    def load_state(self, tensors: dict[str, Tensor]) -> None:  # noqa: B027
        """Put back what `state` gave."""


class EarlyStopping(Callback):
    """Stop when the validation loss has not fallen for `patience` epochs."""

    def __init__(self, patience: int) -> None:
        self.patience = patience

    def after_epoch(self, state: "State") -> None:
        """Stop, or not."""
        losses = state.validation_losses
        state.stopped = len(losses) - 1 - losses.index(min(losses)) >= self.patience


class PlateauReduction(Callback):
    """Lower the learning rate each time the validation loss has not fallen for some epochs.

    Args:
        patience: epochs to wait, counted anew after each reduction.
        factor: the learning rate is multiplied by it.
    """

    def __init__(self, patience: int, factor: float) -> None:
        self.patience, self.factor = patience, factor

    def after_epoch(self, state: "State") -> None:
        """Set the factor of the learning rate."""
        best, waited, reductions = math.inf, 0, 0
        for loss in state.validation_losses:
            waited = 0 if loss < best else waited + 1
            best = min(best, loss)
            if waited == self.patience:
                waited, reductions = 0, reductions + 1
        state.rate_factor = self.factor**reductions


class BestWeights(Callback):
    """Keep the weights of the epoch with the lowest validation loss, and end with them."""

    def __init__(self) -> None:
        self.weights: dict[str, Tensor] = {}

    def after_epoch(self, state: "State") -> None:
        """Copy the weights if they are the best so far."""
        if state.best_epoch == len(state.epochs):
            weights = state.network.state_dict()
            self.weights = {name: tensor.clone() for name, tensor in weights.items()}

    def after_training(self, state: "State") -> None:
        """Put the best weights back."""
        if self.weights:
            state.network.load_state_dict(self.weights)

    def state(self) -> dict[str, Tensor]:
        """The best weights so far."""
        return self.weights

    def load_state(self, tensors: dict[str, Tensor]) -> None:
        """Take up the best weights so far."""
        self.weights = tensors


def build_callbacks(recipe: "Recipe") -> dict[str, Callback]:
    """The callbacks that `recipe` asks for, by the name that the checkpoint knows them by."""
    callbacks: dict[str, Callback] = {}
    if recipe.restore_best_weights:
        callbacks["best_weights"] = BestWeights()
    if recipe.early_stopping_patience:
        callbacks["early_stopping"] = EarlyStopping(recipe.early_stopping_patience)
    if recipe.lr_reduction_patience:
        callbacks["plateau_reduction"] = PlateauReduction(
            recipe.lr_reduction_patience, recipe.lr_reduction_factor
        )
    return callbacks
