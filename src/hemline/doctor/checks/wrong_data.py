"""Wrong data: labels of other pictures, test pictures in the training, a model of other data."""

import struct
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from itertools import product

import numpy as np
from numpy.typing import NDArray

from hemline.classifier import Classifier
from hemline.data import Split
from hemline.data.fashion import official, official_hashes
from hemline.data.fashion.sketches import draw_sketches
from hemline.doctor.case import Case
from hemline.doctor.checks.base import LIKELY, Check, Finding
from hemline.doctor.checks.class_names import listed_classes
from hemline.doctor.inputs.forms import SYMMETRIES, InputForm, native_layout
from hemline.doctor.material import Material, official_places, stratified
from hemline.doctor.measures.statistics import assigned_accuracy, at_least
from hemline.doctor.sample import Sample
from hemline.errors import PixelsError
from hemline.pixels import Pixels

_REFERENCE = "tiny"  # Hemline's own model of the official data
_ENOUGH = 200  # pictures for the reference model
_STRANGE = 0.3  # of them right: far below anything that could pass for the official pictures
_MEDIOCRE, _KNOWN = 0.9, 0.95  # of a linear classifier's accuracy; of drawn garments
_EVEN = 1.3  # times an even share, of the commonest class
_TELLING, _SOME = 400, 0.01  # pictures; p-value below which somebody does know something
_REPEATED = 0.01  # fewer happen in any collection
_MEND = "data = hemline.open_dataset()  # verified by checksum"


class WrongData(Check):
    """Do pictures, labels, parts and model belong together?"""

    name = "wrong-data"
    question = "Do pictures, labels and model belong together, and are the parts kept apart?"
    well = "pictures, labels and model belong together"

    def examine(self, case: Case) -> Finding | None:
        """By what the model file says, by checksum where one is known, and by the parts."""
        test, train = case.material.test, case.material.train
        trained = self._trained_elsewhere(case)
        if trained or case.material.drawn:
            return trained
        return (
            self._labels(case)
            or self._overlap(test, train)
            or self._say_nothing(case)
            or self._strange(case)
            or self._drawn(case)
        )

    def _labels(self, case: Case) -> Finding | None:
        """Of pictures that are official ones, bit for bit."""
        material, test = case.material, case.material.test
        places = official_places(test)
        if places is None or not _speaks_of(places, material):
            return None
        named = places and all(case.classes[label] == name for name, label in places.items())
        if named and not _changed(test):
            return None
        return self.finding(
            f"The pictures are those of {official.NAME}, bit for bit; the labels are not.",
            1.0,
            f"The labels are numbered otherwise than those of {official.NAME}."
            if places and not named
            else "The labels are of other pictures, or in another order.",
            _MEND,
            labels=places,
        )

    def _overlap(self, test: Split, train: Split | None) -> Finding | None:
        if train is None:
            return None
        known = {hash(picture.tobytes()) for picture in train.pixels}  # of 64 bits
        repeated = sum(hash(picture.tobytes()) in known for picture in test.pixels)
        if repeated <= _REPEATED * len(test):
            return None
        return self.finding(
            f"{repeated:,} of {len(test):,} test pictures are in the training part, bit for bit.",
            0.9,
            "The data were cut after mixing, or a part was used twice.",
            "Cut the test part off before anything else, and never train on it.",
            repeated=repeated,
        )

    def _say_nothing(self, case: Case) -> Finding | None:
        """Of labels that nobody can learn: neither the target nor a linear classifier."""
        right, n = case.counted
        baseline, commonest = case.baseline, np.bincount(case.material.test.labels).max()
        guessing = float(commonest) / len(case.material.test)
        counted = ((baseline.test, baseline.counted[0]), (right / n, n))
        if min(n, *baseline.counted) < _TELLING or baseline.test > baseline.known:
            return None
        if guessing > _EVEN / case.k:  # who names the commonest alone is right as often
            return None
        if any(at_least(round(share * of), of, guessing) < _SOME for share, of in counted):
            return None
        found = self.finding(
            f"A linear classifier that is fitted to these labels names {100 * baseline.test:.0f} % "
            f"of other pictures rightly, as if it guessed ({100 * guessing:.0f} %); "
            f"{100 * right / n:.0f} % are right here.",
            1.0,
            "The labels are those of other pictures, or in another order than the pictures.",
            "Look at ten pictures with their labels; load both from one place.",
            linear=baseline.test,
        )
        return replace(found, certainty=LIKELY, runner_up="classes that no sum of pixels tells")

    def _strange(self, case: Case) -> Finding | None:
        """Of pictures that go by the official names and are not the official ones.

        The model that comes with Hemline looks at them, unless the target knows them as they are.
        Turned and inverted pictures are looked at as well: those are faults of another name.
        """
        test, right = case.material.test, np.divide(*case.counted)
        if len(test) < _ENOUGH or right > case.reach.line_named or not _claims(case.material):
            return None
        if official_places(test) is not None:
            return None
        sample = stratified(test, _ENOUGH, seed=0)
        actual = test.labels[sample].astype(np.int64)
        answers = _reference_answers(test.pixels[sample])
        if not answers:
            return None
        known = max(float((labels == actual).mean()) for labels in answers)
        renamed = max(assigned_accuracy(labels, actual, case.k) for labels in answers)
        if known > _STRANGE:
            return None
        numbered = renamed > 2 * _STRANGE
        return self.finding(
            f"The model {_REFERENCE} of Hemline, right in nine of ten pictures of {official.NAME}, "
            f"names {100 * known:.0f} % of {len(sample)} of these pictures rightly"
            + (f", and {100 * renamed:.0f} % once the labels are renumbered." if numbered else "."),
            1.0,
            f"The labels are numbered otherwise than those of {official.NAME}."
            if numbered
            else "The pictures show something else, or the labels are those of other pictures.",
            _MEND,
            reference=known,
        )

    def _drawn(self, case: Case) -> Finding | None:
        """Of who knows the drawn pictures, and far less of the real ones."""
        right = np.divide(*case.counted)
        if not _claims(case.material) or right > _MEDIOCRE * case.good:
            return None
        sample = Sample("drawn", *draw_sketches(_ENOUGH, seed=1))
        answers = case.answers_if_taken(case.contract, sample)
        if answers is None:
            return None
        drawn = float((answers.labels == sample.actual).mean())
        if drawn < _KNOWN:
            return None
        return self.finding(
            f"{100 * right:.0f} % of {case.material.name} are right, and {100 * drawn:.0f} % of "
            f"{len(sample)} pictures that Hemline draws itself.",
            1.0,
            "The model was trained on sketches, which stand in where the real pictures cannot be "
            "had.",
            f"hemline train RECIPE --data FOLDER  # with the four files of {official.NAME}",
            drawn=drawn,
        )

    def _trained_elsewhere(self, case: Case) -> Finding | None:
        said = case.target.facts.get("hemline", {}).get("data", {})
        dataset, names = case.material.dataset, listed_classes(case)
        label_of = case.material.vocabulary.label_of
        if case.material.named and names and all(label_of(name) < 0 for name in names):
            what = f"other classes ({', '.join(names[:3])}, ...)"
        elif dataset is None or "drawn" not in said:
            return None
        elif said.get("sha256") == dataset.test.checksum:
            what = "the test part of these data"
        elif said["drawn"] != dataset.drawn:
            what = str(said.get("name"))
        else:
            return None
        return self.finding(
            f"The model file says that it was trained on {what}; it is examined on "
            f"{case.material.name}.",
            1.0,
            "The model belongs to other data.",
            "hemline train RECIPE  # on the training part of the data that it is for",
            trained_on=what,
        )


