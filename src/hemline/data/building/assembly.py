"""The parts of a data set on their way from a reader: brought to one form, numbered, cut."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hemline.data.account import Account
from hemline.data.building.classes import clean
from hemline.data.building.forming import form_part
from hemline.data.building.remarks import contradictions, darkness, repetitions
from hemline.data.building.splits import Places, content_split, digest
from hemline.data.dataset import Split
from hemline.data.fashion.recognising import another_split, fashion_names, in_official_test
from hemline.data.options import DataOptions
from hemline.data.picture_files.decoding import Progress
from hemline.data.picture_files.reading import read_files
from hemline.data.raw import ALL, FilePart, Parts, RawPart
from hemline.errors import DataError
from hemline.labels import CLASSES
from hemline.photos.intake import Intake

_BLOCK = 32  # pictures that are moved at once
TEST_SHARE = 1 / 6  # as in CIFAR-10; in MNIST and Fashion-MNIST a seventh


class Assembly:
    """Parts that become splits when they are first asked for, and are then let go of.

    Attributes:
        classes: their names, in the order of the labels.
        found: pictures in all parts, without those that were refused.
        official: whether the pictures are those of Fashion-MNIST, in all its classes.
    """

    def __init__(
        self,
        parts: Parts,
        classes: tuple[str, ...],
        wish: DataOptions | Intake,
        account: Account,
        progress: Progress | None,
    ) -> None:
        self.classes = classes
        self.official = False
        self._labels = {name: label for label, name in enumerate(classes)}
        self._parts: dict[str, RawPart | FilePart] = dict(parts)
        self._training = "train" if "train" in parts else ALL
        self._cuts = "test" not in parts
        self._wish = wish
        self._account = account
        self._progress = progress
        self._splits: dict[str, Split] = {}
        self._groups: dict[str, int] = {}
        self._trained: set[bytes] = set()  # digests, where the test part is one of its own
        self._in_test: NDArray[np.bool_] | None = None
        self.found = sum(len(part.classes) for part in parts.values())

    @property
    def intake(self) -> Intake:
        """By which pictures become pixels; known once a part was read."""
        assert isinstance(self._wish, Intake)  # noqa: S101 - or `settle` comes first
        return self._wish

    def settle(self) -> None:
        """Read the training part, by which form and background are decided, and names known."""
        raw = self._parts[self._training]
        part = self._load(self._training)
        seen = raw if isinstance(raw, RawPart) else part  # bytes are known as they lay in a file
        names = fashion_names(seen.pixels, [clean(name) for name in seen.classes])
        if names:
            self._labels = {name: label for label, name in enumerate(names)}
            self.classes = tuple(names.values())
            self.official = self.classes == CLASSES
        self._divide(self._training, part)

    def describe(self) -> str:
        """How many pictures of which form there are, and how many were cut off."""
        told = f"{self.found:,} pictures of {self.intake.form}"
        if self._cuts and "test" in self._splits:
            how = "cut off for the test part" if self._in_test is None else "the official test part"
            told += f", {len(self._splits['test']):,} of them {how}"
        return told

    def split(self, part: str) -> Split:
        """A part with labels; the test part is cut off the training part where there is none."""
        if part not in self._splits:
            source = part if part in self._parts else self._training
            self._divide(source, self._load(source))
        return self._splits[part]

    def _load(self, name: str) -> RawPart:
        part = self._parts.pop(name)
        if isinstance(part, FilePart):
            loaded = read_files(part, self._wish, self._account, self._progress)
            seen = loaded.part
        else:
            loaded, seen = form_part(part, self._wish), part
        self.found -= len(part.classes) - len(loaded.part.classes)
        if isinstance(self._wish, DataOptions):
            self._wish = loaded.intake
        if self._cuts and name == self._training and part.groups is None:
            self._in_test = in_official_test(seen.pixels)
        side = "test" if name == "test" else "train"
        if self._in_test is None and (warning := another_split({side: seen.pixels})):
            self._account.note(warning)
        return loaded.part

    def _divide(self, name: str, part: RawPart) -> None:
        split = self._numbered(name, part)
        digests = part.digests or [digest(picture) for picture in split.pixels]
        self._remark(name, split, digests)
        if name != self._training:
            self._splits[name] = split
        elif self._cuts:
            kept, cut = self._cut(split, part, digests)
            if not len(cut):
                alike = "identical or of one group" if split.pixels.any() else "black throughout"
                raise DataError(
                    f"Expected pictures of which some can be cut off for the test part, received "
                    f"{len(split):,} that are all {alike}; add others."
                )
            self._splits["test"] = split.take(cut)
            # Decoded pixels are nobody else's, but arrays may be the caller's.
            rest = _shortened if part.decoded else Split.take
            self._splits["train"] = rest(split, kept)
            self._note_lacking(self._splits["test"])
        else:
            self._splits["train"] = split

    def _remark(self, name: str, split: Split, digests: Sequence[bytes]) -> None:
        """Note what the pictures of a part tell against it, or against the training part."""
        found = [contradictions(digests, split, self.classes)]
        if name == self._training:
            self._trained = set() if self._cuts else set(digests)
            found.append(darkness(split.pixels))
        elif name == "test":
            found.append(repetitions(self._trained, digests))
        for sentence in filter(None, found):
            self._account.note(sentence)

    def _cut(self, split: Split, part: RawPart, digests: Sequence[bytes]) -> tuple[Places, Places]:
        """Places that stay and those of the test part: the official one where all are official."""
        if self._in_test is not None:
            return np.flatnonzero(~self._in_test), np.flatnonzero(self._in_test)
        return content_split(
            split.pixels,
            split.labels,
            TEST_SHARE,
            split.groups,
            digests=digests,
            origins=part.origins,
        )

    def _numbered(self, name: str, part: RawPart) -> Split:
        labels = np.array([self._labels[clean(of)] for of in part.classes])
        counts = np.bincount(labels, minlength=len(self.classes))
        if not counts.all():
            where = "" if name == ALL else f" in the {name} part"
            raise DataError(
                f"Expected pictures of every class, received none of "
                f"{self.classes[int(counts.argmin())]!r} that can be read{where}; "
                "mend its files, or remove the class."
            )
        return Split(part.pixels, labels, part.names, self._numbered_groups(part.groups))

    def _numbered_groups(self, groups: Sequence[str] | None) -> NDArray[np.int64] | None:
        """A number for each group, one for all parts."""
        if groups is None:
            return None
        return np.array([self._groups.setdefault(group, len(self._groups)) for group in groups])

    def _note_lacking(self, test: Split) -> None:
        counts = test.counts(len(self.classes))
        lacking = [name for name, count in zip(self.classes, counts, strict=True) if not count]
        if lacking:
            self._account.note(
                f"No picture of {', '.join(lacking)} could be cut off for the test part: all of "
                "them are identical or of one group."
            )


def _shortened(split: Split, kept: Places) -> Split:
    """As `split.take(kept)`, but in the place of the pictures, which may fill half the memory."""
    pixels = split.pixels
    for start in range(0, len(kept), _BLOCK):  # each moves forward, because `kept` is in order
        places = kept[start : start + _BLOCK]
        pixels[start : start + len(places)] = pixels[places]
    return Split(
        pixels[: len(kept)],
        split.labels[kept],
        split.names and [split.names[place] for place in kept],
        None if split.groups is None else split.groups[kept],
    )
