"""The trainer: a recipe, labelled pixels and a seed become a run."""

import hashlib
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from hemline.data import Dataset
from hemline.errors import RunError
from hemline.files import write_whole
from hemline.networks import build_network
from hemline.training.augmentation import build_augmentation
from hemline.training.checkpoint import load_checkpoint, save_checkpoint
from hemline.training.epochs import Pass, bfloat16_is_fast, native_fits, run_epoch
from hemline.training.export import export_model
from hemline.training.optimisers import build_optimiser
from hemline.training.recipe import Recipe
from hemline.training.run import Run, describe_environment


@dataclass(frozen=True)
class EpochFigures:
    """One line of `metrics.jsonl`.

    Attributes:
        epoch: counted from 1.
        loss: mean cross-entropy in nats over the epoch, while the weights were moving.
        accuracy: share of right answers, likewise.
        seconds: that the epoch took.
        data: name of the data, so that no figure stands without it.
    """

    epoch: int
    loss: float
    accuracy: float
    seconds: float
    data: str


@dataclass(frozen=True)
class TrainingResult:
    """What came out of a training; `seconds` has total, training, data and export."""

    recipe: Recipe
    seed: int
    parameters: int
    steps_per_epoch: int
    epochs: list[EpochFigures]
    seconds: dict[str, float]
    run: Run


class Trainer:
    """One training under way: network, optimiser and the epochs behind it."""

    def __init__(
        self,
        recipe: Recipe,
        dataset: Dataset,
        seed: int,
        run: Run,
        on_step: Callable[[float], None] = lambda _: None,
    ) -> None:
        self.recipe, self.dataset, self.seed, self.run = recipe, dataset, seed, run
        split = dataset.train
        self.pixels, self.labels = torch.tensor(split.pixels), torch.tensor(split.labels)
        mirrored = recipe.views == "mirrored"
        self.network = build_network(recipe.network, recipe.widths, seed, mirrored=mirrored)
        self.total_steps = recipe.epochs * recipe.steps_per_epoch(len(split))
        self.optimiser = build_optimiser(recipe, self.network, self.total_steps)
        self.on_step = on_step
        self.epochs: list[EpochFigures] = []
        self.environment = self.describe()

    def describe(self) -> dict[str, Any]:
        """What `environment.json` says of this training."""
        work = self.work(1)
        native = native_fits(self.network, self.optimiser, work)
        return describe_environment(
            self.seed,
            self.dataset.describe(self.dataset.train),
            engine="native" if native else "torch",
            precision="bfloat16" if work.bfloat16 else "float32",
            threads=torch.get_num_threads(),
        )

    def start(self, *, resume: bool) -> None:
        """Claim the run folder, or take up where the checkpoint left off."""
        self.run.start(self.recipe, self.environment, resume=resume)
        if resume and self.run.checkpoint.exists():
            self.load()
            # The process may have been killed between the checkpoint and its metrics.
            self.run.write_metrics([asdict(epoch) for epoch in self.epochs])

    def work(self, epoch: int) -> Pass:
        """What one epoch goes through; it depends on nothing but seed and epoch."""
        generator = torch.Generator().manual_seed(unrelated(self.seed, epoch))
        return Pass(
            self.pixels,
            self.labels,
            order=torch.randperm(len(self.pixels), generator=generator),
            batch_size=self.recipe.batch_size,
            augment=build_augmentation(self.recipe, generator),
            label_smoothing=self.recipe.label_smoothing,
            bfloat16=self.recipe.bfloat16 and bfloat16_is_fast(),
            on_step=lambda: self.on_step(self.optimiser.steps / self.total_steps),
        )

    def train(self, on_epoch: Callable[[EpochFigures], None]) -> None:
        """Train all epochs that are left; when interrupted, export the last whole one."""
        try:
            while len(self.epochs) < self.recipe.epochs:
                on_epoch(self.epoch())
        except KeyboardInterrupt:
            if self.run.checkpoint.exists():
                self.load()
                self.export()
            raise

    def epoch(self) -> EpochFigures:
        """Train one epoch and write the checkpoint.

        Raises:
            RunError: the loss is not a finite number; the last checkpoint stays.
        """
        began = time.perf_counter()
        number = len(self.epochs) + 1
        loss, accuracy = run_epoch(self.network, self.optimiser, self.work(number))
        if not math.isfinite(loss):
            raise RunError(
                f"Expected a finite loss, received {loss} in epoch {number}; the checkpoint of "
                f"epoch {number - 1} is kept: try a lower learning rate."
            )
        seconds = time.perf_counter() - began
        self.epochs.append(EpochFigures(number, loss, accuracy, seconds, self.dataset.name))
        self.save()
        return self.epochs[-1]

    def save(self) -> None:
        """Write checkpoint and metrics.

        Raises:
            RunError: the folder cannot be written; the files before this epoch stay.
        """
        history = [asdict(epoch) for epoch in self.epochs]
        try:
            save_checkpoint(self.run.checkpoint, self.network, self.optimiser, history)
            self.run.write_metrics(history)
        except OSError as error:
            raise RunError(
                f"Expected to write {self.run.folder}, received an error ({error.strerror}); "
                "what was written before is whole: make room and go on with --resume."
            ) from error

    def load(self) -> None:
        """Return to the last checkpoint.

        Raises:
            RunError: the checkpoint is damaged.
        """
        history = load_checkpoint(self.run.checkpoint, self.network, self.optimiser)
        self.epochs = [EpochFigures(**epoch) for epoch in history]

    def export(self) -> None:
        """Write the model file from the weights as they are."""
        figures: dict[str, Any] = asdict(self.epochs[-1]) if self.epochs else {}
        data = {key: value for key, value in self.environment["data"].items() if key != "source"}
        metadata = {
            "recipe": asdict(self.recipe),
            "seed": self.seed,
            "parameters": self.network.parameter_count,
            "data": data,
            "versions": self.environment["versions"],
            "figures": {f"train_{key}": figures[key] for key in ("loss", "accuracy") if figures},
        }
        write_whole(self.run.model, export_model(self.network, metadata))


