"""Several garments in a photograph are said where they are sure, and a pair of shoes stays one."""

import io

import numpy as np
import pytest

from hemline import Classifier
from hemline.classifier import Answers
from hemline.photos import see
from hemline.several import several_garments
from tests.photos.drawing import draw_two


@pytest.fixture(scope="module")
def classifier():
    return Classifier.load("photo")


def answers(classifier, *each):
    """Of a whole and its parts: label, how sure, and whether it is none of the classes."""
    shares = np.full((len(each), len(classifier.classes_)), 0.01, np.float32)
    for row, (label, share, _) in zip(shares, each, strict=True):
        row[label] = share
    scores = [classifier.threshold + (1 if strange else -1) for _, _, strange in each]
    return Answers(shares, np.array(scores, np.float32))


TROUSERS, SHIRT, SANDAL, SNEAKER = 1, 6, 5, 7


@pytest.mark.parametrize(
    ("whole", "parts", "several"),
    [
        ((2, 0.9, True), [(TROUSERS, 0.9, False), (SHIRT, 0.8, False)], True),
        ((2, 0.6, False), [(TROUSERS, 0.9, False), (SHIRT, 0.8, False)], True),
        ((SANDAL, 0.8, False), [(SANDAL, 0.9, False), (SNEAKER, 0.7, False)], False),
        ((SANDAL, 0.5, False), [(SANDAL, 0.9, False), (SANDAL, 0.8, False)], False),
        ((2, 0.4, True), [(TROUSERS, 0.9, False), (SHIRT, 0.4, False)], False),
        ((2, 0.4, True), [(TROUSERS, 0.9, False), (SHIRT, 0.9, True)], False),
        ((2, 0.9, False), [], False),
    ],
)
def test_they_are_said_if_each_is_sure_and_the_whole_is_not(whole, parts, several, classifier):
    found = several_garments(classifier, answers(classifier, whole, *parts))
    assert [garment.label for garment in found] == ([label for label, *_ in parts] * several)
    for garment, (label, share, _) in zip(found, parts, strict=False):
        assert garment.name == classifier.classes_[label]
        assert garment.probability == pytest.approx(share)


def content(image):
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def test_what_lies_apart_is_seen_by_itself_too(classifier):
    both = draw_two(size=(640, 400))
    parts = see(content(both), classifier.intake).parts
    assert len(parts) == 2
    for place, part in enumerate(parts):
        alone = see(content(both.crop((320 * place, 0, 320 * place + 320, 400))), classifier.intake)
        assert not alone.parts
        assert np.abs(part.astype(int) - alone.pixels).mean() < 20


def test_a_photograph_of_two_is_answered_so(classifier):
    seen = see(content(draw_two()), classifier.intake)
    found = several_garments(classifier, classifier.answer(np.stack([seen.pixels, *seen.parts])))
    assert [garment.name for garment in found] == ["Trouser", "Dress"]
