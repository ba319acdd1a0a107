"""Which data are opened: those that are named, in whatever form they lie, or Fashion-MNIST."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import file_digest
from importlib import import_module
from pathlib import Path
from typing import Any

from hemline.data.account import Account
from hemline.data.building.assembling import assemble
from hemline.data.building.forming import in_form
from hemline.data.cache import cache_folder
from hemline.data.dataset import Dataset
from hemline.data.fashion.drawn import open_sketches
from hemline.data.fashion.fashion_mnist import find_official, is_official, open_official
from hemline.data.fashion.official import INTAKE, NAME
from hemline.data.options import DataOptions, Size, parse_size
from hemline.data.picture_files.archive import archive_kind
from hemline.data.picture_files.listing import ignored_by_name
from hemline.data.raw import FilePart, Parts, Reader
from hemline.errors import DataError
from hemline.photos import SUFFIXES
from hemline.photos.intake import Find, Fit, Intake
from hemline.pixels import Form

__all__ = ["cache_folder", "is_usual", "open_dataset"]

SKETCHES = "sketches"
# Each looks at the content, and takes it or leaves it to the next; a folder of pictures comes last,
# because that takes any folder.
_READERS = (
    "picture_files.read_archive",
    "refusing.refuse_known",
    "arrays.read_arrays",
    "arrays.read_idx",
    "tables.read_tables",
    "picture_files.read_folder",
)
_FORMS = (
    "a folder of pictures for each class, such a folder in a .zip or .tar, idx files, .npz or .npy "
    "arrays, a table (CSV, TSV, parquet, ARFF)"
)


def open_dataset(
    where: str | Path | None = None,
    *,
    size: int | str | Size | None = None,
    colour: bool | None = None,
    fit: Fit | None = None,
    find: Find | None = None,
    group: str | None = None,
    strict: bool = False,
    intake: Intake | None = None,
    progress: Callable[[float], None] | None = None,
) -> Dataset:
    """Open labelled pictures in whatever form they lie, recognised by their content.

    Without `where`, and without the environment variable `HEMLINE_DATA`, Fashion-MNIST: from
    Hemline's own cache, the folders that Keras, torchvision and Debian leave, or a public mirror.

    Args:
        where: a folder or file, or `sketches` for drawn garments.
        size: of the pictures, an edge or width and height; left out: that of the data if all have
            one of up to 64 pixels, else 64.
        colour: three channels or one; left out: three if any picture is in colour.
        fit: how a picture of another aspect is fitted: `pad`, `crop` or `stretch`.
        find: `garment` to cut it out of each picture; empty for the whole picture.
        group: what belongs together, by a regular expression on names of files or a column.
        strict: a file that has to be refused is an error.
        intake: that of a model, instead of what the data suggest.
        progress: is told the share of the files that is decoded.

    Raises:
        DataError: no such data, or faulty ones; the sentence says what to do.
        PixelsError: pictures that are no pixels, or a size outside the limits.
    """
    named = str(where or os.environ.get("HEMLINE_DATA", ""))
    options = DataOptions(parse_size(size), colour, fit, find, group, strict)
    garments = _garments(options, intake)
    if named == SKETCHES:
        return _sketches(garments, asked=intake is None)
    path = Path(named).expanduser() if named else find_official()
    try:
        inner = _within(path)
        if garments and is_official(inner):
            return _formed(open_official(inner), garments)
        return _read(inner, options, intake, progress)
    except OSError as error:
        raise DataError(
            f"Expected to read {path}, received an error ({error.strerror or error}); correct "
            "--data or HEMLINE_DATA, or the permissions."
        ) from error


def is_usual(name: str) -> bool:
    """Whether data of this name are those that are opened where none are named."""
    return name == NAME or name.startswith(f"{NAME} in ")


def _garments(options: DataOptions, intake: Intake | None) -> Intake | None:
    """The intake of garments that are cut out already; None where another one is asked for."""
    if intake is not None:
        return intake if intake.find == INTAKE.find else None
    if options.fit or options.group or options.find not in (None, INTAKE.find):
        return None
    width, height = options.size or (INTAKE.form.width, INTAKE.form.height)
    return replace(INTAKE, form=Form(height, width, 3 if options.colour else 1))


def _formed(dataset: Dataset, intake: Intake) -> Dataset:
    return dataset if intake == dataset.intake else in_form(dataset, intake)


def _sketches(garments: Intake | None, *, asked: bool) -> Dataset:
    if garments is None and asked:
        raise DataError(
            "Expected drawn garments, which are cut out already and lie in no groups, received "
            "--fit, --find or --group; leave it out."
        )
    return _formed(open_sketches(), garments or INTAKE)  # a model for other pictures is told later


def _read(
    path: Path,
    options: DataOptions,
    intake: Intake | None,
    progress: Callable[[float], None] | None,
) -> Dataset:
    if not path.exists():
        raise DataError(
            f"Expected a file or folder of pictures, received {path} that cannot be read (there is "
            "none of this name); correct --data or HEMLINE_DATA."
        )
    for read in _readers():
        account = Account(strict=options.strict)
        parts = read(path, options, account)
        if parts:
            break
    else:
        raise DataError(f"Expected {_FORMS}, received {path}, {_mistaken(path)}.")
    return assemble(
        path.resolve().name.partition(".")[0],
        str(path),
        parts,
        options=options,
        intake=intake,
        account=account,
        progress=progress,
        files=lambda: list(_few_files(path, parts, account)),
    )


def _readers() -> Iterator[Reader]:
    for name in _READERS:
        module, _, function = name.rpartition(".")
        yield getattr(import_module(f"hemline.data.{module}"), function)


def _within(path: Path) -> Path:
    """`path`, or what lies in it if that is one folder or file alone."""
    while path.is_dir():
        entries = [entry for entry in path.iterdir() if not ignored_by_name(entry.name)]
        if len(entries) != 1 or entries[0].is_symlink() or _holds_pictures(entries[0]):
            break
        path = entries[0]
    return path


def _holds_pictures(path: Path) -> bool:
    """A folder whose name is that of a class."""
    files = path.iterdir() if path.is_dir() else iter((path,))
    return any(file.suffix.lower() in SUFFIXES for file in files)


def _mistaken(path: Path) -> str:
    if path.suffix.lower() in SUFFIXES:
        return "which is one picture; pass the folder that holds the folders of the classes"
    if archive_kind(path):
        return "an archive without pictures; unpack it and pass the folder"
    return "which is none of these; convert it to one of them"


def _few_files(path: Path, parts: Parts, account: Account) -> Iterator[dict[str, Any]]:
    """Each file that is no picture by itself, and so is one of few."""
    if any(isinstance(part, FilePart) and not part.sealed for part in parts.values()):
        return
    base = path if path.is_dir() else path.parent
    sealed = any(isinstance(part, FilePart) for part in parts.values())
    for name in [path.name] if sealed else account.files("used"):
        with (base / name).open("rb") as stream:
            digest = file_digest(stream, "sha256").hexdigest()
            yield {"file": name, "bytes": stream.tell(), "sha256": digest}
