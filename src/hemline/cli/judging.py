"""The data that a model is judged on: those that are named, or else those of its run folder."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hemline.cli.common import is_named, say, writing
from hemline.cli.opening import DataArguments
from hemline.errors import DataError
from hemline.run_files import RunFiles

if TYPE_CHECKING:
    from hemline.classifier import Answers, Classifier
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
        data = replace(data, data=_trained_on(Path(run), classifier))
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


def write_table(
    path: Path,
    dataset: "Dataset",
    places: Sequence[int],
    answers: "Answers",
    classifier: "Classifier",
) -> None:
    """Write the answers to some test pictures as a table.

    Raises:
        HemlineError: the file cannot be written.
    """
    from hemline.report import write_answers

    with writing(path):
        write_answers(path, dataset, places, answers, classifier)


def _trained_on(run: Path, classifier: "Classifier") -> str | None:
    """What --data would be for the data of the training; None for those that need no path.

    Raises:
        DataError: they are not where they were.
    """
    from hemline.data import is_usual

    source = ""
    with suppress(OSError, ValueError):
        trained = RunFiles(run).read_environment()["data"]
        source = "sketches" if trained["drawn"] else trained["source"]
        if source == "sketches" or Path(source).exists():
            return source
    if is_named(None) or is_usual(str(classifier.metadata["data"]["name"])):
        return None
    raise DataError(
        f"Expected the data that {run} was trained on, received none"
        f"{f' at {source}' if source else ''}; pass --data."
    )
