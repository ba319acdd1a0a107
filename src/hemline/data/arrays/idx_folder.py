"""Idx files under all names in use, in the folders of MNIST, torchvision, Kaggle and EMNIST."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hemline.data.account import Account
from hemline.data.arrays.admitting import admit_classes, admit_pictures
from hemline.data.arrays.emnist import in_characters, mapping_file, upright
from hemline.data.arrays.pairing import NO_LABELS, labelled, paired, refuse_groups
from hemline.data.beside import account_for, files_in, folders_in, name_within
from hemline.data.idx import idx_shape, read_idx_file
from hemline.data.options import DataOptions
from hemline.data.parts import part_of, settled, without_part
from hemline.data.raw import RawPart
from hemline.errors import DataError

_NAMED = re.compile(r"idx[1-4]|ubyte")
# Folders that are looked into below the one that is named: torchvision's FashionMNIST/raw, the
# gzip of EMNIST, and Kaggle's, which bear the name of the file within.
_FOLDERS = re.compile(rf"mnist|raw|gzip|data|{_NAMED.pattern}")
_DEPTH = 3
_KIND = re.compile(r"images?|imgs?|labels?|idx\d?|ubyte|gz|[^a-z0-9]+")


@dataclass(frozen=True)
class _File:
    """An idx file: its set, such as `raw/emnist letters`, its part, and whether it holds labels."""

    path: Path
    name: str
    set: str
    part: str
    labels: bool


def read_idx(path: Path, options: DataOptions, account: Account) -> dict[str, RawPart] | None:
    """Read labelled pictures from idx files.

    Pictures of EMNIST are turned upright, and its mapping file names the classes.

    Args:
        path: of a folder, or of one file of a set, which means the whole set.
        options: may say the size of flattened pictures.
        account: what becomes of each file.

    Returns:
        The parts; None where there is no idx file.

    Raises:
        DataError: a damaged file, several sets, pictures without labels or the other way round.
    """
    if path.is_file() and not _is_idx(path):
        return None
    root = path if path.is_dir() else path.parent
    files = list(_found(root, root, _DEPTH if path.is_dir() else 0))
    if path.is_file():
        files = [file for file in files if file.set in {f.set for f in files if f.path == path}]
    if not files:
        return None
    refuse_groups(options, str(path))
    _refuse_several(files, path)
    kept = {(file.labels, file.part): file for file in sorted(files, key=_worth)}
    pictures, labels = (
        {part: file for (labels, part), file in kept.items() if labels is which}
        for which in (False, True)
    )
    pairs = paired(pictures, labels, str(path), account)
    used = [file.name for pair in pairs.values() for file in pair]
    maps = [map_ for _, file in pairs.values() if (map_ := mapping_file(file.path))]
    names = [*used, *(name_within(file, root) for file in maps)]
    account_for(path, names, account, "beside idx files")
    for file in files:
        if (twin := kept[file.labels, file.part]) is not file:
            account.ignore(file.name, f"another copy of {twin.name}")
        elif file.name not in used:
            account.ignore(file.name, NO_LABELS)
    account.took_for = "idx files"
    return settled({part: _read(pair, options) for part, pair in pairs.items()}, str(path))


def _is_idx(path: Path) -> bool:
    return idx_shape(path) is not None or bool(_NAMED.search(path.name.lower()))


def _found(folder: Path, root: Path, depth: int) -> Iterator[_File]:
    for path in files_in(folder):
        if _is_idx(path):
            yield _file(path, root)
    below = folders_in(folder) if depth else []
    for inner in below:
        if len(below) == 1 or _FOLDERS.search(inner.name.lower()):
            yield from _found(inner, root, depth - 1)


def _file(path: Path, root: Path) -> _File:
    folder, name = path.parent, path.name
    if folder != root and _NAMED.search(folder.name.lower()):
        folder, name = folder.parent, f"{folder.name} {name}"
    left = _KIND.sub(" ", without_part(path.name)).split()
    within = "" if folder == root else name_within(folder, root)
    shape = idx_shape(path)
    return _File(
        path,
        name_within(path, root),
        f"{within}/{' '.join(left)}".strip("/"),
        part_of(name),
        len(shape) == 1 if shape else "label" in name.lower(),
    )


def _worth(file: _File) -> tuple[bool, int, str]:
    """The last of several copies is kept: the outermost, and plain rather than packed."""
    return not file.name.endswith(".gz"), -file.name.count("/"), file.name


def _refuse_several(files: Sequence[_File], path: Path) -> None:
    first = {file.set: file.name for file in reversed(files)}
    if len(first) > 1:
        raise DataError(
            f"Expected one set of idx files, received {len(first)} in {path} "
            f"({', '.join(sorted(first.values()))}); point --data at one file of the right set."
        )


def _read(pair: tuple[_File, _File], options: DataOptions) -> RawPart:
    pictures, labels = (file.path for file in pair)
    pixels = upright(admit_pictures(read_idx_file(pictures), str(pictures), options.size), pictures)
    classes = in_characters(admit_classes(read_idx_file(labels), str(labels)), labels)
    return labelled(pixels, classes, str(pictures), str(labels))