def _speaks_of(places: dict[str, int], material: Material) -> bool:
    """Whether the labels are meant to be the official ones, and not a choice of somebody's own."""
    if not material.named:
        return len(material.vocabulary) == official_hashes.CLASSES
    if not places:
        return _claims(material)
    return set(places) == set(material.vocabulary.classes)


def _claims(material: Material) -> bool:
    """Whether the classes go by the official names, in the official form."""
    if not material.named or material.form != official.INTAKE.form:
        return False
    return set(material.vocabulary.classes) == set(Classifier.load(_REFERENCE).classes_.tolist())


def _reference_answers(pixels: Pixels) -> list[NDArray[np.int64]]:
    """Labels by the reference model, under the eight symmetries and both brightnesses."""
    model, found = Classifier.load(_REFERENCE), []
    form = InputForm(native_layout(model.form))
    for inverted, symmetry in product((False, True), range(len(SYMMETRIES))):
        with suppress(PixelsError):  # it takes no pictures on white
            seen = form.but(inverted=inverted, symmetry=symmetry).view(pixels)
            found.append(model.predict(seen))
    return found


def _changed(split: Split) -> bool:
    """Whether the pictures are those of an official file, and the labels are not."""
    pairs = (
        (official.TEST_IMAGES, official.TEST_LABELS),
        (official.TRAIN_IMAGES, official.TRAIN_LABELS),
    )
    pictures = _digest(split.pixels)
    return any(
        pictures == images.plain_sha256 and _digest(split.labels) != labels.plain_sha256
        for images, labels in pairs
    )


def _digest(array: NDArray[np.unsignedinteger]) -> str:
    """SHA-256 of an array as an idx file."""
    head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return sha256(head + np.ascontiguousarray(array).tobytes()).hexdigest()