def train(
    recipe: Recipe,
    dataset: Dataset,
    *,
    folder: Path,
    seed: int = 0,
    resume: bool = False,
    on_epoch: Callable[[EpochFigures], None] = lambda _: None,
    on_step: Callable[[float], None] = lambda _: None,
) -> TrainingResult:
    """Train on the training part of `dataset` and leave a run in `folder`.

    Same recipe, seed and machine give the same weights, interrupted or not: the order of each
    epoch depends on nothing but seed and epoch.

    Args:
        recipe: what to train and how.
        dataset: its test part is never opened.
        folder: of the run; new, or holding this run if `resume`.
        seed: of the initial weights and the order of the pictures.
        resume: go on from the checkpoint in `folder`.
        on_epoch: called after each epoch, when its checkpoint is on disk.
        on_step: called after steps with the share of the training that is done.

    Raises:
        DataError: the data cannot be had.
        RunError: the folder cannot be used, or the loss is no longer finite.
        KeyboardInterrupt: stopped by the user; the run folder then holds the last whole epoch
            and its model file.
    """
    began = time.perf_counter()
    trainer = Trainer(recipe, dataset, seed, Run(folder), on_step)
    trainer.start(resume=resume)
    data_ready = time.perf_counter()
    trainer.train(on_epoch)
    trained = time.perf_counter()
    trainer.export()
    exported = time.perf_counter()
    seconds = {
        "total": exported - began,
        "training": trained - data_ready,
        "data": data_ready - began,
        "export": exported - trained,
    }
    parameters, steps = trainer.network.parameter_count, recipe.steps_per_epoch(len(dataset.train))
    return TrainingResult(recipe, seed, parameters, steps, trainer.epochs, seconds, trainer.run)


def unrelated(seed: int, epoch: int) -> int:
    """A seed for one epoch: those of neighbouring seeds and epochs have nothing in common."""
    digest = hashlib.sha256(f"{seed}/{epoch}".encode()).digest()
    return int.from_bytes(digest[:7], "big")
