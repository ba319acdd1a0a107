"""The data that a model is judged on: those that are named, or else those of its run folder."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hemline.cli.common import say
from hemline.cli.opening import DataArguments
from hemline.run_files import RunFiles

if TYPE_CHECKING:
    from hemline.classifier import Classifier
    from hemline.data import Dataset


def open_for(
    classifier: "Classifier", run: str | Path, data: DataArguments, *, quiet: bool
) -> "Dataset":
    """Open data as the model takes pictures, with its classes in the order of the model.

    Args:
        classifier: the model.
        run: where it was opened from; a run folder knows the data of its training.
        data: what the user says; of the intake the model knows best, unless something is said.
        quiet: do not say what the data were taken for.

    Raises:
        DataError: the data cannot be had, or have other classes or another form.
    """
    from hemline.evaluation import match_dataset

    if data.data is None:
        data = replace(data, data=_trained_on(Path(run)))
    if data.group is None:  # by another one pictures of the training would come into the test part
        data = replace(data, group=classifier.metadata["data"].get("group"))
    said = (data.size, data.colour, data.fit, data.find)
    intake = classifier.intake if said == (None,) * len(said) else None
    return match_dataset(data.open("test", intake=intake, quiet=quiet), classifier)


def warn_of_another_split(classifier: "Classifier", dataset: "Dataset") -> None:
    """Say so if these are the data of the training, but not its training part."""
    trained = classifier.metadata["data"]
    # A test part of its own cannot have been trained on; the training part need not be read.
    same = dataset.cuts_test and trained["name"] == dataset.name
    if same and trained.get("sha256") not in (None, dataset.train.checksum):
        say(
            f"{dataset.name} has changed since the training, or was split by another --group: "
            "the model may have been trained on some of the test pictures."
        )


def _trained_on(run: Path) -> str | None:
    """What --data would be for the data of the training; None if that is not known any more."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        trained = RunFiles(run).read_environment()["data"]
        if trained["drawn"]:
            return "sketches"
        if Path(trained["source"]).exists():
            return str(trained["source"])
    return None
