"""Trackers: what a training tells of itself, in TensorBoard, MLflow or Weights & Biases.

    with TensorBoard("logs/fast") as tracker:
        train("fast", dataset, folder="runs/fast", **tracker.hooks)

What they write begins with the first epoch: a training that is refused leaves nothing there.
"""

import json
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from hemline.errors import RunError, did_you_mean
from hemline.training.figures import EpochFigures

FIGURES = ("loss", "accuracy", "validation_loss", "validation_accuracy", "seconds")


class Tracker(ABC):
    """A context in which one training runs; ended by an exception, it says that it failed."""

    @property
    def hooks(self) -> dict[str, Callable[..., None]]:
        """What `train` calls: `on_start` and `on_epoch`."""
        return {"on_start": self.on_start, "on_epoch": self.on_epoch}

    def on_start(self, environment: dict[str, Any]) -> None:
        """Begin, with the recipe, the seed, the data and the versions.

        Raises:
            RunError: the library cannot; it says why.
        """
        try:
            self.begin(_settings(environment))
        except Exception as error:  # each library has its own, and those of its network
            raise RunError(
                f"Expected {type(self).__name__} to begin, received from it {_line(error)}; "
                "set it up, or train without it."
            ) from error

    def on_epoch(self, figures: EpochFigures) -> None:
        """Write the figures of an epoch by the names that `metrics.jsonl` has for them.

        What fails here costs a warning: the training goes on.
        """
        values = {name: getattr(figures, name) for name in FIGURES}
        try:
            self.write(figures.epoch, {name: v for name, v in values.items() if v is not None})
        except Exception as error:
            told = f"{type(self).__name__} did not take epoch {figures.epoch}: {_line(error)}"
            warnings.warn(told, RuntimeWarning, stacklevel=2)

    @abstractmethod
    def begin(self, settings: dict[str, Any]) -> None:
        """Open what the figures go into."""

    @abstractmethod
    def write(self, epoch: int, values: dict[str, float]) -> None:
        """Write numbers of an epoch, counted from 1."""

    @abstractmethod
    def end(self, *, failed: bool) -> None:
        """Close what `begin` opened, if it did."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.end(failed=kind is not None)


class TensorBoard(Tracker):
    """Event files for `tensorboard --logdir FOLDER`.

    Args:
        folder: for the files of this training.
    """

    def __init__(self, folder: str | Path) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._folder, self._open = Path(folder), SummaryWriter
        self._writer: Any = None

    def begin(self, settings: dict[str, Any]) -> None:
        """Begin a file; the settings are a text in it."""
        self._writer = self._open(str(self._folder))
        rows = [f"| {name} | {value} |" for name, value in settings.items()]
        self._writer.add_text("settings", "\n".join(["| key | value |", "| --- | --- |", *rows]))

    def write(self, epoch: int, values: dict[str, float]) -> None:
        """A scalar each, on the disk when this returns."""
        for name, value in values.items():
            self._writer.add_scalar(name, value, epoch)
        self._writer.flush()

    def end(self, *, failed: bool) -> None:  # noqa: ARG002
        """Close the file."""
        if self._writer:
            self._writer.close()


class MLflow(Tracker):
    """A run of MLflow, wherever `MLFLOW_TRACKING_URI` points.

    Args:
        experiment: that the run belongs to; the current one if left out.
        name: of the run; MLflow thinks of one if left out.
    """

    def __init__(self, experiment: str | None = None, name: str | None = None) -> None:
        import mlflow

        self._mlflow, self._experiment, self._name = mlflow, experiment, name
        self._begun = False

    def begin(self, settings: dict[str, Any]) -> None:
        """Begin a run; the settings are its parameters."""
        if self._experiment:
            self._mlflow.set_experiment(self._experiment)
        self._mlflow.start_run(run_name=self._name)
        self._begun = True
        self._mlflow.log_params(settings)

    def write(self, epoch: int, values: dict[str, float]) -> None:
        """A metric each."""
        self._mlflow.log_metrics(values, step=epoch)

    def end(self, *, failed: bool) -> None:
        """End the run, as finished or failed."""
        if self._begun:
            self._mlflow.end_run("FAILED" if failed else "FINISHED")


class WandB(Tracker):
    """A run of Weights & Biases; `WANDB_MODE=offline` keeps it on the disk.

    Args:
        options: of `wandb.init`, such as `project` and `name`.
    """

    def __init__(self, **options: Any) -> None:
        import wandb

        self._wandb, self._options = wandb, options
        self._run: Any = None

    def begin(self, settings: dict[str, Any]) -> None:
        """Begin a run; the settings are its config."""
        self._run = self._wandb.init(config=settings, **self._options)

    def write(self, epoch: int, values: dict[str, float]) -> None:
        """One step with a value each."""
        self._run.log(values, step=epoch)

    def end(self, *, failed: bool) -> None:
        """Finish the run, as done or failed."""
        if self._run:
            self._run.finish(exit_code=int(failed))


def tracker_of(name: str, folder: Path) -> Tracker:
    """The tracker that `--track NAME` asks for, of a run in `folder`.

    Raises:
        RunError: there is none of that name.
    """
    known: dict[str, Callable[[], Tracker]] = {
        "tensorboard": lambda: TensorBoard(folder / "tensorboard"),
        "mlflow": lambda: MLflow("hemline", folder.name),
        "wandb": lambda: WandB(project="hemline", name=folder.name),
    }
    if name not in known:
        raise RunError(
            f"Expected --track {', '.join(known)}, received {name}; "
            f"{did_you_mean(name, known, 'choose one of these.')}"
        )
    return known[name]()


def _line(error: Exception) -> str:
    """What an error says, in one line without its end."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].strip().rstrip(".")


def _settings(environment: dict[str, Any]) -> dict[str, Any]:
    """All that was set for a training, by flat names."""
    data, recipe = environment["data"], environment["recipe"]
    facts = {
        "seed": environment["seed"],
        "data": data["name"],
        "data_sha256": data["sha256"],
        "device": environment["device"],
        "hemline": environment["versions"]["hemline"],
    }
    lists = {key: json.dumps(value) for key, value in recipe.items() if isinstance(value, tuple)}
    return {"recipe": recipe["name"], **recipe, **lists, **facts}
