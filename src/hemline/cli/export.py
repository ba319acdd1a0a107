"""`hemline export`: a model file in the form that another program opens."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
from hemline.errors import HemlineError, did_you_mean

if TYPE_CHECKING:
    from hemline.classifier import Classifier

# What is said of it: as a document, and as text.
Written = tuple[dict[str, Any], str]


def command(
    model: ModelArgument = models.DEFAULT,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="keras: a .keras file; huggingface: a folder for its libraries.",
        ),
    ] = "keras",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="PATH", help="Left out: beside the model file."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write a model file as Keras or Hugging Face's libraries open it.

    Example: hemline export runs/seed-0 --format keras
    """
    from hemline.classifier import Classifier

    if form not in _FORMATS:
        raise HemlineError(
            f"Expected --format {' or '.join(_FORMATS)}, received {form}; "
            f"{did_you_mean(form, _FORMATS, 'choose one of these.')}"
        )
    classifier = Classifier.load(model)
    ending, write = _FORMATS[form]
    path = out or _place(classifier.path, ending)
    with writing(path):
        facts, text = write(classifier, path)
    if as_json:
        more = {"model": str(classifier.path), "trained_on": classifier.trained_on}
        print_json({form: str(path), **facts, **more})
    else:
        console().print(text)
        print_training_data(classifier)


def _place(model: Path, ending: str) -> Path:
    """Beside the model file; in the working folder for one that comes with Hemline."""
    file = model.with_name(f"{model.stem}{ending}")
    shipped = model.parent == Path(models.__file__).parent
    return Path(file.name) if shipped else file


def _write_keras(classifier: "Classifier", path: Path) -> Written:
    from hemline.keras_file import write_keras

    written = write_keras(classifier, path)
    facts = {
        "parameters": written.parameters,
        "largest_difference": written.difference,
        "backend": written.backend,
    }
    return facts, (
        f"Keras file   {written.path}\n"
        f"             {written.parameters:,} parameters, logits as in the model file to "
        f"{written.difference:.0e}\n"
        f"Open it      keras.saving.load_model({str(written.path)!r})\n"
        "             it takes pixels as they are (uint8, 0..255) and gives logits"
    )


def _write_hugging_face(classifier: "Classifier", path: Path) -> Written:
    from hemline.hugging_face import write_hugging_face

    written = write_hugging_face(classifier, path)
    return {"largest_difference": written.difference}, (
        f"Folder       {written.path}\n"
        f"             logits as in the model file to {written.difference:.0e}\n"
        f"Open it      as its README.md says, with Optimum or transformers.js\n"
        f"             it takes pictures of {classifier.form}"
    )


# By the format: what its name ends in, and what writes it.
_FORMATS: dict[str, tuple[str, Callable[["Classifier", Path], Written]]] = {
    "keras": (".keras", _write_keras),
    "huggingface": ("-huggingface", _write_hugging_face),
}
