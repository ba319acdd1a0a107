"""A case: one target on one set of pictures, with everything that checks ask of it."""

import time
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hemline.data import Split
from hemline.doctor.answers import Answers, Labels, joined
from hemline.doctor.asking import ask
from hemline.doctor.baseline import LinearBaseline, measure_baseline
from hemline.doctor.budget import Budget
from hemline.doctor.forms import InputForm
from hemline.doctor.material import Material, stratified
from hemline.doctor.probing import Reading
from hemline.doctor.ramp import PICTURES as RAMP
from hemline.doctor.ramp import Ramp, measure_ramp
from hemline.doctor.readout import readout
from hemline.doctor.sample import Sample
from hemline.doctor.scalings import UNIT
from hemline.doctor.statistics import assigned_accuracy, best_assignment, renamed_counts
from hemline.doctor.targets import RefusedError, Target
from hemline.doctor.unpacking import UnreadableError
from hemline.doctor.untrained import Reach, untrained_reach
from hemline.doctor.ways import is_single
from hemline.evaluation import confusion_matrix

if TYPE_CHECKING:
    from hemline.doctor.confirming import Repair

_SEARCH_SECONDS, _CONFIRM_SECONDS = 2.5, 2.0  # of a diagnosis of at most ten
_RAMP_SECONDS = 1.5
_FEWEST = 500  # pictures on which anything is judged, if there are as many
_ALONE = 12  # pictures that are asked about one by one
_FORMS, _FIRST = 80, 24  # forms in which some pictures are shown, of a slow target at least these
_READINGS = 30  # answers to the search sample that a search takes
_SEARCH_SIZES = (250, 120, 60)
# Of more classes than these more pictures are needed to see some of each, up to so many values.
_MANY, _VALUES = 50, 100_000
_SHIFTED = 0.05  # points by which a test part is harder by itself, so that it misleads a search
_READ = 200  # pictures of which a readout can be fitted and counted
FAINT = 0.3  # nats: trained networks move their scores by several
_SHOWS = 0.85  # of what a linear classifier reaches, by what was only drowned
_LEARNED = 0.9  # of the answers right: who reaches that has learned, whatever others reach


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
        budget: of time.
        kept: what a check has found out that others need as well, by name.
        remarks: what checks have seen that is worth knowing and is nothing wrong.
    """

    def __init__(
        self,
        target: Target,
        material: Material,
        reading: Reading,
        reported: Mapping[str, float] | None = None,
        budget: Budget | None = None,
    ) -> None:
        self.target, self.material, self.reading = target, material, reading
        self.contract = self.best = reading.form
        self.reported = dict(reported or {})
        self.budget = budget or Budget()
        self.against: Answers | None = None
        self.against_name = ""
        self.repairs: list[Repair] = []
        self.elastic = True
        self.remarks: list[str] = []
        self.kept: dict[str, Any] = {}
        self._answers: dict[tuple[InputForm, str], Answers] = {}

    @property
    def k(self) -> int:
        """How many classes there are."""
        return len(self.material.vocabulary)

    @property
    def classes(self) -> tuple[str, ...]:
        """Their names."""
        return self.material.vocabulary.classes

    @cached_property
    def baseline(self) -> LinearBaseline:
        """What a linear classifier reaches on these data."""
        return measure_baseline(self.material.train, self.material.test, self.k)

    @property
    def good(self) -> float:
        """An accuracy from which nobody can say that little has been learned."""
        return min(self.baseline.test, _LEARNED)

    @cached_property
    def seconds_each(self) -> float:
        """Seconds that one picture takes; the least of a few readings, as the machine is shared."""
        pixels = self.material.test.pixels[:64]
        ask(self.target, self.contract, pixels[:8])  # the first call may compile something
        readings, scaled = [], self.contract.but(scaling=UNIT, dtype="float32")
        for _ in range(3):
            began = time.perf_counter()
            scaled.apply(pixels)  # of large pictures this takes longer than many a model
            ask(self.target, self.contract, pixels)
            readings.append((time.perf_counter() - began) / len(pixels))
        each = max(min(readings), 1e-6)
        self.budget.allow_for(each)
        return each

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        return stratified(self.material.test, len(self.material.test), seed=0)

    @cached_property
    def _search_size(self) -> int:
        affordable = int(_SEARCH_SECONDS / _READINGS / self.seconds_each)
        sizes = [
            max(size, min(size * self.k // _MANY, _VALUES // self.k)) for size in _SEARCH_SIZES
        ]
        size = next((size for size in sizes if size <= affordable), sizes[-1])
        return min(size, max(1, len(self.material.test) // 3))

    @property
    def shifted(self) -> bool:
        """Whether the test part is harder by itself, as chest X-rays from another hospital are.

        Then some contrast may suit it better by accident. What is wrong with the input shows on
        the training part too, and is looked for there.
        """
        if self.material.train is None:
            return False
        return self.baseline.shift > _SHIFTED + 2 * self.baseline.shift_error

    @cached_property
    def search(self) -> Sample:
        """A few hundred pictures on which interpretations are looked for."""
        if self.shifted:
            return self._take("search", self._train_order[: self._search_size], self.material.train)
        return self._take("search", self._order[: self._search_size])

    @cached_property
    def first(self) -> Sample | None:
        """The first few of them, for a choice among many forms; None where all can be shown."""
        size = int(_SEARCH_SECONDS / _FORMS / self.seconds_each)
        size = max(_FIRST, 4 * self.k, size)
        sample = self.search
        if size >= len(sample):
            return None
        return Sample(f"{sample.name}-first", sample.pixels[:size], sample.actual[:size])

    @property
    def judged(self) -> Sample:
        """Other pictures, on which a form that was found has to hold."""
        return self.train if self.shifted and self.train else self.confirm

    @cached_property
    def confirm(self) -> Sample:
        """Test pictures that were not searched, on which all else is judged."""
        size = max(_FEWEST, min(10_000, self._affordable))
        return self._take("confirm", self._order[self._search_size :][:size])

    @property
    def left_out(self) -> str:
        """Why other test pictures are not among those; empty where there are none."""
        searched = 0 if self.shifted else len(self.search)
        rest = len(self.material.test) - searched - len(self.confirm)
        reasons = [f"{searched:,} others showed what it wants"] * bool(searched)
        reasons += [f"there was no time for {rest:,} more"] * (rest > 0)
        return "; ".join(reasons)

    @property
    def _affordable(self) -> int:
        return int(_CONFIRM_SECONDS / 3 / self.seconds_each)

    @cached_property
    def train(self) -> Sample | None:
        """Pictures of the training part that were not searched."""
        split = self.material.train
        if split is None:
            return None
        chosen = self._train_order[self._search_size if self.shifted else 0 :]
        least = 1_000 if self.shifted else 500
        return self._take("train", chosen[: max(least, min(5_000, self._affordable))], split)

    @cached_property
    def _train_order(self) -> NDArray[np.int64]:
        assert self.material.train is not None  # noqa: S101 - whoever asks has looked
        return stratified(self.material.train, len(self.material.train), seed=1)

    def _take(self, name: str, chosen: NDArray[np.int64], split: Split | None = None) -> Sample:
        split = split or self.material.test
        return Sample(name, split.pixels[chosen], split.labels[chosen].astype(np.int64))

    def answers(self, form: InputForm, sample: Sample) -> Answers:
        """Answers in a form; each is asked for once."""
        key = (form, sample.name)
        if key not in self._answers:
            self._answers[key] = ask(self.target, form, sample.pixels)
        return self._answers[key]

    def answers_if_taken(self, form: InputForm, sample: Sample) -> Answers | None:
        """As `answers`, or None where the target refuses the form or gives nothing readable."""
        try:
            return self.answers(form, sample)
        except (RefusedError, UnreadableError):
            return None

    @cached_property
    def again(self) -> Answers:
        """Answers to the search sample under the contract, asked for a second time."""
        return ask(self.target, self.contract, self.search.pixels)

    @property
    def in_batches(self) -> bool:
        """Whether several pictures are asked about at once, and may be asked about singly."""
        alone = 1 in {self.target.fixed_batch, self.target.at_most}
        return not is_single(self.contract.way) and not alone

    @cached_property
    def alone(self) -> Answers | str:
        """Answers to the first pictures of the search sample one by one; or why there are none."""
        pixels = self.search.pixels[:_ALONE]
        try:
            return joined(
                [ask(self.target, self.contract, pixels[i : i + 1]) for i in range(len(pixels))]
            )
        except (RefusedError, UnreadableError) as error:
            return str(error)

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
        for computed in ("renaming", "trained", "held"):
            other.__dict__.pop(computed, None)
        return other

    @cached_property
    def renaming(self) -> Labels:
        """For each label that the target gives, the class that it means, int64 `(k,)`.

        The identity, unless other names fit a part of the pictures far better: at least twice as
        many right answers, or a tenth of all more.
        """
        return self.names_for(self.best)

    @property
    def own_labels(self) -> Labels:
        """For each class, the label that the target gives it, int64 `(k,)`: `renaming` undone."""
        return np.argsort(self.renaming)

    def names_for(self, form: InputForm) -> Labels:
        """As `renaming`, under any form, from the search sample alone."""
        return fitting_names(self.answers(form, self.search).labels, self.search.actual, self.k)

    def right(self, form: InputForm, sample: Sample) -> NDArray[np.bool_]:
        """Which answers are right once the labels mean what they seem to mean, `(n,)`."""
        right: NDArray[np.bool_] = self.meant(form, sample) == sample.actual
        return right

    def meant(self, form: InputForm, sample: Sample) -> Labels:
        """The classes that the answers seem to mean, -1 for none, int64 `(n,)`."""
        labels = self.answers(form, sample).labels
        known = (labels >= 0) & (labels < self.k)
        return np.where(known, self.names_for(form)[np.where(known, labels, 0)], -1)

    @property
    def counted(self) -> tuple[int, int]:
        """Right answers and pictures, as the user counts them: contract and own labels."""
        return int((self.received.labels == self.confirm.actual).sum()), len(self.confirm)

    @cached_property
    def drowned(self) -> tuple[float, float] | None:
        """What shows once each output is centred: accuracy, and how far the scores move in nats.

        None unless one label is given to far more pictures than it has, under the contract, and
        the centred outputs name far more of them rightly than those of untrained networks.
        """
        logs, part = self.received.logs, slice(0, 1000)
        if logs is None or not self._has_favourite:
            return None
        moves = (logs - logs.mean(axis=0))[part]
        found = float((moves.argmax(axis=1) == self.confirm.actual[part]).mean())
        spread, line = float(moves.std()), self.reach.line_renamed(flattered=True)
        if spread > FAINT:  # what moves by several nats and was only drowned is nearly all there
            line = max(line, _SHOWS * self.good)
        return (found, spread) if found > line else None

    @cached_property
    def ramp(self) -> Ramp | None:
        """How the target answers to all brightnesses; None where only labels come back."""
        if self.seconds_each * RAMP > _RAMP_SECONDS:
            return None
        return measure_ramp(lambda pixels: ask(self.target, self.contract, pixels), self.search)

    @cached_property
    def held(self) -> float | None:
        """What a linear readout of the outputs names rightly; None where there are only labels."""
        return self.held_in(self.best)

    def held_in(self, form: InputForm) -> float | None:
        """As `held`, in any form of the input."""
        answers = self.answers(form, self.confirm)
        if answers.logs is None or answers.decided or len(answers) < _READ:
            return None
        return float(readout(answers.logs, self.confirm.actual, self.k).mean())

    @property
    def _has_favourite(self) -> bool:
        """Whether a label is given to half of the pictures that it does not belong to."""
        counts = np.bincount(self.received.labels.clip(0, self.k))
        own = float((self.confirm.actual == counts.argmax()).mean())
        return bool(counts.max() >= (1 + own) / 2 * len(self.confirm))

    @cached_property
    def reach(self) -> Reach:
        """The accuracy that networks without training reach on these pictures."""
        part = slice(0, 1000)
        return untrained_reach(self.confirm.pixels[part], self.confirm.actual[part], self.k)

    @cached_property
    def trained(self) -> bool:
        """Whether the answers know more of the classes than any network without training."""
        part = slice(0, 1000)
        labels, actual = self.working.labels[part], self.confirm.actual[part]
        identity = float((labels == actual).mean())
        if identity > self.reach.line_named or self.drowned:
            return True
        if not ((labels >= 0) & (labels < self.k)).any():
            return True  # names of other classes say nothing of the weights
        # The best of many forms flatters: more is asked of that.
        flattered = not (self.reading.promised and self.best == self.contract)
        line = self.reach.line_renamed(flattered=flattered)
        return assigned_accuracy(labels, actual, self.k) > line


def fitting_names(labels: Labels, actual: Labels, k: int) -> Labels:
    """What each of `k` labels seems to mean, int64 `(k,)`; itself unless that is far from best."""
    same = np.arange(k)
    kept, renamed = renamed_counts(labels, actual, k)
    if renamed <= kept or renamed < min(2 * kept, kept + 0.1 * len(labels)):
        return same
    known = (labels >= 0) & (labels < k)
    meaning = np.empty(k, np.int64)
    meaning[best_assignment(confusion_matrix(labels[known], actual[known], k))] = same
    return meaning


def describe_figures(right: int, n: int) -> dict[str, Any]:
    """An accuracy with its interval, for people and programs."""
    from hemline.evaluation import wilson_interval

    low, high = wilson_interval(right, n)
    return {"accuracy": right / n, "interval": [low, high], "n": n}
