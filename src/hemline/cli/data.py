"""`hemline data`: obtain, verify and describe the data."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hemline.cli.common import DataOption, JsonOption, console, plain_table, print_json

if TYPE_CHECKING:
    from hemline.data import Dataset, Split

_COLUMNS = 10


def command(
    data: DataOption = None,
    sheet: Annotated[
        Path | None,
        typer.Option(metavar="PNG", help="Draw ten pictures of every class to this file."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Obtain, verify and describe Fashion-MNIST.

    Example: hemline data --sheet garments.png
    """
    from hemline.data import open_dataset

    dataset = open_dataset(data)
    splits = {"train": dataset.train, "test": dataset.test}
    if sheet:
        _write_sheet(dataset, sheet)
    document = _describe(dataset, splits, sheet)
    if as_json:
        print_json(document)
    else:
        _print(document)


def _describe(dataset: "Dataset", splits: dict[str, "Split"], sheet: Path | None) -> dict[str, Any]:
    from hemline.labels import CLASSES

    return {
        "name": dataset.name,
        "source": dataset.source,
        "drawn": dataset.drawn,
        "files": dataset.files(),
        "splits": {
            name: {
                "n": len(split),
                "sha256": split.checksum,
                "per_class": dict(zip(CLASSES, split.counts, strict=True)),
            }
            for name, split in splits.items()
        },
        "sheet": str(sheet) if sheet else None,
    }


def _print(document: dict[str, Any]) -> None:
    out = console()
    out.print(f"[bold]{document['name']}[/bold]", f"from {document['source']}")
    if document["files"]:
        files = plain_table("File", "SHA-256 (verified)", "Bytes", right=1)
        for file in document["files"]:
            files.add_row(file["file"], f"{file['sha256'][:16]}…", f"{file['bytes']:,}")
        out.print(files)
    out.print()
    counts = plain_table("Label", "Class", "Train", "Test", right=2)
    train, test = (document["splits"][name] for name in ("train", "test"))
    for label, (name, count) in enumerate(train["per_class"].items()):
        counts.add_row(str(label), name, f"{count:,}", f"{test['per_class'][name]:,}")
    counts.add_row("", "All", f"{train['n']:,}", f"{test['n']:,}", style="bold")
    out.print(counts)
    if document["sheet"]:
        out.print(f"\nContact sheet: {document['sheet']}")


def _write_sheet(dataset: "Dataset", path: Path) -> None:
    import numpy as np

    from hemline.cli.pictures import write_picture
    from hemline.labels import CLASSES
    from hemline.report import Tile, draw_sheet

    tiles = []
    for label, name in enumerate(CLASSES):
        places = np.flatnonzero(dataset.train.labels == label)[:_COLUMNS]
        captions = [name] + [""] * (_COLUMNS - 1)
        for place, caption in zip(places, captions, strict=False):
            tiles.append(Tile(dataset.train.pixels[place], [caption]))
    subtitle = "The first ten training pictures of every class"
    write_picture(path, draw_sheet(dataset.name, subtitle, tiles, _COLUMNS))
