"""What a report is made from: a run folder or model file, and its answers to the test part."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hemline.classifier import Classifier
from hemline.data import Dataset
from hemline.errors import RunError
from hemline.evaluation import (
    Evaluation,
    evaluate_probabilities,
    match_dataset,
    paired_difference,
)
from hemline.evaluation.intervals import Interval
from hemline.run_files import RunFiles


@dataclass(frozen=True)
class Examined:
    """One run, read and judged.

    Attributes:
        name: what the report calls it: the run folder's name, or that of the model file.
        metadata: what the model file says of itself.
        recipe: everything that determined the training but for the seed.
        epochs: the lines of `metrics.jsonl`; none for a model file without its run.
        environment: seed, data, versions and machine; likewise empty.
        dataset: what it was judged on, its classes in the order of the model.
        probabilities: its answers to the test part, float32 `(n, k)`.
    """

    name: str
    metadata: dict[str, Any]
    recipe: dict[str, Any]
    epochs: list[dict[str, Any]]
    environment: dict[str, Any]
    dataset: Dataset
    probabilities: NDArray[np.float32]

    @cached_property
    def evaluation(self) -> Evaluation:
        """Figures on the test part."""
        test = self.dataset.test
        return evaluate_probabilities(self.probabilities, test.labels, self.dataset.classes)

    @property
    def predicted(self) -> NDArray[np.int64]:
        """Labels, `(n,)`."""
        labels: NDArray[np.int64] = self.probabilities.argmax(axis=1)
        return labels

    @property
    def right(self) -> NDArray[np.bool_]:
        """Which answers are right, `(n,)`."""
        return np.asarray(self.predicted == self.dataset.test.labels)

    def gain_over(self, other: "Examined") -> tuple[float, Interval]:
        """By how much it is the more accurate on the same pictures, with the 95 % interval."""
        return paired_difference(self.right, other.right)

    @property
    def kept(self) -> int | None:
        """The epoch whose weights are in the model file, counted from 1."""
        epoch: int | None = self.metadata["figures"].get("epoch")
        return epoch

    @property
    def seconds(self) -> float | None:
        """That the epochs took together."""
        return sum(epoch["seconds"] for epoch in self.epochs) if self.epochs else None


def examine(path: str | Path, dataset: Dataset) -> Examined:
    """Read a run folder, model file or shipped model, and let it answer the whole test part.

    Raises:
        ModelFileError: there is no model file.
        DataError: the data have other classes than the model, or another form.
        RunError: the folder's other files cannot be understood.
    """
    classifier, folder = Classifier.load(path), Path(path)
    recipe, epochs, environment = classifier.metadata["recipe"], [], {}
    if folder.is_dir():
        try:
            files = RunFiles(folder)
            recipe, environment = files.read_recipe(), files.read_environment()
            epochs = files.read_metrics()
        except (OSError, ValueError) as error:
            raise RunError(
                f"Expected a whole run folder, received {folder} that cannot be read ({error}); "
                "name its model file for a report without the training."
            ) from error
    name = folder.resolve().name if folder.is_dir() else classifier.path.stem
    dataset = match_dataset(dataset, classifier)
    probabilities = classifier.predict_proba(dataset.test.pixels)
    return Examined(name, classifier.metadata, recipe, epochs, environment, dataset, probabilities)
