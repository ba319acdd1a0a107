"""Whatever comes back is read for what it is."""

import itertools

import numpy as np
import pandas
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hemline.doctor.replies.answers import read_answers as read
from hemline.doctor.replies.unpacking import UnreadableError
from hemline.doctor.replies.vocabulary import Vocabulary
from hemline.labels import CLASSES
from tests.doctor.conftest import softmax

SCORES = np.random.default_rng(0).normal(0, 3, (7, 10))
LABELS = SCORES.argmax(1)
GARMENTS = Vocabulary(CLASSES)


SHUFFLED = [CLASSES[place] for place in np.random.default_rng(1).permutation(10)]


def ranked(row):
    """As pipelines of Hugging Face give one picture."""
    return [{"label": CLASSES[k], "score": float(row[k])} for k in np.argsort(-row)]


def pair(one):
    return one["label"], one["score"]


def read_answers(raw, n, vocabulary=GARMENTS):
    return read(raw, n, vocabulary)


@pytest.mark.parametrize(
    ("raw", "form"),
    [
        (SCORES, "logits"),
        (softmax(SCORES), "probabilities"),
        (100 * softmax(SCORES), "percent"),
        (np.log(softmax(SCORES)), "log-probabilities"),
        (LABELS, "labels"),
        (LABELS.astype(float)[:, None], "labels"),
        (LABELS.tolist(), "labels"),
        ([CLASSES[label] for label in LABELS], "class names"),
        ([CLASSES[label].upper() for label in LABELS], "class names"),
        (torch.tensor(SCORES, requires_grad=True), "logits"),
        ((LABELS, softmax(SCORES)), "probabilities"),
        ({"label": LABELS, "probabilities": softmax(SCORES)}, "probabilities"),
        (1 / (1 + np.exp(-SCORES)), "values from 0 to 1"),
        (softmax(SCORES, axis=0), "probabilities over the batch"),
        (softmax(SCORES)[:, :, None, None], "probabilities"),
        (SCORES.T, "logits"),
        ([str(label) for label in LABELS], "labels"),
        ([f"{CLASSES[label].lower().replace(' ', '_')}s" for label in LABELS], "class names"),
        (np.argsort(-SCORES, axis=1)[:, :3], "top labels"),
        (np.round(softmax(SCORES), 2), "probabilities"),
        (np.round(100 * softmax(SCORES)), "percent"),
        (np.round(255 * softmax(SCORES)).astype(np.uint8), "probabilities in 8 bits"),
        ([dict(zip(CLASSES, row, strict=True)) for row in softmax(SCORES)], "probabilities"),
        ([{"confidence": 0.5, "label": CLASSES[label]} for label in LABELS], "class names"),
        (np.array(LABELS.tolist(), object), "labels"),
        (np.array([CLASSES[label] for label in LABELS], object), "class names"),
        (np.array([b"%d" % label for label in LABELS]), "labels"),
        ([CLASSES[label].encode() for label in LABELS], "class names"),
        ([f"LABEL_{label}" for label in LABELS], "class names"),
        (pandas.Series(LABELS), "labels"),
        (pandas.Series([CLASSES[label] for label in LABELS]), "class names"),
        (pandas.DataFrame(softmax(SCORES)), "probabilities"),
        (pandas.DataFrame(softmax(SCORES), columns=CLASSES)[SHUFFLED], "probabilities"),
        (pandas.DataFrame(softmax(SCORES), columns=[f"p{k}" for k in range(10)]), "probabilities"),
        (pandas.DataFrame({"label": LABELS, "confidence": softmax(SCORES).max(1)}), "labels"),
        ([ranked(row) for row in softmax(SCORES)], "probabilities"),
        ([ranked(row)[:3] for row in softmax(SCORES)], "class names"),
        ([ranked(row)[0] for row in softmax(SCORES)], "class names"),
        ([[pair(one) for one in ranked(row)[::-1]] for row in softmax(SCORES)], "probabilities"),
        ([pair(ranked(row)[0]) for row in softmax(SCORES)], "class names"),
        ([[one["label"] for one in ranked(row)] for row in softmax(SCORES)], "class names"),
        ((label for label in LABELS), "labels"),
        (iter(softmax(SCORES)), "probabilities"),
        ({"log_probs": np.log(softmax(SCORES)), "label": LABELS}, "log-probabilities"),
    ],
)
def test_forms_are_told_apart(raw, form):
    answers = read_answers(raw, 7)
    assert answers.form == form
    assert (answers.labels == LABELS).all() or form == "probabilities over the batch"


@given(st.integers(2, 40))
def test_logits_and_their_probabilities_have_the_same_logarithms(n):
    scores = np.random.default_rng(n).normal(0, 2, (n, 10))
    logs = read_answers(scores, n).logs
    assert np.allclose(logs, np.log(softmax(scores)))
    assert np.allclose(np.exp(logs).sum(1), 1)


def test_votes_are_told_from_a_softmax():
    rng = np.random.default_rng(0)
    votes = rng.multinomial(500, softmax(rng.normal(0, 3, (300, 10)))) / 500
    weighted = rng.random((300, 10)) * (votes > 0.1)  # neighbours by distance
    weighted /= weighted.sum(1, keepdims=True)
    assert read_answers(votes, 300).voted
    assert read_answers(weighted, 300).voted
    assert not read_answers(softmax(rng.normal(0, 9, (300, 10))), 300).voted
    assert read_answers(votes, 300).logs.min() > np.log(1e-4)  # 0 of 500 is not impossible


@pytest.mark.parametrize(
    "raw",
    [None, "boot", object(), np.zeros((3, 10)), np.zeros((7, 28, 28)), [0.5] * 7, [[1], [2, 3]]],
)
def test_nonsense_is_no_answer(raw):
    with pytest.raises(UnreadableError):
        read_answers(raw, 7)


@pytest.mark.parametrize("many", [True, False])
def test_one_picture_by_a_pipeline_is_read_as_one_of_many(many):
    [row] = softmax(SCORES[:1])
    answers = read_answers([ranked(row)] if many else ranked(row), 1)
    assert answers.form == "probabilities"
    assert np.allclose(answers.scores[0], row)


def test_what_never_ends_is_not_waited_for():
    with pytest.raises(UnreadableError, match=r"shape \(8,\) for 7 pictures"):
        read_answers(itertools.repeat(3), 7)


@pytest.mark.parametrize(
    "raw",
    [
        [("a", "b")] * 7,
        [{"a": "b"}] * 7,
        [("LABEL_99", 0.9)] * 7,
        [[]] * 7,
        [None] * 7,
        [("a", 1.0, 2.0)] * 7,
        {},
        (),
    ],
)
def test_what_is_no_answer_is_said_to_be_none(raw):
    try:
        labels = read_answers(raw, 7).labels
    except UnreadableError:
        return
    assert (labels == -1).all()
