"""From the parts that a reader found to a data set: classes numbered, one form, a test part."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hemline.data.account import Account
from hemline.data.building.assembly import Assembly
from hemline.data.building.classes import class_order
from hemline.data.dataset import Dataset
from hemline.data.fashion.official import ALIASES, INTAKE, NAME
from hemline.data.options import UNSAID, DataOptions
from hemline.data.picture_files.decoding import Progress
from hemline.data.raw import Parts
from hemline.photos.intake import Intake


def assemble(
    name: str,
    source: str,
    parts: Parts,
    *,
    options: DataOptions = UNSAID,
    intake: Intake | None = None,
    account: Account | None = None,
    progress: Progress | None = None,
    files: Callable[[], list[dict[str, Any]]] = list,
) -> Dataset:
    """Make a data set of what a reader found.

    Classes are numbered in natural order. Without a test part one is cut off the training part, by
    content. The training part is read at once, because form and background are decided by it,
    unless `intake` says them; other parts are read when they are first asked for.

    Args:
        name: of the data set.
        source: the file or folder that it was read from.
        parts: by their names, one of `PARTS`, or `ALL` alone.
        options: what the user says of the intake.
        intake: that of a model which the data are to be given to; goes before `options`.
        account: of the files; left out: a new one.
        progress: is told the share of the files that is decoded.
        files: name, size and SHA-256 of each file, where they are few.

    Raises:
        DataError: faulty classes, or pictures that cannot be read or do not fit into memory.
    """
    account = account if account is not None else Account()
    classes = class_order({part: content.classes for part, content in parts.items()})
    assembly = Assembly(parts, classes, intake or options, account, progress)
    if intake is None or intake.find == INTAKE.find or intake.form == INTAKE.form:
        assembly.settle()  # which may know the classes by their pictures
    account.took_for += f": {len(classes):,} classes, {assembly.describe()}"
    return Dataset(
        name=f"{NAME} in {name}" if assembly.official else name,
        source=source,
        classes=assembly.classes,
        intake=replace(assembly.intake, find=INTAKE.find) if assembly.official else assembly.intake,
        keeps_class=True if assembly.official else None,
        aliases=ALIASES if assembly.official else {},
        load_train=lambda: assembly.split("train"),
        load_test=lambda: assembly.split("test"),
        load_validation=(lambda: assembly.split("validation")) if "validation" in parts else None,
        cuts_test="test" not in parts,
        group=options.group,
        account=account,
        files=files,
    )
