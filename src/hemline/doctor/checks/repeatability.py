"""The same pictures asked about twice."""

from itertools import pairwise

import numpy as np

from hemline.doctor.asking import ask
from hemline.doctor.case import Case
from hemline.doctor.checks.base import Check, Finding
from hemline.doctor.replies.answers import Answers
from hemline.doctor.replies.unpacking import UnreadableError
from hemline.doctor.targets import RefusedError

ROUNDING = 0.05  # of a probability: 8-bit mantissas in another order stay below 0.02
_ASKED, _SLOW = 64, 0.0005  # pictures, or half of them where one takes so many seconds
_MOVED = 0.01  # of a probability: rounding moves none so far
_TIMES = 4  # as many fainter ones: what is kept may move slowly
_FAINTER = 4  # times: a scaler that looks at what comes in takes that for another world
_SETTLES = 1.6  # times less than after other pictures: what is random never settles
_UNLIKE = 0.1  # of the pictures: classes that differ, so that labels should
_ONWARD = 0.5  # correlation of two steps, one after the other; of noise it is -0.5
_ROUNDING = 1e-3  # of a probability: threads that add in another order differ by far less


class KeptState(Check):
    """Does the answer to a picture depend on what was asked before?"""

    name = "state-between-calls"
    question = "Does the same picture get the same answer whatever was asked before?"
    well = "nothing is kept between calls"
    ends = True

    def examine(self, case: Case) -> Finding | None:
        """Ask again, and again after fainter pictures: what is random changes either way.

        Nothing unusual has been shown before, and if something is kept nothing more is: other
        pictures would spoil it.
        """
        asked = _ASKED if case.seconds_each < _SLOW else _ASKED // 2
        pixels, way = case.search.pixels[:asked], case.contract
        first, second = (ask(case.target, way, pixels) for _ in range(2))
        try:
            for _ in range(_TIMES):
                ask(case.target, way, pixels // _FAINTER)
        except (RefusedError, UnreadableError):
            return None
        if self._is_stale(case, second):
            return self._stale(asked)
        after, then, last = (ask(case.target, way, pixels) for _ in range(3))
        still, moved = difference(first, second), difference(second, after)
        settling = [float(step.mean()) for step in (moved, difference(after, then))]
        settling.append(float(difference(then, last).mean()))
        slowly = settling[0] > _SETTLES * settling[1] > settling[2]
        at_once = min(settling[:2]) > _SETTLES**2 * settling[2]
        settles = slowly or at_once or _comes_back(after, then, last)
        if moved.max() <= _MOVED or not (settles or still.max() <= _ROUNDING):
            return None
        changed, n = int((second.labels != after.labels).sum()), len(pixels)
        return self.finding(
            f"The same {n} pictures, asked about before and after fainter ones: {changed} labels "
            f"changed and a probability by as much as {moved.max():.2f}; without others in between "
            f"by {min(still.mean(), settling[-1]):.2f} on average.",
            0.5 + 0.5 * changed / n,
            "Something is kept from call to call: a scaler that is fitted again or a running mean "
            "that is updated on what comes in, or batch norm that still learns.",
            "Fit the scaler once, on the training part, and only transform at prediction: "
            "scaler.transform(x); model.eval()",
            changed=changed,
            n=n,
            largest=float(moved.max()),
        )

    def _is_stale(self, case: Case, answers: Answers) -> bool:
        """Whether other pictures get the very answers of the last ones, which are not all alike.

        They may be the same by right, unless the pictures show other classes.
        """
        n = len(answers)
        pixels, actual = case.search.pixels[n : 2 * n], case.search.actual
        if len(pixels) < n or len(set(answers.labels.tolist())) == 1:
            return False
        others = ask(case.target, case.contract, pixels)
        told = (actual[:n] != actual[n : 2 * n]).mean() > _UNLIKE
        same = np.array_equal(answers.labels, others.labels)
        return bool(told and same and difference(answers, others).max() == 0)

    def _stale(self, n: int) -> Finding:
        return self.finding(
            f"{n} other pictures get the very answers of the {n} pictures before them, which "
            "differ among each other.",
            1.0,
            "Answers are kept and given again: a cache that goes by the shape, or by the name of a "
            "file that is written anew.",
            "Take the pictures themselves for the key: hashlib.sha256(pixels.tobytes())",
            n=n,
        )


def _comes_back(*answers: Answers) -> bool:
    """Whether answers go on in one direction; what is random turns back half of every step."""
    logs = [one.logs for one in answers if one.logs is not None]
    if len(logs) < len(answers) or len({one.shape for one in logs}) > 1:
        return False
    first, second = (np.exp(b).ravel() - np.exp(a).ravel() for a, b in pairwise(logs))
    spread = float(np.linalg.norm(first) * np.linalg.norm(second))
    return spread > 0 and float(first @ second) > _ONWARD * spread


class Repeatability(Check):
    """Does the same picture get the same answer twice?"""

    name = "nondeterministic"
    question = "Does the same picture get the same answer when asked again?"
    well = "the same answer twice"
    alike = "state that never settles, or noise that is meant"

    def examine(self, case: Case) -> Finding | None:
        """Ask for the search sample again."""
        first = case.answers(case.contract, case.search)
        again = case.again
        changed = int((first.labels != again.labels).sum())
        largest = difference(first, again).max()
        if largest <= _ROUNDING and not changed:
            return None
        n = len(case.search)
        return self.finding(
            f"Asked twice about the same {n} pictures, {changed} labels changed and a probability "
            f"by as much as {largest:.2f}.",
            0.5 + 0.5 * changed / n,
            "Dropout or random augmentation is still at work, as in training.",
            "model.eval()  # Keras: model(x, training=False)",
            changed=changed,
            n=n,
            largest=float(largest),
        )


def by_company(case: Case) -> np.ndarray:
    """How far the first pictures' answers alone are from those together, `(n,)`."""
    assert not isinstance(case.alone, str)  # noqa: S101 - whoever asks has looked
    return difference(case.alone, case.answers(case.contract, case.search)[: len(case.alone)])


def difference(first: Answers, second: Answers) -> np.ndarray:
    """The largest change of a probability for each picture, `(n,)`; 1 for a changed label."""
    changes: np.ndarray
    if first.logs is None or second.logs is None or first.classes != second.classes:
        changes = first.labels != second.labels
        return changes.astype(float)
    changes = np.abs(np.exp(first.logs) - np.exp(second.logs)).max(axis=1)
    return changes
