"""The trainer: a recipe, labelled pixels and a seed become a run."""

import hashlib
import itertools
import json
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from torch import nn

from hemline.data import Dataset, Photographs
from hemline.engines import slow_path
from hemline.errors import RecipeError, RunError
from hemline.files import write_whole
from hemline.networks import Inputs
from hemline.recipes import Recipe, load_recipe
from hemline.training.augmentation import Augmentation, build_augmentation
from hemline.training.devices import device_name, find_device, seeded_chance
from hemline.training.epochs import Pass, evaluate, native_fits, run_epoch
from hemline.training.export import export_model
from hemline.training.figures import EpochFigures, TrainingResult
from hemline.training.finishing import finish
from hemline.training.material import balance_classes, gather
from hemline.training.mirroring import decide_mirroring
from hemline.training.outlier_exposure import build_outlier_exposure
from hemline.training.own import Loss, NetworkMaker, OptimiserMaker, Own
from hemline.training.run import Run, describe_environment
from hemline.training.schedules import SCHEDULES, rates_of_epoch
from hemline.training.state import State
from hemline.training.transfer import Start, read_start


class Trainer:
    """One training under way: data, the state of the training, and the folder it leaves."""

    def __init__(
        self,
        recipe: Recipe,
        dataset: Dataset,
        seed: int,
        run: Run,
        device: str = "auto",
        on_step: Callable[[float], None] = lambda _: None,
        photographs: Photographs | None = None,
        start: Start | None = None,
        own: Own = Own(),  # noqa: B008  frozen
    ) -> None:
        self.photographs, self.source, self.own = photographs, start, own
        if start and own.network:
            raise RecipeError(
                "Expected one network, received a model to start from and one of your own; leave "
                "out start or network."
            )
        recipe = own.adapt(start.adapt(recipe) if start else recipe)
        self.recipe, self.dataset, self.seed, self.run = recipe, dataset, seed, run
        self.on_step, self.device = on_step, find_device(device)
        self.material = gather(recipe, dataset, photographs).on(self.device)
        self.mirroring = decide_mirroring(recipe, dataset)
        self.state = State(
            recipe,
            own,
            seed,
            inputs=start.inputs if start else Inputs.of(dataset.train.pixels, dataset.form),
            classes=len(dataset.classes),
            mirror=self.mirroring.keeps_class,
            pictures=len(self.material.labels),
            device=self.device,
        )
        if start:
            _check_form(start, dataset)
            start.give(self.state.network)
        if own.network:
            from hemline.training.own.checking import check_export  # brings ONNX Runtime

            check_export(self.state.network, len(dataset.classes))
        self.class_balance = balance_classes(recipe, self.material, len(dataset.classes))
        self.environment = self.describe()

    def describe(self) -> dict[str, Any]:
        """What `environment.json` says of this training."""
        work = self.work(0)
        native = native_fits(self.state.network, self.state.optimiser, work)
        return describe_environment(
            self.seed,
            self.describe_data(),
            engine="native" if native else "torch",
            slow=slow_path(self.recipe.network),
            device=device_name(self.device),
            precision="bfloat16" if work.bfloat16 else "float32",
            threads=torch.get_num_threads(),
            mirroring=self.mirroring._asdict(),
            start=self.source.describe() if self.source else None,
            own=self.own.describe(),
        )

    def describe_data(self) -> dict[str, Any]:
        """The training part, and the photographs if there are any."""
        photographs = self.photographs
        data = self.dataset.describe(self.dataset.train)
        if Path(data["source"]).exists():  # wherever the run is read, it is to be found
            data["source"] = str(Path(data["source"]).resolve())
        if photographs is None:
            return data
        return data | {"photographs": {"n": len(photographs), "sha256": photographs.checksum}}

    @cached_property
    def identity(self) -> str:
        """Tells this training from those with another recipe, seed, start or other pictures."""
        data = self.environment["data"]
        pictures = [data["sha256"], data.get("photographs")]
        facts = [self.seed, pictures, self.environment["start"], *self.own.describe().items()]
        text = self.recipe.to_toml() + json.dumps(facts, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def start(self, *, resume: bool) -> None:
        """Claim the run folder, or take up where the checkpoint left off."""
        account = self.dataset.account.describe() if self.dataset.account else None
        self.run.start(self.recipe, self.environment, account, resume=resume)
        if resume and self.run.checkpoint.exists():
            self.state.load(self.run.checkpoint, self.identity)
            # The process may have been killed between the checkpoint and its metrics.
            self.run.write_metrics(self.state.epochs)

    def work(self, epoch: int) -> Pass:
        """What one epoch goes through, counted from 0; seed and epoch decide all chance."""
        recipe, pruning, material = self.recipe, self.state.pruning, self.material
        generator = torch.Generator(self.device).manual_seed(unrelated(self.seed, epoch))
        places = material.places.repeat(recipe.passes(len(material.places)))
        mixed = torch.randperm(len(places), generator=generator, device=self.device)
        order, weights = places[mixed], None
        if pruning:
            order, weights = pruning.choose(order, epoch / recipe.epochs, generator)
        rates = self.rates(epoch, recipe.batches(len(order)))
        steps = itertools.count(epoch * len(rates) + 1)
        return Pass(
            material.pixels,
            material.labels,
            order,
            rates,
            batch_size=recipe.batch_size,
            weights=weights,
            losses=pruning.losses if pruning else None,
            photographs=material.first_photograph,
            class_balance=self.class_balance,
            several=material.several,
            augment=self.augmentation(generator),
            expose_outliers=build_outlier_exposure(recipe, len(self.dataset.classes), generator),
            label_smoothing=recipe.label_smoothing,
            loss=self.own.losses if self.own.loss else None,
            l2=recipe.l2,
            bfloat16=self.state.bfloat16,
            on_step=lambda: self.on_step(next(steps) / len(rates) / recipe.epochs),
        )

    def augmentation(self, generator: torch.Generator) -> Augmentation | None:
        """What happens to the pictures of an epoch."""
        return self.own.augment(generator) or build_augmentation(
            self.recipe,
            generator,
            mirror=self.mirroring.keeps_class,
            background=self.dataset.form.background,
        )

    def rates(self, epoch: int, steps: int) -> list[float]:
        """Learning rate of each step of an epoch, counted from 0."""
        recipe = self.recipe
        rate, schedule = recipe.learning_rate * self.state.rate_factor, SCHEDULES[recipe.schedule]
        return rates_of_epoch(schedule, rate, epoch, recipe.epochs, steps)

    def train(self, on_epoch: Callable[[EpochFigures], None]) -> None:
        """Train all epochs that are left; when interrupted, export the last whole one."""
        try:
            while len(self.state.epochs) < self.recipe.epochs and not self.state.stopped:
                on_epoch(self.epoch())
        except KeyboardInterrupt:
            if self.run.checkpoint.exists():
                self.state.load(self.run.checkpoint, self.identity)
                self.export()
            raise

    def epoch(self) -> EpochFigures:
        """Train one epoch and write the checkpoint.

        Raises:
            RunError: the loss is not a finite number; the last checkpoint stays.
        """
        began = time.perf_counter()
        state, done = self.state, len(self.state.epochs)
        work = self.work(done)
        with seeded_chance(unrelated(self.seed, done)):
            outcome = run_epoch(state.network, state.optimiser, work)
        if outcome.finite_steps < len(work.rates):
            raise RunError(
                f"Expected a finite loss, received {outcome.loss} at step "
                f"{outcome.finite_steps + 1} of epoch {done + 1}; the checkpoint of "
                f"epoch {done} is kept: try a lower learning rate."
            )
        validation_loss, validation_accuracy = self.validate(work)
        state.add(
            EpochFigures(
                done + 1,
                outcome.loss,
                outcome.accuracy,
                validation_loss,
                validation_accuracy,
                seconds=time.perf_counter() - began,
                data=self.dataset.name,
            )
        )
        self.save()
        return state.epochs[-1]

    def validate(self, work: Pass) -> tuple[float, float] | tuple[None, None]:
        """Loss and accuracy on the pictures kept back, if any are."""
        if not len(self.material.kept_back):
            return None, None
        return evaluate(self.state.network, work._replace(order=self.material.kept_back))

    def save(self) -> None:
        """Write checkpoint and metrics.

        Raises:
            RunError: the folder cannot be written; the files before this epoch stay.
        """
        try:
            self.state.save(self.run.checkpoint, self.identity)
            self.run.write_metrics(self.state.epochs)
        except OSError as error:
            raise RunError(
                f"Expected to write {self.run.folder}, received an error ({error.strerror}); "
                "what was written before is whole: make room and go on with --resume."
            ) from error

    def export(self) -> None:
        """Write the model file, with the weights that the recipe keeps."""
        self.state.finish()
        recipe, epochs, network = self.recipe, self.state.epochs, self.state.network
        finished = finish(
            network,
            self.material,
            classes=len(self.dataset.classes),
            calibrate=recipe.calibrate,
            bfloat16=self.state.bfloat16,
        )
        network = network.cpu()
        data = {key: value for key, value in self.environment["data"].items() if key != "source"}
        metadata = {
            "classes": self.dataset.classes,
            "intake": self.dataset.intake.describe(),
            "recipe": asdict(recipe),
            "seed": self.seed,
            "parameters": network.parameter_count,
            "layers": [asdict(layer) for layer in network.describe()],
            "data": data,
            "start": self.environment["start"],
            "own": self.environment["own"],
            "versions": self.environment["versions"],
            "figures": epochs[self.state.kept_epoch - 1].of_model() if epochs else {},
        }
        write_whole(self.run.model, export_model(network, metadata, finished))


def train(
    recipe: Recipe | str | Path,
    dataset: Dataset,
    *,
    folder: str | Path,
    seed: int = 0,
    device: str = "auto",
    resume: bool = False,
    photographs: Photographs | None = None,
    start: str | Path | None = None,
    network: nn.Module | NetworkMaker | None = None,
    loss: Loss | None = None,
    augmentation: Callable[[torch.Tensor, torch.Generator], torch.Tensor] | None = None,
    optimiser: OptimiserMaker | None = None,
    on_start: Callable[[dict[str, Any]], None] = lambda _: None,
    on_epoch: Callable[[EpochFigures], None] = lambda _: None,
    on_step: Callable[[float], None] = lambda _: None,
) -> TrainingResult:
    """Train on the training part of `dataset` and leave a run in `folder`.

    Same recipe, seed and machine give the same weights, interrupted or not: the order of each
    epoch depends on nothing but seed and epoch.

    Args:
        recipe: what to train and how, or the name or file of it.
        dataset: its test part is never opened.
        folder: of the run; new, or holding this run if `resume`.
        seed: of the initial weights, the validation part and all chance.
        device: auto, cpu or cuda; auto takes a GPU where there is one.
        resume: go on from the checkpoint in `folder`.
        photographs: trained on as well, where the recipe asks for them.
        start: model file, run folder or name of a model that comes with Hemline: its features are
            where this training starts; the head is new.
        network: a module of one's own, or what makes one of the inputs and the number of logits:
            from float32 `(n, c, h, w)`, scaled and less their mean, to logits `(n, k)`.
        loss: of logits float32 `(n, k)` and labels int64 `(n,)`, one number a picture `(n,)`.
        augmentation: changes uint8 pixels `(n, h, w)` or `(n, h, w, 3)` with a generator of chance,
            in place of all that the recipe does to pictures.
        optimiser: makes one of PyTorch's of the parameters; its own learning rates are the peak of
            the recipe's schedule.
        on_start: called with what `environment.json` says, and the recipe, before the first epoch.
        on_epoch: called after each epoch, when its checkpoint is on disk.
        on_step: called after steps with the share of the training that is done.

    Raises:
        DataError: the data cannot be had.
        RecipeError: the recipe asks for photographs and there are none, or the other way round; or
            a part of one's own does not do what it is for, or cannot become a model file.
        RunError: the folder cannot be used, or the loss is no longer finite.
        KeyboardInterrupt: stopped by the user; the run folder then holds the last whole epoch
            and its model file.
    """
    began, run = time.perf_counter(), Run(Path(folder))
    recipe = recipe if isinstance(recipe, Recipe) else load_recipe(recipe)
    if resume:
        run.require()
    own = Own(network, loss, augmentation, optimiser)
    source = read_start(start) if start else None
    trainer = Trainer(recipe, dataset, seed, run, device, on_step, photographs, source, own)
    with run.claimed():
        trainer.start(resume=resume)
        try:
            on_start(trainer.environment | {"recipe": asdict(trainer.recipe)})
        except BaseException:
            if not resume:
                run.withdraw()
            raise
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
    recipe = trainer.recipe
    return TrainingResult(
        recipe,
        seed,
        trainer.state.network.parameter_count,
        recipe.steps_per_epoch(len(trainer.material.places)),
        trainer.state.epochs,
        trainer.state.kept_epoch,
        seconds,
        trainer.run,
    )


def _check_form(start: Start, dataset: Dataset) -> None:
    if start.intake.form != dataset.form:
        raise RunError(
            f"Expected pictures of {start.intake.form}, as {start.name} takes them, received "
            f"{dataset.form}; open the data in that form (--size, --grey or --colour)."
        )


def unrelated(seed: int, epoch: int) -> int:
    """A seed for one epoch: those of neighbouring seeds and epochs have nothing in common."""
    digest = hashlib.sha256(f"{seed}/{epoch}".encode()).digest()
    return int.from_bytes(digest[:7], "big")
