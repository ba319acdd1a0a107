"""Wrong data: digits, another release, labels of other pictures, test pictures in the training."""

import struct
from contextlib import suppress
from hashlib import sha256
from itertools import product

import numpy as np
from numpy.typing import NDArray

from hemline.classifier import Classifier
from hemline.data import Split
from hemline.data.official import TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS
from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding
from hemline.doctor.forms import SYMMETRIES, Form
from hemline.doctor.material import stratified
from hemline.doctor.statistics import assigned_accuracy
from hemline.errors import PixelsError

_DIGITS_BLACK = 0.7  # digits leave 81 % of a picture black, garments 50 %
_ENOUGH = 200  # pictures for the reference model
_STRANGE = 0.3  # of them right: far below anything that could pass for garments
_REPEATED = 0.01  # Fashion-MNIST itself repeats far fewer


class WrongData(Check):
    """Are these the pictures of Fashion-MNIST, with their own labels?"""

    name = "wrong-data"
    question = "Are the pictures and labels those of Fashion-MNIST, the parts kept apart?"

    def examine(self, case: Case) -> Finding | None:
        """By checksum where possible, else by how the pictures look."""
        test, train = case.material.test, case.material.train
        trained = self._trained_elsewhere(case)
        if trained or case.material.drawn:
            return trained
        found = self._digits(test) or self._labels(test) or self._overlap(test, train)
        return found or self._foreign(test)

    def _digits(self, test: Split) -> Finding | None:
        black = float((test.pixels == 0).mean())
        if _official(test.pixels) or black <= _DIGITS_BLACK:
            return None
        return self.finding(
            f"{100 * black:.0f} % of the pixels are black; of Fashion-MNIST 50 %, of MNIST 81 %.",
            1.0,
            "The pictures are digits of MNIST, whose files have the same names.",
            "data = hemline.open_dataset()  # verified by checksum",
            black=black,
        )

    def _labels(self, test: Split) -> Finding | None:
        part = _official(test.pixels)
        if not part or _digest(test.labels) in {
            TRAIN_LABELS.plain_sha256,
            TEST_LABELS.plain_sha256,
        }:
            return None
        return self.finding(
            f"The pictures are the {part} part of Fashion-MNIST, bit for bit; the labels are not.",
            1.0,
            "The labels are of other pictures, in another order, or renumbered.",
            "Take pictures and labels from one source: hemline.open_dataset().",
            part=part,
        )

    def _overlap(self, test: Split, train: Split | None) -> Finding | None:
        if train is None:
            return None
        known = {picture.tobytes() for picture in train.pixels}
        repeated = sum(picture.tobytes() in known for picture in test.pixels)
        if repeated <= _REPEATED * len(test):
            return None
        return self.finding(
            f"{repeated:,} of {len(test):,} test pictures are in the training part, bit for bit.",
            0.9,
            "The data were cut after mixing, or a part was used twice.",
            "Cut the test part off before anything else, and never train on it.",
            repeated=repeated,
        )

    def _foreign(self, test: Split) -> Finding | None:
        """By the model that comes with Hemline, for pictures that no checksum vouches for.

        Turned and inverted pictures are looked at as well: those are faults of another name.
        """
        if _official(test.pixels) or len(test) < _ENOUGH:
            return None
        sample = stratified(test, _ENOUGH, seed=0)
        actual = test.labels[sample].astype(np.int64)
        answers = _reference_answers(test.pixels[sample])
        if not answers:
            return None
        right = max(float((labels == actual).mean()) for labels in answers)
        renamed = max(assigned_accuracy(labels, actual) for labels in answers)
        if right > _STRANGE:
            return None
        known = renamed > 2 * _STRANGE
        return self.finding(
            f"The model tiny of Hemline, right in nine of ten garments of Fashion-MNIST, names "
            f"{100 * right:.0f} % of {len(sample)} of these pictures rightly"
            + (f", and {100 * renamed:.0f} % once the labels are renumbered." if known else "."),
            1.0,
            "The labels are numbered otherwise than those of Fashion-MNIST."
            if known
            else "The pictures show something else, or the labels are those of other pictures.",
            "data = hemline.open_dataset()  # verified by checksum",
            reference=right,
        )

    def _trained_elsewhere(self, case: Case) -> Finding | None:
        said = case.target.facts.get("hemline", {}).get("data", {})
        dataset = case.material.dataset
        if dataset is None or "drawn" not in said:
            return None
        on_test = said.get("sha256") == dataset.test.checksum
        if said["drawn"] == dataset.drawn and not on_test:
            return None
        what = "the test part of these data" if on_test else str(said.get("name"))
        return self.finding(
            f"The model file says that it was trained on {what}; it is examined on {dataset.name}.",
            1.0,
            "The model belongs to other data.",
            "hemline train RECIPE  # on the training part of the data that it is for",
            trained_on=what,
        )


def _reference_answers(pixels: NDArray[np.uint8]) -> list[NDArray[np.int64]]:
    """Labels by the model tiny, under the eight symmetries and both brightnesses."""
    model, found = Classifier.load("tiny"), []
    for inverted, symmetry in product((False, True), range(len(SYMMETRIES))):
        with suppress(PixelsError):  # it takes no pictures on white
            found.append(model.predict(Form(inverted=inverted, symmetry=symmetry).view(pixels)))
    return found


def _digest(array: NDArray[np.uint8]) -> str:
    """SHA-256 of an array as an idx file."""
    head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return sha256(head + np.ascontiguousarray(array).tobytes()).hexdigest()


def _official(pixels: NDArray[np.uint8]) -> str:
    """Which part of Fashion-MNIST these pictures are, or nothing."""
    if len(pixels) not in {10_000, 60_000}:
        return ""
    parts = {TEST_IMAGES.plain_sha256: "test", TRAIN_IMAGES.plain_sha256: "training"}
    return parts.get(_digest(pixels), "")
