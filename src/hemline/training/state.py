"""The state of a training: all that a checkpoint keeps, and nothing else."""

from dataclasses import asdict
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

from hemline.networks import Inputs
from hemline.recipes import Recipe
from hemline.training.building import network_of, optimiser_of
from hemline.training.callbacks import Callback, build_callbacks
from hemline.training.checkpoint import load_checkpoint, save_checkpoint
from hemline.training.devices import bfloat16_is_fast
from hemline.training.figures import EpochFigures
from hemline.training.own import Own
from hemline.training.pruning import Pruning


class Stateful(Protocol):
    """What can be kept in a checkpoint."""

    def state(self) -> dict[str, Tensor]:
        """Tensors by name."""

    def load_state(self, tensors: dict[str, Tensor]) -> None:
        """Put back what `state` gave."""


class State:
    """Network, optimiser and what else changes from epoch to epoch.

    Args:
        recipe: says what there is.
        own: what the recipe leaves to the caller.
        seed: of the initial weights.
        inputs: the pictures that the network is made for.
        classes: of the data set.
        mirror: whether mirrored pictures keep their class.
        pictures: in the training part.
        device: where all of it lives.

    Attributes:
        bfloat16: whether to compute with 8 bits of mantissa.
        epochs: figures of the epochs behind.
        stopped: whether a callback has ended the training.
        rate_factor: what callbacks multiply the learning rate by.
    """

    def __init__(
        self,
        recipe: Recipe,
        own: Own,
        seed: int,
        *,
        inputs: Inputs,
        classes: int,
        mirror: bool,
        pictures: int,
        device: torch.device,
    ) -> None:
        self.recipe = recipe
        network = network_of(recipe, own, inputs=inputs, classes=classes, mirror=mirror, seed=seed)
        self.network = network.to(device)
        self.bfloat16 = recipe.bfloat16 and bfloat16_is_fast(device)
        self.optimiser = optimiser_of(recipe, own, self.network, bfloat16=self.bfloat16)
        self.pruning = (
            Pruning(recipe.data_pruning, pictures, device) if recipe.data_pruning else None
        )
        self.callbacks: dict[str, Callback] = build_callbacks(recipe)
        self.epochs: list[EpochFigures] = []
        self.stopped, self.rate_factor = False, 1.0

    @property
    def validation_losses(self) -> list[float]:
        """After each epoch behind; empty without a validation part."""
        return [each.validation_loss for each in self.epochs if each.validation_loss is not None]

    @property
    def best_epoch(self) -> int:
        """That with the lowest validation loss, counted from 1."""
        losses = self.validation_losses
        return losses.index(min(losses)) + 1

    @property
    def kept_epoch(self) -> int:
        """That whose weights the model file gets, counted from 1."""
        return self.best_epoch if self.recipe.restore_best_weights else len(self.epochs)

    def add(self, epoch: EpochFigures) -> None:
        """Note an epoch, and let the callbacks look at it."""
        self.epochs.append(epoch)
        self._call_back()

    def finish(self) -> None:
        """Leave in the network the weights that the recipe keeps."""
        for callback in self.callbacks.values():
            callback.after_training(self)

    def save(self, path: Path, run: str) -> None:
        """Write a checkpoint of a run, whole or not at all.

        Raises:
            OSError: the folder cannot be written; an older checkpoint stays.
        """
        parts = {name: part.state() for name, part in self._parts().items()}
        parts["network"] = self.network.state_dict()
        save_checkpoint(path, parts, [asdict(epoch) for epoch in self.epochs], run)

    def load(self, path: Path, run: str) -> None:
        """Return to a checkpoint of a run.

        Raises:
            RunError: the checkpoint is damaged, or of another run.
        """
        tensors, history = load_checkpoint(path, run)
        self.network.load_state_dict(tensors["network"])
        for name, part in self._parts().items():
            part.load_state(tensors.get(name, {}))
        self.epochs = [EpochFigures(**epoch) for epoch in history]
        self._call_back()

    def _call_back(self) -> None:
        for callback in self.callbacks.values():
            callback.after_epoch(self)

    def _parts(self) -> dict[str, Stateful]:
        pruning: dict[str, Stateful] = {"pruning": self.pruning} if self.pruning else {}
        return {"optimiser": self.optimiser, **pruning, **self.callbacks}
