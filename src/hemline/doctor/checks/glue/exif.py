"""The turn that a photograph says it needs."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hemline.doctor.case import Case
from hemline.doctor.checks.base import Finding, chance
from hemline.doctor.checks.glue.showing import (
    GlueCheck,
    certain,
    follows,
    holds,
    pictures_of,
    show,
    times_to_enlarge,
)
from hemline.doctor.inputs.picture_files import enlarged, jpeg_files
from hemline.doctor.replies.answers import Answers, joined
from hemline.pixels import Pixels

# Tags, and by how many quarters to the left a photograph with one is stored.
_TAGS = {3: 2, 6: 1, 8: 3}
_IGNORED, _TWICE, _REVERSED = "ignored", "applied twice", "applied the wrong way round"
_LEAST = 0.1  # of the answers that follow another turn
_CAUSES = {
    _IGNORED: "The EXIF tag of orientation is ignored: phones store pictures as the sensor lies "
    "and say in this tag how to turn them, so most upright photographs arrive turned.",
    _TWICE: "The EXIF tag of orientation is applied twice: by what opens the file, and again "
    "afterwards.",
    _REVERSED: "The EXIF tag of orientation is applied the wrong way round: left for right.",
}
_MENDS = {
    _IGNORED: "picture = ImageOps.exif_transpose(picture)  # right after Image.open",
    _TWICE: "Turn in one place: ImageOps.exif_transpose(picture) takes the tag away; cv2.imread "
    "turns by itself.",
    _REVERSED: "picture = ImageOps.exif_transpose(picture)  # instead of turning by hand",
}


class _Shown(NamedTuple):
    """Answers to the same pictures, each turned by so many quarters; and with a tag, by tag."""

    turned: dict[int, Answers]
    tagged: dict[int, Answers]


class ExifOrientation(GlueCheck):
    """Is a photograph turned upright by its own EXIF tag?"""

    name = "exif-orientation"
    question = "Does a photograph that says how to turn it get the answers of the upright one?"
    well = "orientation by EXIF"

    def examine(self, case: Case) -> Finding | None:
        """The same photographs upright, turned, and turned with the tag that puts them upright."""
        shown = _shown(case)
        if shown is None:
            return None
        found = [(what, *_followed(shown, what)) for what in _CAUSES]
        what, as_turned, as_upright = max(found, key=lambda one: int(one[1].sum() - one[2].sum()))
        p_value = certain(as_turned, as_upright)
        n = sum(map(len, shown.tagged.values()))
        if not holds(p_value) or as_turned.sum() < _LEAST * len(as_turned):
            return None
        other = joined(list(shown.tagged.values())).labels != np.concatenate(
            [shown.turned[0].labels] * len(shown.tagged)
        )
        return self.finding(
            f"Of {n} photographs stored turned, with the tag that puts them upright, "
            f"{int(other.sum())} get another answer than upright ones; where the two differ, "
            f"{int(as_turned.sum())} answers are those of the tag {what}, {int(as_upright.sum())} "
            f"those of the upright photograph ({chance(p_value)}).",
            0.3 + 0.6 * float(other.mean()),
            _CAUSES[what],
            _MENDS[what],
            tag=what,
            changed=int(other.sum()),
            n=n,
            p_value=p_value,
        )


def _shown(case: Case) -> _Shown | None:
    pixels = pictures_of(case, 4 + len(_TAGS))
    times = times_to_enlarge(case, pixels[0])
    large = enlarged(pixels, times)
    turned = {turn: show(case, jpeg_files(_turned(large, turn))) for turn in range(4)}
    tagged = {tag: show(case, jpeg_files(_turned(large, t), tag)) for tag, t in _TAGS.items()}
    known = {turn: answers for turn, answers in turned.items() if answers is not None}
    given = {tag: answers for tag, answers in tagged.items() if answers is not None}
    return _Shown(known, given) if len(known) == 4 and len(given) == len(_TAGS) else None


def _turned(pixels: Pixels, quarters: int) -> Pixels:
    return np.rot90(pixels, quarters, axes=(1, 2))


def _followed(shown: _Shown, what: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Where the answers are those of such a treatment, and where those of the upright picture."""
    pairs = [
        follows(answers, shown.turned[_left(_TAGS[tag], what)], shown.turned[0])
        for tag, answers in shown.tagged.items()
    ]
    return np.concatenate([one for one, _ in pairs]), np.concatenate([two for _, two in pairs])


def _left(stored: int, what: str) -> int:
    """The turn that remains of a stored one."""
    return {_IGNORED: stored, _TWICE: -stored, _REVERSED: 2 * stored}[what] % 4
