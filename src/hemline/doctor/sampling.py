"""Sampling: which pictures a target is asked about, and how many."""

import time
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hemline.data import Split
from hemline.doctor.asking import ask
from hemline.doctor.budget import Budget
from hemline.doctor.inputs.forms import InputForm
from hemline.doctor.inputs.scalings import UNIT
from hemline.doctor.material import Material, stratified
from hemline.doctor.measures.baseline import LinearBaseline, measure_baseline
from hemline.doctor.sample import Sample
from hemline.doctor.targets import Target

_SEARCH_SECONDS, _CONFIRM_SECONDS = 2.5, 2.0  # of a diagnosis of at most ten
_FORMS, _FIRST = 80, 24  # forms in which some pictures are shown, of a slow target at least these
_READINGS = 30  # answers to the search sample that a search takes
_SEARCH_SIZES = (250, 120, 60)
_FEWEST = 500  # pictures on which anything is judged, if there are as many
# Of more classes than these more pictures are needed to see some of each, up to so many values.
_MANY, _VALUES = 50, 100_000
_SHIFTED = 0.05  # points by which a test part is harder by itself, so that it misleads a search


class Sampling:
    """The pictures of a case, as many as the time that one takes allows.

    Attributes:
        target: under examination.
        material: the labelled pictures.
        contract: the form in which it is asked.
        budget: of time.
    """

    target: Target
    material: Material
    contract: InputForm
    budget: Budget

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
        size = max(_FIRST, 3 * self.k, size)
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
