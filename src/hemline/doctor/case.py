"""A case: one target on one set of pictures, with everything that checks ask of it."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.asking import ask, ask_together
from hemline.doctor.budget import Budget
from hemline.doctor.inputs.forms import InputForm
from hemline.doctor.inputs.ways import is_single
from hemline.doctor.material import Material
from hemline.doctor.measures.ramp import PICTURES as RAMP
from hemline.doctor.measures.ramp import Ramp, measure_ramp
from hemline.doctor.measures.readout import readout
from hemline.doctor.measures.statistics import assigned_accuracy, best_assignment, renamed_counts
from hemline.doctor.measures.untrained import Reach, untrained_reach
from hemline.doctor.probing import Reading
from hemline.doctor.replies.answers import Answers, Labels, joined
from hemline.doctor.replies.unpacking import UnreadableError
from hemline.doctor.sample import Sample
from hemline.doctor.sampling import Sampling
from hemline.doctor.targets import RefusedError, Target
from hemline.evaluation import confusion_matrix

if TYPE_CHECKING:
    from hemline.doctor.search.confirming import Repair

_RAMP_SECONDS = 1.5
_ALONE = 12  # pictures that are asked about one by one
_READ = 200  # pictures of which a readout can be fitted and counted
FAINT = 0.3  # nats: trained networks move their scores by several
_SHOWS = 0.85  # of what a linear classifier reaches, by what was only drowned
_LEARNED = 0.9  # of the answers right: who reaches that has learned, whatever others reach


class Case(Sampling):
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
        steady: whether the answers are known not to depend on what is asked with them.
        against: answers of another form of the same model, to the confirm sample.
        budget: of time.
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
        self.elastic, self.steady = True, False
        self.remarks: list[str] = []
        self._answers: dict[tuple[InputForm, str], Answers] = {}

    @property
    def good(self) -> float:
        """An accuracy from which nobody can say that little has been learned."""
        return min(self.baseline.test, _LEARNED)

    def answers(self, form: InputForm, sample: Sample) -> Answers:
        """Answers in a form; each is asked for once."""
        key = (form, sample.name)
        if key not in self._answers:
            self._answers[key] = ask(self.target, form, sample.pixels)
        return self._answers[key]

    def ask_ahead(self, forms: Sequence[InputForm], sample: Sample) -> None:
        """Ask for answers in several forms at once, where the target does not mind company.

        What is refused so is asked for one by one, when it is needed.
        """
        alike: dict[tuple[Any, ...], list[InputForm]] = {}
        for form in forms if self.steady and self.in_batches else ():
            if (form, sample.name) not in self._answers:
                alike.setdefault((form.layout, form.dtype, form.way), []).append(form)
        for some in alike.values():
            found = ask_together(self.target, some, sample.pixels)
            self._answers |= {(form, sample.name): answers for form, answers in found.items()}

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
        if self.received.decided or self.seconds_each * RAMP > _RAMP_SECONDS:
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
        if assigned_accuracy(labels, actual, self.k) > line:
            return True
        return self.shifted and self._knows_training(flattered)

    def _knows_training(self, flattered: bool) -> bool:
        """Whether that shows on the training part, where the test part is of another kind."""
        if self.train is None:
            return False
        pixels, actual = self.train.pixels[:1000], self.train.actual[:1000]
        labels = self.answers(self.best, self.train).labels[:1000]
        line = untrained_reach(pixels, actual, self.k).line_renamed(flattered=flattered)
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
