"""Whatever comes back is read for what it is."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hemline.doctor.answers import UnreadableError
from hemline.doctor.answers import read_answers as read
from hemline.doctor.vocabulary import Vocabulary
from hemline.labels import CLASSES
from tests.doctor.conftest import softmax

SCORES = np.random.default_rng(0).normal(0, 3, (7, 10))
LABELS = SCORES.argmax(1)
GARMENTS = Vocabulary(CLASSES)


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
