"""A case: one target on one set of pictures, with everything that checks ask of it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hemline.data import Split
from hemline.doctor.answers import Answers, Labels
from hemline.doctor.forms import Form
from hemline.doctor.material import Material, stratified
from hemline.doctor.probing import Reading, ask
from hemline.doctor.statistics import assigned_accuracy, best_assignment, untrained_reach
from hemline.doctor.targets import Target
from hemline.evaluation import confusion_matrix

if TYPE_CHECKING:
    from hemline.doctor.search import Repair

_SEARCH_SECONDS, _CONFIRM_SECONDS = 2.5, 2.0  # of a diagnosis of at most ten
_READINGS = 30  # answers to the search sample that a search takes
_SEARCH_SIZES = (250, 120, 60)
_CLASSES = 10
# Of what untrained networks reach under the best names for their outputs: by its own names none of
# them comes near; networks for other labels reach a fifth more in the form that suits them best.
NAMED, _RENAMED, _FLATTERED = 0.9, 1.1, 1.4


@dataclass(frozen=True)
class Sample:
    """Pictures that are asked about together; `name` tells them from others."""

    name: str
    pixels: NDArray[np.uint8]
    actual: Labels

    def __len__(self) -> int:
        return len(self.actual)


class Case:
    """What is known, and can be asked, about a target.

    Attributes:
        target: under examination.
        material: the labelled pictures.
        reading: how the target wants its input.
        contract: the form that it was promised, or that it chose among the usual ones.
        best: the form under which it works; `contract` unless a repair was found.
        reported: figures that its maker states.
        repairs: what the search for the working form has confirmed.
        elastic: whether it can be shown other numbers than whole ones from 0 to 255.
        against: answers of another form of the same model, to the confirm sample.
    """

    def __init__(
        self,
        target: Target,
        material: Material,
        reading: Reading,
        reported: Mapping[str, float] | None = None,
    ) -> None:
        self.target, self.material, self.reading = target, material, reading
        self.contract = self.best = reading.form
        self.reported = dict(reported or {})
        self.against: Answers | None = None
        self.against_name = ""
        self.repairs: list[Repair] = []
        self.elastic = True
        self._answers: dict[tuple[Form, str], Answers] = {}

    @cached_property
    def seconds_each(self) -> float:
        """Seconds that one picture takes; the least of a few readings, as the machine is shared."""
        pixels = self.material.test.pixels[:64]
        ask(self.target, self.contract, pixels[:8])  # the first call may compile something
        readings = []
        for _ in range(3):
            began = time.perf_counter()
            ask(self.target, self.contract, pixels)
            readings.append((time.perf_counter() - began) / len(pixels))
        return max(min(readings), 1e-6)

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        return stratified(self.material.test, len(self.material.test), seed=0)

    @cached_property
    def _search_size(self) -> int:
        affordable = int(_SEARCH_SECONDS / _READINGS / self.seconds_each)
        size = next((size for size in _SEARCH_SIZES if size <= affordable), _SEARCH_SIZES[-1])
        return min(size, max(1, len(self.material.test) // 3))

    @cached_property
    def search(self) -> Sample:
        """A few hundred pictures on which interpretations are looked for."""
        return self._take("search", self._order[: self._search_size])

    @cached_property
    def confirm(self) -> Sample:
        """Other pictures, on which what was found has to hold."""
        affordable = int(_CONFIRM_SECONDS / 3 / self.seconds_each)
        size = max(1_000, min(10_000, affordable))
        return self._take("confirm", self._order[self._search_size :][:size])

    @cached_property
    def train(self) -> Sample | None:
        """Pictures of the training part, no more than were confirmed on."""
        split = self.material.train
        if split is None:
            return None
        chosen = stratified(split, min(len(self.confirm), 5_000), seed=1)
        return self._take("train", chosen, split)

    def _take(self, name: str, chosen: NDArray[np.int64], split: Split | None = None) -> Sample:
        split = split or self.material.test
        return Sample(name, split.pixels[chosen], split.labels[chosen].astype(np.int64))

    def answers(self, form: Form, sample: Sample) -> Answers:
        """Answers in a form; each is asked for once."""
        key = (form, sample.name)
        if key not in self._answers:
            self._answers[key] = ask(self.target, form, sample.pixels)
        return self._answers[key]

    @property
    def received(self) -> Answers:
        """Answers to the confirm sample under the contract."""
        return self.answers(self.contract, self.confirm)

    @property
    def working(self) -> Answers:
        """Answers to the confirm sample in the form under which the target works."""
        return self.answers(self.best, self.confirm)

    def as_received(self) -> "Case":
        """The same case without the repair: what a user sees."""
        other = Case(self.target, self.material, self.reading, self.reported)
        other.__dict__ |= self.__dict__ | {"best": self.contract}
        for computed in ("renaming", "trained"):
            other.__dict__.pop(computed, None)
        return other

    @cached_property
    def renaming(self) -> Labels:
        """For each label that the target gives, the class that it means, int64 `(10,)`.

        The identity, unless other names fit a part of the pictures far better: at least twice as
        many right answers, or a tenth of all more.
        """
        return self.names_for(self.best)

    def names_for(self, form: Form) -> Labels:
        """As `renaming`, under any form, from the search sample alone."""
        return fitting_names(self.answers(form, self.search).labels, self.search.actual)

    def right(self, form: Form, sample: Sample) -> NDArray[np.bool_]:
        """Which answers are right once the labels mean what they seem to mean, `(n,)`."""
        labels = self.answers(form, sample).labels
        known = (labels >= 0) & (labels < _CLASSES)
        meant = self.names_for(form)[np.where(known, labels, 0)]
        right: NDArray[np.bool_] = known & (meant == sample.actual)
        return right

    @cached_property
    def counted(self) -> tuple[int, int]:
        """Right answers and pictures, as the user counts them: contract and own labels."""
        return int((self.received.labels == self.confirm.actual).sum()), len(self.confirm)

    @cached_property
    def drowned(self) -> tuple[float, float] | None:
        """What shows once each output is centred: accuracy, and how far the scores move in nats.

        None unless one label is given to most pictures under the contract, and the centred outputs
        name garments far better than those of untrained networks.
        """
        logs, part = self.received.logs, slice(0, 1000)
        if logs is None or np.bincount(self.received.labels.clip(0)).max() < len(logs) / 2:
            return None
        moves = (logs - logs.mean(axis=0))[part]
        found = float((moves.argmax(axis=1) == self.confirm.actual[part]).mean())
        return (found, float(moves.std())) if found > max(self.reach, 0.5) else None

    @cached_property
    def reach(self) -> float:
        """The accuracy that networks without training reach on these pictures."""
        part = slice(0, 1000)
        return untrained_reach(self.confirm.pixels[part], self.confirm.actual[part])

    @cached_property
    def trained(self) -> bool:
        """Whether the answers know more of garments than any network without training."""
        part = slice(0, 1000)
        labels, actual = self.working.labels[part], self.confirm.actual[part]
        identity = float((labels == actual).mean())
        if identity > NAMED * self.reach or self.drowned:
            return True
        if not ((labels >= 0) & (labels < _CLASSES)).any():
            return True  # names of other classes say nothing of the weights
        # The best of many forms flatters: more is asked of that.
        as_promised = self.reading.promised and self.best == self.contract
        factor = _RENAMED if as_promised else _FLATTERED
        return assigned_accuracy(labels, actual) > factor * self.reach


def fitting_names(labels: Labels, actual: Labels) -> Labels:
    """What each label seems to mean, int64 `(10,)`; itself unless that is far from the best."""
    same = np.arange(_CLASSES)
    known = (labels >= 0) & (labels < _CLASSES)
    if not known.any():
        return same
    confusion = confusion_matrix(labels[known], actual[known])
    columns = best_assignment(confusion)
    kept, best = int(np.trace(confusion)), int(confusion[same, columns].sum())
    if best < min(2 * kept, kept + 0.1 * len(labels)):
        return same
    meaning = np.empty(_CLASSES, np.int64)
    meaning[columns] = same
    return meaning


def describe_figures(right: int, n: int) -> dict[str, Any]:
    """An accuracy with its interval, for people and programs."""
    from hemline.evaluation import wilson_interval

    low, high = wilson_interval(right, n)
    return {"accuracy": right / n, "interval": [low, high], "n": n}
