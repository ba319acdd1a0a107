"""What a person sees while a training runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hemline.cli.common import console, percent

if TYPE_CHECKING:
    from hemline.training import EpochFigures


@contextmanager
def epoch_lines(
    epochs: int, *, drawn: bool, quiet: bool
) -> Iterator[Callable[["EpochFigures"], None]]:
    """Give a function that shows each epoch: a line, and on a terminal a bar with time left."""
    if quiet:
        yield lambda _: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as TimeLeft

    out = console()
    note = "  (drawn, not Fashion-MNIST)" if drawn else ""
    columns = (
        TextColumn("Epoch"),
        MofNCompleteColumn(),
        BarColumn(),
        TimeLeft(),
        TextColumn("left"),
    )
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as progress:
        task = progress.add_task("training", total=epochs)

        def show(figures: "EpochFigures") -> None:
            out.print(
                f"Epoch {figures.epoch:>3}/{epochs}  loss {figures.loss:.4f}  "
                f"accuracy {percent(figures.accuracy)}  {figures.seconds:.2f} s{note}"
            )
            progress.update(task, completed=figures.epoch)

        yield show
