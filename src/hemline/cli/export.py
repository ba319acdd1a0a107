"""`hemline export`: a model file in the form that another program opens."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hemline import models
from hemline.cli.common import (
    JsonOption,
    ModelArgument,
    console,
    print_json,
    print_training_data,
    writing,
)
from hemline.errors import HemlineError

if TYPE_CHECKING:
    from hemline.classifier import Classifier
    from hemline.keras_file import KerasFile


def command(
    model: ModelArgument = models.DEFAULT,
    form: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="keras: a .keras file.")
    ] = "keras",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Left out: beside the model file."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write a model file's network and weights as a .keras file.

    Example: hemline export runs/seed-0 --format keras
    """
    from hemline.classifier import Classifier

    if form != "keras":
        raise HemlineError(f"Expected --format keras, received {form}; write --format keras.")
    classifier = Classifier.load(model)
    written = _write(classifier, out or _place(classifier.path))
    if as_json:
        print_json(
            {
                "keras": str(written.path),
                "model": str(classifier.path),
                "parameters": written.parameters,
                "largest_difference": written.difference,
                "backend": written.backend,
                "trained_on": classifier.trained_on,
            }
        )
    else:
        _print(written)
        print_training_data(classifier)


def _place(model: Path) -> Path:
    """Beside the model file; in the working folder for one that comes with Hemline."""
    file = model.with_suffix(".keras")
    shipped = model.parent == Path(models.__file__).parent
    return Path(file.name) if shipped else file


def _write(classifier: "Classifier", path: Path) -> "KerasFile":
    """Write the file, or say in one sentence why not."""
    from hemline.keras_file import write_keras

    with writing(path):
        return write_keras(classifier, path)


def _print(written: "KerasFile") -> None:
    console().print(
        f"Keras file   {written.path}\n"
        f"             {written.parameters:,} parameters, logits as in the model file to "
        f"{written.difference:.0e}\n"
        f"Open it      keras.saving.load_model({str(written.path)!r})\n"
        "             it takes pixels as they are (uint8, 0..255) and gives logits"
    )
