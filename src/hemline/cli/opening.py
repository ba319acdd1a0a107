"""The options that say which data a command is to take, and how it says what it took them for.

A command takes them all by one parameter:

    @takes_data
    def command(data: DataArguments, as_json: JsonOption = False) -> None:
        dataset = data.open("train", quiet=as_json)
"""

import functools
import inspect
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from hemline.cli.common import DataOption, is_named
from hemline.printing import printable

if TYPE_CHECKING:
    from hemline.data import Dataset
    from hemline.photos import Intake
    from hemline.recipes import Recipe


@dataclass(frozen=True)
class DataArguments:
    """What the user says of the data; a field is an option."""

    data: DataOption = None
    size: Annotated[
        str | None,
        typer.Option(
            metavar="N|WxH",
            help="In pixels. Left out: that of the pictures if all have one of up to 64, else 64.",
        ),
    ] = None
    colour: Annotated[
        bool | None,
        typer.Option("--colour/--grey", help="Left out: in colour if any picture is."),
    ] = None
    fit: Annotated[
        str | None,
        typer.Option(
            metavar="HOW",
            help="Pictures of another aspect: pad (as left out), crop or stretch.",
        ),
    ] = None
    find: Annotated[
        str | None,
        typer.Option(metavar="WHAT", help="garment: cut it out. Left out: the whole picture."),
    ] = None
    group: Annotated[
        str | None,
        typer.Option(
            metavar="PATTERN",
            help="What belongs together, on one side of a split: a regular expression on file "
            "names, or a column.",
        ),
    ] = None
    strict: Annotated[
        bool, typer.Option("--strict", help="A file that has to be refused is an error.")
    ] = False

    def open(self, *parts: str, intake: "Intake | None" = None, quiet: bool = False) -> "Dataset":
        """Open the data, and say on standard error what they were taken for and what was refused.

        Args:
            parts: `train`, `validation` or `test`, read at once so that what is wrong in them is
                said now; others are read when they are asked for.
            intake: that of the model which is to see them.
            quiet: say nothing.
        """
        from hemline.data import open_dataset

        with reading_progress(quiet=quiet) as progress:
            dataset = open_dataset(
                self.data,
                size=self.size,
                colour=self.colour,
                fit=self.fit,  # type: ignore[arg-type]  # checked where it is used
                find=self.find,  # type: ignore[arg-type]
                group=self.group,
                strict=self.strict,
                intake=intake,
                progress=progress,
            )
            for part in parts:
                getattr(dataset, part)
        if not quiet and is_named(self.data):
            _print_account(dataset)
        return dataset

    def made_for(self, recipe: "Recipe") -> "DataArguments":
        """In the form that a recipe is made for, where nothing else is said."""
        return replace(
            self,
            size=self.size or str(recipe.size or "") or None,
            colour=(recipe.colour or None) if self.colour is None else self.colour,
        )

    def again(self, dataset: "Dataset") -> str:
        """What a suggested command needs to take the same data, beginning with a space."""
        if dataset.drawn:
            return " --data sketches"
        if not is_named(self.data):
            return ""
        group = f" --group {shlex.quote(self.group)}" if self.group else ""
        return f" --data {shlex.quote(dataset.source)}{group}"


def takes_data(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command with a parameter `data: DataArguments` an option for each field of it."""

    @functools.wraps(command)
    def with_options(**values: Any) -> None:
        chosen = {field.name: values.pop(field.name) for field in fields(DataArguments)}
        command(data=DataArguments(**chosen), **values)

    parameters = []
    for parameter in inspect.signature(command, eval_str=True).parameters.values():
        parameters += _options() if parameter.name == "data" else [parameter]
    parameters = [of.replace(kind=inspect.Parameter.KEYWORD_ONLY) for of in parameters]
    # By these two Typer knows the options.
    with_options.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    with_options.__annotations__ = {of.name: of.annotation for of in parameters}
    return with_options


def _options() -> list[inspect.Parameter]:
    hints = get_type_hints(DataArguments, include_extras=True)
    keyword = inspect.Parameter.KEYWORD_ONLY
    return [
        inspect.Parameter(of.name, keyword, default=of.default, annotation=hints[of.name])
        for of in fields(DataArguments)
    ]


def _print_account(dataset: "Dataset") -> None:
    account = dataset.account
    if account is None:
        return
    lines = [f"Took {dataset.source} for {account.took_for}."]
    counts = account.counts
    if counts["used"] < counts["found"]:
        lines += account.summary()
    print(*map(printable, (*lines, *account.notes)), sep="\n", file=sys.stderr)


@contextmanager
def reading_progress(*, quiet: bool) -> Iterator[Callable[[float], None] | None]:
    """A bar with the time left, on a terminal, while pictures are decoded."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
    from rich.progress import TimeRemainingColumn as TimeLeft

    columns = (TextColumn("Reading pictures"), BarColumn(), TaskProgressColumn(), TimeLeft())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("reading", total=1.0, visible=False)
        yield lambda share: progress.update(task, completed=share, visible=True)
