"""What folders mean: parts, classes, and a folder around them all."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hemline.data.account import Account
from hemline.data.classes import clean, natural_key
from hemline.data.options import DataOptions, groups_by_name
from hemline.data.raw import ALL, PARTS, FilePart, PictureFile
from hemline.errors import DataError

_PARTS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation"), "validation"),
    **dict.fromkeys(("test", "testing"), "test"),
}


class _Placed(NamedTuple):
    """A picture and the folders that it lies in, from the outermost one."""

    file: PictureFile
    folders: tuple[str, ...]

    @property
    def within(self) -> str:
        """Its name within the part."""
        return "/".join((*self.folders, self.file.name.rpartition("/")[2]))


def arrange(
    files: Sequence[PictureFile], options: DataOptions, account: Account
) -> dict[str, FilePart]:
    """Tell parts and classes by the folders that the files lie in.

    A folder that holds all others is looked through. Folders named `train`, `val`, `valid`,
    `validation` and `test`, in any case, are parts if one is `train`; they may lie within the
    classes as well. What is left is the class: `alphabet/letter` if folders are nested.

    Raises:
        DataError: pictures without classes, no training part, or two folders for one part.
    """
    placed = _unwrapped([_Placed(file, tuple(file.name.split("/")[:-1])) for file in files])
    parts = {
        part: _with_classes(part, inside, account)
        for part, inside in _by_part(placed, account).items()
    }
    parts = {part: inside for part, inside in parts.items() if inside}
    if not parts.keys() & {"train", ALL}:
        raise DataError(_without_classes(placed))
    if ALL not in parts:
        account.took_for += f" in parts ({', '.join(parts)})"
    return {part: _file_part(inside, options) for part, inside in parts.items()}


def _unwrapped(placed: list[_Placed]) -> list[_Placed]:
    """Without the folders that hold all others."""
    while True:
        outer = {folders[0] for _, folders in placed if folders}
        if len(outer) != 1 or max(len(folders) for _, folders in placed) < 2:
            return placed
        placed = [_Placed(file, folders[1:]) for file, folders in placed]


def _by_part(placed: list[_Placed], account: Account) -> dict[str, list[_Placed]]:
    """The pictures of each part, and the folders within it."""
    outer = {folders[0] for _, folders in placed if folders}
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
    return {folder: _PARTS[name] for folder, name in names.items() if name in _PARTS}


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
    placed: list[_Placed], known: Mapping[str, str], level: int, account: Account
) -> dict[str, list[_Placed]]:
    parts: dict[str, list[_Placed]] = {part: [] for part in PARTS if part in known.values()}
    for file, folders in placed:
        if not folders or folders[level] not in known:
            account.ignore(file.name, f"beside the parts ({', '.join(known)})")
            continue
        rest = folders[1:] if level == 0 else folders[:-1]
        parts[known[folders[level]]].append(_Placed(file, rest))
    return parts


def _with_classes(part: str, placed: list[_Placed], account: Account) -> list[_Placed]:
    """The pictures that lie in a folder of a class, in natural order."""
    inside = [entry for entry in placed if entry.folders]
    if not inside and part not in ("train", ALL):
        account.note(f"The {part} part has no folders of classes and was left out.")
        for file, _ in placed:
            account.ignore(file.name, f"in the {part} part, which has no folders of classes")
        return []
    for file, folders in placed if inside else ():
        if not folders:
            account.refuse(file.name, "in no folder of a class")
    keys = {folders: natural_key("/".join(folders)) for folders in {of.folders for of in inside}}
    return sorted(inside, key=lambda entry: (keys[entry.folders], natural_key(entry.file.name)))


def _without_classes(placed: list[_Placed]) -> str:
    return (
        f"Expected a folder of pictures for each class, received {len(placed):,} pictures in no "
        f"such folder, {placed[0].file.name} for one; move each into a folder named for its class, "
        "or put a table beside them with a column of file names and one of labels."
    )


def _file_part(placed: list[_Placed], options: DataOptions) -> FilePart:
    pattern = options.group
    return FilePart(
        files=[entry.file for entry in placed],
        classes=["/".join(entry.folders) for entry in placed],
        groups=groups_by_name([of.within for of in placed], pattern) if pattern else None,
    )
