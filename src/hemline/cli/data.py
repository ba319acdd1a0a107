"""`hemline data`: find the data, say what every file is taken for, and describe them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hemline.cli.answers import plain
from hemline.cli.common import JsonOption, console, plain_table, print_json
from hemline.cli.opening import DataArguments, takes_data

if TYPE_CHECKING:
    from hemline.data import Dataset, Split

_COLUMNS = 10
_ROWS = 40  # classes in the table and on the sheet; more than a screen holds are left out


@takes_data
def command(
    data: DataArguments,
    sheet: Annotated[
        Path | None,
        typer.Option(metavar="PNG", help="Draw ten pictures of every class to this file."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Read the data: classes, parts, form, what became of every file.

    Example: hemline data --data fruits --sheet fruits.png
    """
    dataset = data.open("train", "validation", "test", quiet=as_json)
    if sheet:
        _write_sheet(dataset, sheet)
    document = _describe(dataset, sheet)
    if as_json:
        print_json(document)
    else:
        _print(document)


def _describe(dataset: "Dataset", sheet: Path | None) -> dict[str, Any]:
    parts = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    return {
        "name": dataset.name,
        "source": dataset.source,
        "drawn": dataset.drawn,
        "classes": list(dataset.classes),
        "form": dataset.form.describe(),
        "intake": dataset.intake.describe(),
        "account": dataset.account.describe() if dataset.account else None,
        "files": dataset.files(),
        "splits": {part: _describe_split(dataset, split) for part, split in parts.items() if split},
        "sheet": str(sheet) if sheet else None,
    }


def _describe_split(dataset: "Dataset", split: "Split") -> dict[str, Any]:
    counts = split.counts(len(dataset.classes))
    return {
        "n": len(split),
        "sha256": split.checksum,
        "per_class": dict(zip(dataset.classes, counts, strict=True)),
    }


def _print(document: dict[str, Any]) -> None:
    out = console()
    out.print(plain((document["name"], "bold"), f" from {document['source']}"))
    if document["files"]:
        files = plain_table("File", "SHA-256", "Bytes", right=1)
        for file in document["files"]:
            files.add_row(plain(file["file"]), f"{file['sha256'][:16]}…", f"{file['bytes']:,}")
        out.print(files)
    out.print()
    splits = document["splits"]
    counts = plain_table("Label", "Class", *map(str.capitalize, splits), right=len(splits))
    for label, name in enumerate(document["classes"][:_ROWS]):
        numbers = [f"{of['per_class'][name]:,}" for of in splits.values()]
        counts.add_row(str(label), plain(name), *numbers)
    if len(document["classes"]) > _ROWS:
        counts.add_row("…", f"{len(document['classes']) - _ROWS:,} more", *["…"] * len(splits))
    counts.add_row("", "All", *(f"{of['n']:,}" for of in splits.values()), style="bold")
    out.print(counts)
    if document["sheet"]:
        out.print(f"\nContact sheet: {document['sheet']}")


def _write_sheet(dataset: "Dataset", path: Path) -> None:
    import numpy as np

    from hemline.cli.pictures import write_picture
    from hemline.report import Tile, draw_sheet

    tiles = []
    for label, name in enumerate(dataset.classes[:_ROWS]):
        places = np.flatnonzero(dataset.train.labels == label)[:_COLUMNS]
        captions = [name] + [""] * (_COLUMNS - 1)
        for place, caption in zip(places, captions, strict=False):
            tiles.append(Tile(dataset.train.pixels[place], [caption]))
    subtitle = "The first ten training pictures of every class"
    write_picture(path, draw_sheet(dataset.name, subtitle, tiles, _COLUMNS))
