"""What a person sees while a training runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from hemline.cli.common import console, percent

if TYPE_CHECKING:
    from hemline.training import EpochFigures


class Watch(NamedTuple):
    """What a training calls as it goes on."""

    on_start: Callable[[dict[str, Any]], None]
    on_epoch: Callable[["EpochFigures"], None]
    on_step: Callable[[float], None]


@contextmanager
def watch_training(epochs: int, *, drawn: bool, quiet: bool) -> Iterator[Watch]:
    """Show each epoch in a line, and on a terminal a bar with the time left."""
    if quiet:
        yield Watch(lambda _: None, lambda _: None, lambda _: None)
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
    from rich.progress import TimeRemainingColumn as TimeLeft

    out = console()
    columns = (TextColumn("Training"), BarColumn(), TaskProgressColumn(), TimeLeft())
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as progress:
        task = progress.add_task("training", total=1.0)

        def show(figures: "EpochFigures") -> None:
            out.print(_line(figures, epochs, drawn=drawn))

        def begin(environment: dict[str, Any]) -> None:
            if not environment["mirroring"]["said"]:
                out.print(f"Flips: {environment['mirroring']['evidence']}")
            if environment["slow"]:
                out.print(environment["slow"])

        yield Watch(begin, show, lambda share: progress.update(task, completed=share))


def _line(figures: "EpochFigures", epochs: int, *, drawn: bool) -> str:
    """One epoch in at most 80 columns; on drawn garments what it is worth instead of its time."""
    word = "" if drawn else "accuracy "
    line = f"Epoch {figures.epoch:>3}/{epochs}  loss {figures.loss:.4f}  "
    line += f"{word}{percent(figures.accuracy)}  "
    if figures.validation_loss is not None and figures.validation_accuracy is not None:
        line += f"validation {figures.validation_loss:.4f}  "
        line += f"{percent(figures.validation_accuracy)} "
    return line + ("drawn by code" if drawn else f" {figures.seconds:.3g} s")
