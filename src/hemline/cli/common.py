"""What the commands share: options, tables, and how figures are written."""

import json
import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hemline.errors import HemlineError
from hemline.printing import printable, printable_lines

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from hemline.classifier import Classifier
    from hemline.data import Dataset
    from hemline.evaluation import Evaluation

DataOption = Annotated[
    str | None,
    typer.Option(
        "--data",
        metavar="PATH",
        help="Pictures in a folder for each class, an archive of that, idx files, arrays or a "
        "table; or 'sketches' for drawn garments. Left out: $HEMLINE_DATA, or Fashion-MNIST.",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON document and nothing else.")
]
SeedOption = Annotated[
    int, typer.Option(min=0, help="Of the initial weights and the order of the pictures.")
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Run folder. Left out: a new one in runs/."),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change one key of the recipe; repeatable."),
]
DeviceOption = Annotated[
    str,
    typer.Option(metavar="DEVICE", help="auto, cpu or cuda; auto takes a GPU where there is one."),
]
_MODEL = "Model file, run folder, or accurate, photo or tiny, which come with Hemline."
ModelArgument = Annotated[str, typer.Argument(metavar="[MODEL]", help=_MODEL)]
ModelOption = Annotated[str, typer.Option("--model", metavar="MODEL", help=_MODEL)]


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say in one sentence why `path` cannot be written, if it cannot."""
    try:
        yield
    except OSError as error:
        raise HemlineError(
            f"Expected to write {path}, received an error ({error.strerror}); choose another path."
        ) from error


def print_json(document: Any) -> None:
    """Print the one JSON document of `--json`."""
    print(json.dumps(document, indent=2))


def say(sentence: str) -> None:
    """Tell people something beside the output; what is other people's text gives no orders."""
    print(f"hemline: {printable(sentence)}", file=sys.stderr)


def console() -> "Console":
    """Where people read: colours and progress on a terminal, plain text elsewhere."""
    from rich.console import Console

    class Plain(Console):
        def print(self, *objects: Any, **options: Any) -> None:
            """Text as it is: brackets and colons are no marks, and no letter gives orders."""
            texts = (printable_lines(one) if isinstance(one, str) else one for one in objects)
            super().print(*texts, **options)

    return Plain(highlight=False, soft_wrap=True, markup=False, emoji=False)


def plain_table(*columns: str, right: int = 0) -> "Table":
    """A table without a frame whose last `right` columns are numbers."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for place, column in enumerate(columns):
        numbers = place >= len(columns) - right
        table.add_column(column, justify="right" if numbers else "left", no_wrap=True)
    return table


def called_as() -> str:
    """How the program was called, without the folder that it lies in."""
    return "python -m hemline" if Path(sys.argv[0]).name == "__main__.py" else "hemline"


def called_command() -> str:
    """The command that was called; empty where none was."""
    return next((word for word in sys.argv[1:] if not word.startswith("-")), "")


def program_name() -> str:
    """How the program was called, so that a command it suggests can be run as it stands."""
    name = called_as()
    return name if shutil.which("hemline") or name != "hemline" else sys.argv[0]


def is_named(data: str | None) -> bool:
    """Whether the user says where the data are."""
    return bool(data or os.environ.get("HEMLINE_DATA"))


def data_option(dataset: "Dataset", data: str | None) -> str:
    """What a suggested command needs to find the same data again."""
    if dataset.drawn:
        return " --data sketches"
    return f" --data {shlex.quote(dataset.source)}" if is_named(data) else ""


def percent(share: float) -> str:
    """0.8837 as 88.37 %."""
    return f"{100 * share:.2f} %"


def print_training_data(classifier: "Classifier") -> None:
    """Say so if a model has only ever seen drawn garments."""
    if classifier.metadata["data"]["drawn"]:
        console().print(f"\nThe model was trained on {classifier.trained_on}.")


def accuracy_line(evaluation: "Evaluation", data: str) -> str:
    """Accuracy with its interval and what it was measured on, as every command writes it."""
    low, high = evaluation.interval
    return (
        f"Accuracy {percent(evaluation.accuracy)} (95 %: {100 * low:.2f} to {100 * high:.2f}) "
        f"on {evaluation.n:,} test pictures of {data}"
    )
