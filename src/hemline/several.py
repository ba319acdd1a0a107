"""Several garments in one photograph: said, where one answer for all of it would be a guess."""

from collections.abc import Sequence
from typing import NamedTuple

from hemline.classifier import Answers, Classifier

_SURE = 0.5


class Garment(NamedTuple):
    """One of several garments in a photograph: its class, and how sure that is."""

    label: int
    name: str
    probability: float


def garments_in(
    classifier: Classifier, answers: Answers, parts: Sequence[int]
) -> list[list[Garment]]:
    """`several_garments` of each of many photographs.

    Args:
        classifier: which has answered.
        answers: to all photographs as wholes, and after them to the parts of each in turn.
        parts: how many each has.
    """
    found, end = [], len(parts)
    for whole, count in enumerate(parts):
        places = [whole, *range(end, end + count)]
        found.append(several_garments(classifier, answers.of(places)) if count else [])
        end += count
    return found


def several_garments(classifier: Classifier, answers: Answers) -> list[Garment]:
    """What the parts of a photograph are that lie apart, if they are garments of their own.

    The shoes of a pair are not: they are of one class, or the pair is surer than one by itself.

    Args:
        classifier: which has answered.
        answers: to the photograph as a whole, then to each of its parts.
    """
    shares, strange = answers.probabilities.max(axis=1), answers.ood_score > classifier.threshold
    garments = [
        Garment(int(label), str(classifier.classes_[label]), float(share))
        for label, share in zip(answers.labels, shares, strict=True)
    ][1:]
    alike = len({garment.label for garment in garments}) < 2
    sure = not strange[1:].any() and (shares[1:] >= _SURE).all()
    one = not strange[0] and shares[0] >= shares[1:].min(initial=1)
    return [] if alike or one or not sure else garments
