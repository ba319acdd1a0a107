"""Trying: one form after the other, until a target answers."""

import re
import time
from collections import Counter
from collections.abc import Iterable

from hemline.doctor.asking import ask, ask_parts, takes
from hemline.doctor.inputs.forms import InputForm, native_layout
from hemline.doctor.inputs.resizing import EDGES, LONGEST
from hemline.doctor.replies.answers import Answers, read_answers
from hemline.doctor.replies.unpacking import UnreadableError
from hemline.doctor.targets import RefusedError, Target
from hemline.pixels import Pixels

_SECONDS = 20.0  # in which what wants to be asked at all has been asked
_SPARE = 3  # unreadable answers beyond the refusals, after which a way is given up
_TOLD = 6  # edges that refusals name
_SHORTEST = 16  # of an edge that nobody but a refusal names: smaller numbers are something else


class Trial:
    """What comes of showing a few pictures in many forms.

    Attributes:
        taken: forms that were answered, all in one way of handing over.
        hollow: forms whose answers name no class at all, as of pipelines that catch every error.
        faulty: forms whose answers could not be read.
        refused: the target's own words, one for each form refused.
    """

    def __init__(self, target: Target, few: Pixels) -> None:
        self.taken: dict[InputForm, Answers] = {}
        self.hollow: dict[InputForm, Answers] = {}
        self.faulty: list[tuple[InputForm, UnreadableError]] = []
        self.refused: list[str] = []
        self._target, self._few = target, few
        self._balance: Counter[str] = Counter()  # of each way: hollow and faulty less refused
        self._began = time.monotonic()

    @property
    def is_fruitless(self) -> bool:
        """Whether nothing has come back that looks like answers."""
        return not (self.taken or self.hollow or any(fault.shape for _, fault in self.faulty))

    @property
    def found(self) -> dict[InputForm, Answers]:
        """Forms that were answered, the one to go by first; none where raw pixels were misread."""
        if self._is_misread or (self._began_misread and _are_alike(self.taken)):
            return {}
        return self.taken or self.hollow

    @property
    def edges(self) -> list[int]:
        """What the pictures may have to be resized to: what refusals speak of first."""
        own = {self._target.pictures.height, self._target.pictures.width}
        told = Counter(int(number) for text in self.refused for number in _NUMBERS.findall(text))
        named = [edge for edge, _ in told.most_common() if _SHORTEST <= edge <= LONGEST // 2]
        edges = [edge for edge in named if edge not in own][:_TOLD]
        return list(dict.fromkeys([*edges, *(edge for edge in EDGES if edge not in own)]))

    @property
    def _is_misread(self) -> bool:
        """Whether raw pixels are taken, and an answer of another shape comes back."""
        return self._began_misread and bool(self.faulty[0][1].shape)

    @property
    def _began_misread(self) -> bool:
        raw = InputForm(native_layout(self._target.pictures))
        return bool(self.faulty) and self.faulty[0][0] == raw

    def run(self, forms: Iterable[InputForm], *, in_parts: bool = False) -> None:
        """Show the pictures all at once; or one of them, and where that is taken all in parts."""
        for form in forms:
            if self._is_misread or time.monotonic() - self._began > _SECONDS:
                return
            if self._is_open(form):
                self._show(form, in_parts=in_parts)

    def _is_open(self, form: InputForm) -> bool:
        """Whether a form may still tell something."""
        ways = {taken.way for taken in self.taken}
        return (not ways or form.way in ways) and self._balance[form.way] <= _SPARE

    def _show(self, form: InputForm, *, in_parts: bool) -> None:
        try:
            answers = self._in_parts(form) if in_parts else self._at_once(form)
        except RefusedError as error:
            self.refused.append(str(error))
            self._balance[form.way] -= 1
        except UnreadableError as error:
            self.faulty.append((form, error))
            self._balance[form.way] += 1
        else:
            names_none = answers.scores is None and bool((answers.labels < 0).all())
            (self.hollow if names_none else self.taken)[form] = answers
            self._balance[form.way] += names_none

    def _at_once(self, form: InputForm) -> Answers:
        target, few = self._target, self._few
        raw = ask_parts(target, form, few, len(few))
        return read_answers(raw, len(few), target.vocabulary)

    def _in_parts(self, form: InputForm) -> Answers:
        if not takes(self._target, form, self._few[:1]):
            raise RefusedError("a single picture is refused as well")
        return ask(self._target, form, self._few)


def _are_alike(taken: dict[InputForm, Answers]) -> bool:
    """Whether all pictures get one answer, so that nothing says that they were looked at."""
    return all(len(set(answers.labels.tolist())) == 1 for answers in taken.values())


_NUMBERS = re.compile(r"\d+")
