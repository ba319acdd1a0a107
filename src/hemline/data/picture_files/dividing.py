"""Which folders are parts: by their names, around the classes or within them."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hemline.data.account import Account
from hemline.data.building.classes import clean
from hemline.data.parts import part_of, without_part
from hemline.data.raw import ALL, PARTS, PictureFile
from hemline.errors import DataError

_PARTS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation"), "validation"),
    **dict.fromkeys(("test", "testing"), "test"),
}
_PICTURES = {"images", "image", "imgs", "img", "jpegimages"}  # folders beside masks and the like


class Placed(NamedTuple):
    """A picture and the folders that it lies in, from the outermost one."""

    file: PictureFile
    folders: tuple[str, ...]

    @property
    def name(self) -> str:
        """Of the file alone."""
        return self.file.name.rpartition("/")[2]

    @property
    def within(self) -> str:
        """Its name within the part."""
        return "/".join((*self.folders, self.name))


def by_part(files: Sequence[PictureFile], account: Account) -> dict[str, list[Placed]]:
    """The pictures of each part, and the folders within it; of `ALL` where there are no parts.

    Folders around all others are looked through, those within a part as well.

    Raises:
        DataError: no training part, or two folders for one part.
    """
    placed = _unwrapped([Placed(file, tuple(file.name.split("/")[:-1])) for file in files])
    divided = _parts(placed, account)
    if divided.keys() == {ALL}:
        return {ALL: _pictures_alone(placed, account)}
    train = _unwrapped(divided["train"])
    classes = _outer(train)
    return {
        part: train if part == "train" else _looked_through(_unwrapped(inside), classes)
        for part, inside in divided.items()
    }


def _outer(placed: Sequence[Placed]) -> set[str]:
    return {folders[0] for _, folders in placed if folders}


def _unwrapped(placed: list[Placed]) -> list[Placed]:
    """Without the folders that hold all others, or that lie within all others alone."""
    while True:
        deepest = max((len(folders) for _, folders in placed), default=0)
        if len(_outer(placed)) != 1 or deepest < 2:
            break
        placed = [Placed(file, folders[1:]) for file, folders in placed]
    within = {folders[-1] if len(folders) > 1 else "" for _, folders in placed}
    if len(within) == 1 and clean("".join(within)).casefold() in _PICTURES:
        placed = [Placed(file, folders[:-1]) for file, folders in placed]
    return placed


def _looked_through(placed: list[Placed], classes: set[str]) -> list[Placed]:
    """Without the one folder of a part that is no class of the training part."""
    if len(outer := _outer(placed)) == 1 < len(classes) and not outer & classes:
        return [Placed(file, folders[1:]) for file, folders in placed]
    return placed


def _pictures_alone(placed: list[Placed], account: Account) -> list[Placed]:
    """The pictures in a folder `images`; what lies beside that are masks, marks and the like."""
    outer = _outer(placed)
    meant = [name for name in outer if clean(name).casefold() in _PICTURES]
    if len(outer) < 2 or len(meant) != 1:
        return placed
    kept = [entry for entry in placed if entry.folders[:1] == (meant[0],)]
    for file, folders in placed:
        if folders[:1] != (meant[0],):
            account.ignore(file.name, f"beside the folder {meant[0]}")
    return _unwrapped(kept)


def _parts(placed: list[Placed], account: Account) -> dict[str, list[Placed]]:
    outer = _outer(placed)
    known = _known(outer)
    # A train may be a class beside the bus: as a part it holds folders.
    deep = {folders[0] for _, folders in placed if len(folders) > 1}
    if len(known) == len(outer) > 1 or any(known[name] == "train" for name in deep & known.keys()):
        return _divided(placed, _checked(known), 0, account)
    inner = {folders[-1] if len(folders) > 1 else "" for _, folders in placed}
    known = _known(inner)
    if len(known) == len(inner):
        return _divided(placed, _checked(known), -1, account)
    return {ALL: placed}


def _known(folders: set[str]) -> dict[str, str]:
    """The folders that bear the name of a part, and which."""
    names = {folder: clean(folder).casefold() for folder in sorted(folders)}
    known = {folder: _PARTS[name] for folder, name in names.items() if name in _PARTS}
    return known | _alike(names, known)


def _alike(names: Mapping[str, str], known: Mapping[str, str]) -> dict[str, str]:
    """Folders for the other parts, such as `test1` beside `train`, `seg_test` and `seg_train`."""
    kin: dict[str, dict[str, str]] = {}
    for folder, name in names.items():
        part = part_of(name)
        if part and folder not in known and part not in known.values():
            kin.setdefault(re.sub(r"[\W\d_]", "", without_part(name)), {})[folder] = part
    if known:
        return kin.get("", {})
    return next((some for some in kin.values() if {"train"} < set(some.values())), {})


def _checked(known: dict[str, str]) -> dict[str, str]:
    for folder, part in known.items():
        other = next(name for name, of in known.items() if of == part)
        if other != folder:
            raise DataError(
                f"Expected one folder for each part, received {other!r} and {folder!r} for the "
                f"{part} part; put them together."
            )
    if "train" not in known.values():
        raise DataError(
            f"Expected a training part, received {' and '.join(known)} alone; name the folder of "
            "the training part train."
        )
    return known


def _divided(
    placed: list[Placed], known: Mapping[str, str], level: int, account: Account
) -> dict[str, list[Placed]]:
    parts: dict[str, list[Placed]] = {part: [] for part in PARTS if part in known.values()}
    for file, folders in placed:
        if not folders or folders[level] not in known:
            account.ignore(file.name, f"beside the parts ({', '.join(known)})")
            continue
        rest = folders[1:] if level == 0 else folders[:-1]
        parts[known[folders[level]]].append(Placed(file, rest))
    return parts
