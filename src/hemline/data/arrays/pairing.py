"""Pictures and labels that lie apart are brought together, part by part."""

from collections.abc import Mapping
from typing import Protocol, TypeVar

from hemline.data.account import Account
from hemline.data.options import DataOptions
from hemline.data.raw import RawPart
from hemline.errors import DataError
from hemline.pixels import Pixels

NO_LABELS = "no labels"


class _Named(Protocol):
    @property
    def name(self) -> str: ...


Half = TypeVar("Half", bound=_Named)


def paired(
    pictures: Mapping[str, Half], labels: Mapping[str, Half], where: str, account: Account
) -> dict[str, tuple[Half, Half]]:
    """Pictures with their labels by part; a part without labels beside others is left aside.

    Raises:
        DataError: labels without pictures, or no part with both.
    """
    pairs = {part: (pictures[part], labels[part]) for part in pictures if part in labels}
    alone = [labels[part] for part in labels if part not in pictures]
    if alone or not pairs:
        given = (alone or list(pictures.values()))[0]
        raise DataError(
            f"Expected pictures with labels, received {where} with {given.name} but nothing for "
            f"it that holds {'pictures' if alone else 'labels'}; add that."
        )
    for part in pictures.keys() - labels.keys():
        account.note(f"{pictures[part].name} has no labels and was left aside.")
    return pairs


def refuse_groups(options: DataOptions, where: str) -> None:
    """Refuse to group pictures that have neither names nor columns.

    Raises:
        DataError: groups are asked for.
    """
    if options.group is not None:
        raise DataError(
            f"Expected names of files, or a column, to group by, received {where} that has "
            "neither; leave out --group, or save the pictures as files or as a table."
        )


def labelled(pixels: Pixels, classes: list[str], where: str, labels: str = "") -> RawPart:
    """Pictures with their classes.

    Raises:
        DataError: another number of these than of those, or none at all.
    """
    if len(pixels) != len(classes) or not classes:
        raise DataError(
            f"Expected as many labels as pictures and at least one, received {len(pixels):,} "
            f"pictures in {where} and {len(classes):,} labels in {labels or where}; take both from "
            "the same source, pictures first in the shape."
        )
    return RawPart(pixels, classes)
