"""What a training says of itself."""

from dataclasses import dataclass

from hemline.recipes import Recipe
from hemline.training.run import Run


@dataclass(frozen=True)
class EpochFigures:
    """One line of `metrics.jsonl`.

    Attributes:
        epoch: counted from 1.
        loss: mean cross-entropy in nats over the epoch, while the weights were moving.
        accuracy: share of right answers, likewise.
        validation_loss: mean cross-entropy in nats after the epoch on the pictures kept back;
            None where none are.
        validation_accuracy: share of right answers, likewise.
        seconds: that the epoch took.
        data: name of the data, so that no figure stands without it.
    """

    epoch: int
    loss: float
    accuracy: float
    validation_loss: float | None
    validation_accuracy: float | None
    seconds: float
    data: str

    def of_model(self) -> dict[str, float]:
        """What a model file with the weights of this epoch says of its training."""
        figures = {
            "epoch": self.epoch,
            "train_loss": self.loss,
            "train_accuracy": self.accuracy,
            "validation_loss": self.validation_loss,
            "validation_accuracy": self.validation_accuracy,
        }
        return {name: value for name, value in figures.items() if value is not None}


@dataclass(frozen=True)
class TrainingResult:
    """What came out of a training.

    Attributes:
        recipe: what was trained and how.
        seed: of the initial weights and of all chance.
        parameters: trained numbers of the network.
        steps_per_epoch: of an epoch that sees every picture to train on.
        epochs: their figures, in order.
        kept: the epoch whose weights are in the model file, counted from 1.
        seconds: total, training, data and export.
        run: the folder.
    """

    recipe: Recipe
    seed: int
    parameters: int
    steps_per_epoch: int
    epochs: list[EpochFigures]
    kept: int
    seconds: dict[str, float]
    run: Run
