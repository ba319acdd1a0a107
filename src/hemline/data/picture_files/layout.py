"""What folders mean: parts, classes, and a folder around them all."""

from collections.abc import Iterable, Mapping, Sequence

from hemline.data.account import Account
from hemline.data.building.classes import natural_key
from hemline.data.options import DataOptions, groups_by_name
from hemline.data.picture_files.dividing import Placed, by_part
from hemline.data.picture_files.listing import suffix_of
from hemline.data.picture_files.naming import named_classes
from hemline.data.raw import ALL, FilePart, PictureFile
from hemline.errors import DataError

_MAY_LABEL = (".csv", ".tsv", ".jsonl", ".txt", ".json", ".mat", ".xml", ".pkl", ".lst")
_SHOWN = 3  # of them in a sentence
FOLDERS, _NAMES = "a folder a class", "files named for their class"


def arrange(
    files: Sequence[PictureFile], options: DataOptions, account: Account
) -> dict[str, FilePart]:
    """Tell parts and classes by the folders that the files lie in.

    A folder that holds all others is looked through. Folders named `train`, `val`, `valid`,
    `validation` and `test`, in any case, are parts if one is `train`, and so are such as
    `seg_train` and `seg_test`; they may lie within the classes as well. What is left is the class:
    `alphabet/letter` if folders are nested. Where the training pictures lie in one folder, a word
    in their names may be the class, as in `cat.0.jpg`.

    Raises:
        DataError: pictures without classes, no training part, or two folders for one part.
    """
    divided = _renamed(by_part(files, account), account)
    parts = {part: _with_classes(part, inside, account) for part, inside in divided.items()}
    parts = {part: inside for part, inside in parts.items() if inside}
    if not parts.keys() & {"train", ALL}:
        raise DataError(_without_classes(files))
    _refuse_one_class(parts, account)
    _note_parts(parts.get(ALL, []), account)
    if ALL not in parts:
        account.took_for += f" in parts ({', '.join(parts)})"
    return {part: _file_part(inside, options) for part, inside in parts.items()}


def _refuse_one_class(parts: Mapping[str, list[Placed]], account: Account) -> None:
    """Say so where the labels stand in a file that nobody could read, it seems."""
    classes = {folders for inside in parts.values() for folders in _folders(inside)}
    beside = [name for name in account.files("ignored") if suffix_of(name) in _MAY_LABEL]
    if len(classes) == 1 and beside:
        raise DataError(
            f"Expected a folder of pictures for each class, received one "
            f"({'/'.join(*classes)}) beside {', '.join(beside[:_SHOWN])}; if the labels stand "
            "there, write them as CSV with the columns file and label."
        )


def _note_parts(placed: list[Placed], account: Account) -> None:
    """Note folders that all hold folders of the same names: parts, perhaps, or folds."""
    within: dict[str, set[tuple[str, ...]]] = {}
    for folders in _folders(placed):
        within.setdefault(folders[0], set()).add(folders[1:])
    inner = list(within.values())
    if len(inner) > 1 < len(inner[0]) and all(one == inner[0] for one in inner):
        outer = sorted(within, key=natural_key)
        account.note(
            f"The folders {', '.join(outer[:_SHOWN])} hold the same {len(inner[0])} classes each, "
            "which are counted as classes of their own; if they are parts, name them train, "
            "validation and test."
        )


def _renamed(parts: Mapping[str, list[Placed]], account: Account) -> Mapping[str, list[Placed]]:
    """With the word in a name as the folder, where the training pictures lie in no several ones."""
    training = parts.get("train") or parts.get(ALL, [])
    words = None
    if len(_folders(training)) == 1:
        words = named_classes([entry.name for entry in training])
    if words is None:
        return parts
    account.took_for = account.took_for.replace(FOLDERS, _NAMES)
    name, word = min(zip((entry.name for entry in training), words, strict=True))
    account.note(f"The classes were read from the names of the files: {name} is of {word!r}.")
    classes = set(words)
    return {part: _in_folders(inside, classes) for part, inside in parts.items()}


def _in_folders(placed: list[Placed], classes: set[str]) -> list[Placed]:
    words = named_classes([entry.name for entry in placed], classes)
    if words is None:
        return [Placed(entry.file, ()) for entry in placed]
    return [Placed(entry.file, (word,)) for entry, word in zip(placed, words, strict=True)]


def _with_classes(part: str, placed: list[Placed], account: Account) -> list[Placed]:
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
    keys = {folders: natural_key("/".join(folders)) for folders in _folders(inside)}
    return sorted(inside, key=lambda entry: (keys[entry.folders], natural_key(entry.file.name)))


def _folders(placed: Iterable[Placed]) -> set[tuple[str, ...]]:
    return {entry.folders for entry in placed}


def _without_classes(files: Sequence[PictureFile]) -> str:
    return (
        f"Expected a folder of pictures for each class, received {len(files):,} pictures in no "
        f"such folder, {files[0].name} for one; move each into a folder named for its class, "
        "or put a table beside them with a column of file names and one of labels."
    )


def _file_part(placed: list[Placed], options: DataOptions) -> FilePart:
    pattern = options.group
    return FilePart(
        files=[entry.file for entry in placed],
        classes=["/".join(entry.folders) for entry in placed],
        groups=groups_by_name([of.within for of in placed], pattern) if pattern else None,
    )
