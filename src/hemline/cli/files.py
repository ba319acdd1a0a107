"""Predicting files: a few for people to look at, or many into a CSV file."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from hemline.cli.answers import Row, make_rows, said_with_share
from hemline.cli.common import console, writing
from hemline.errors import HemlineError

if TYPE_CHECKING:
    from hemline.classifier import Answers, Classifier
    from hemline.data import FileRead, NamedPixels
    from hemline.photos import Seen
    from hemline.several import Garment

_FEW = 3  # files: fewer are done before a bar is drawn
_DRAWN = 12  # pictures whose steps are drawn: more would be a very long sheet


def expand(named: Iterable[Path]) -> tuple[list[Path], list[str]]:
    """All files that are meant, each once, and a sentence for each name that means none."""
    from hemline.photos import pictures_in

    files: dict[Path, None] = {}
    complaints = []
    for path in named:
        try:
            files |= dict.fromkeys(pictures_in(path))
        except HemlineError as error:
            complaints.append(str(error))
    return list(files), complaints


def predict_files(
    classifier: "Classifier", files: list[Path], top: int, megapixels: float, show: Path | None
) -> tuple[list[Row], list[str]]:
    """Rows of all pictures that can be read, and a sentence for each file that cannot."""
    rows: list[Row] = []
    complaints: list[str] = []
    drawn: list[tuple[Seen, str]] = []
    with _read(files, classifier, megapixels, _DRAWN if show else 0) as reads:
        for read in reads:
            if read.error:
                complaints.append(read.error)
            answers, garments = _answers(classifier, read.pictures)
            names = [{"file": picture.name} for picture in read.pictures]
            more = make_rows(answers, classifier, names, top, garments)
            rows += more
            drawn += _drawn(read.pictures, more)
    if show is not None:
        complaints += _draw(show, drawn)
    return rows, complaints


def write_csv(
    classifier: "Classifier", files: list[Path], path: Path, megapixels: float
) -> dict[str, Any]:
    """Predict what `path` does not hold yet, line by line; say what it holds now."""
    from hemline.report import PredictionFile

    model = sha256(classifier.path.read_bytes()).hexdigest()[:16]
    with writing(path):
        opened = PredictionFile(path, model, [str(name) for name in classifier.classes_])
    with closing(opened) as table:
        missing = [file for file in files if str(file) not in table.done]
        try:
            with _read(missing, classifier, megapixels) as reads:
                for read in reads:
                    table.add(str(read.path), _lines(classifier, read), read.error)
        except KeyboardInterrupt:
            print(
                f"\nStopped. {path} holds {len(table.done):,} files; the same command goes on.",
                file=sys.stderr,
            )
            raise typer.Exit(130) from None
        bad = sum(str(file) in table.bad for file in files)
    return {"csv": str(path), "files": len(files), "new": len(missing), "bad": bad}


@contextmanager
def _read(
    files: list[Path], classifier: "Classifier", megapixels: float, steps: int = 0
) -> Iterator[Iterable["FileRead"]]:
    """Files as they are read, with a bar on a terminal; reading ends when the block does."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as TimeLeft

    from hemline.data import read_many

    out = console()
    columns = (TextColumn("Predicting"), BarColumn(), MofNCompleteColumn(), TimeLeft())
    quiet = not out.is_terminal or len(files) < _FEW
    with (
        Progress(*columns, console=out, transient=True, disable=quiet) as progress,
        closing(read_many(files, classifier.intake, megapixels=megapixels, steps=steps)) as reads,
    ):
        yield progress.track(reads, total=len(files))


def _answers(
    classifier: "Classifier", pictures: list["NamedPixels"]
) -> tuple["Answers", list[list["Garment"]]]:
    """To each picture as a whole, and what garments are in it where there are several."""
    import numpy as np

    from hemline.several import garments_in

    pixels = [picture.pixels for picture in pictures]
    pixels += [part for picture in pictures for part in picture.parts]
    none = np.empty((0, *classifier.form.shape), np.uint8)
    answers = classifier.answer(np.stack(pixels) if pixels else none)
    garments = garments_in(classifier, answers, [len(picture.parts) for picture in pictures])
    return answers.of(slice(len(pictures))), garments


def _lines(classifier: "Classifier", read: "FileRead") -> list[list[object]]:
    from hemline.report import answer_lines

    answers, garments = _answers(classifier, read.pictures)
    lines = answer_lines(answers, classifier)
    places = ("" if picture.place is None else picture.place for picture in read.pictures)
    return [
        [place, "; ".join(f"{name} {share:.6f}" for _, name, share in several), *line]
        for place, several, line in zip(places, garments, lines, strict=True)
    ]


def _drawn(pictures: list["NamedPixels"], rows: list[Row]) -> list[tuple["Seen", str]]:
    return [
        (picture.seen, said_with_share(row))
        for picture, row in zip(pictures, rows, strict=True)
        if picture.seen is not None
    ]


def _draw(path: Path, drawn: list[tuple["Seen", str]]) -> list[str]:
    from hemline.cli.pictures import write_picture
    from hemline.report import draw_steps

    if not drawn:
        return [f"Expected a picture whose steps can be drawn, received none; {path} was not made."]
    write_picture(path, draw_steps(drawn))
    return []
