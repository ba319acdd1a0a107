"""Names are read in any script and spelling; numbers are labels unless classes are so called."""

import numpy as np
import pytest

from hemline.doctor.replies.answers import read_answers
from hemline.doctor.replies.vocabulary import Vocabulary

ANIMALS = Vocabulary(("Ärger-Kater", "ねこ", "собака", "हिन्दी", "the 7 dwarfs"))


@pytest.mark.parametrize(
    ("spelt", "label"),
    [
        ("Ärger-Kater", 0),
        ("A\u0308RGER_KATER", 0),  # composed otherwise, and in capitals
        (" ねこ ", 1),
        ("Собаки", -1),
        ("СОБАКА", 2),
        ("हिन्दी", 3),
        ("The 7 Dwarf", 4),
        ("the 8 dwarfs", -1),
        ("", -1),
    ],
)
def test_a_name_is_known_however_it_is_written(spelt, label):
    assert ANIMALS.label_of(spelt) == label


def test_names_that_differ_by_case_alone_are_told_apart():
    letters = Vocabulary(("A", "a", "B"))
    assert [letters.label_of(name) for name in "AaBb"] == [0, 1, 2, 2]


def test_other_names_count_where_they_mean_one_class():
    clothes = Vocabulary(("Trouser", "Shirt"), {"pants": ("Trouser",), "top": ("Trouser", "Shirt")})
    assert [clothes.label_of(name) for name in ("Pants", "tops", "shirts")] == [0, -1, 1]


@pytest.mark.parametrize(
    ("given", "labels"),
    [([1, 2, 10, 2], [0, 1, 2, 1]), ([0, 1, 2, 1], [0, 1, 2, 1]), (["2", "10"], [1, 2])],
)
def test_numbers_are_names_where_the_classes_are_called_so(given, labels):
    known = Vocabulary(("1", "2", "10")).settled(np.array(given))
    assert read_answers(given, len(given), known).labels.tolist() == labels


def test_one_number_for_two_classes():
    pair = Vocabulary(("no", "yes"))
    shares = np.array([0.9, 0.2, 0.6])
    answers = read_answers(shares[:, None], 3, pair.settled(shares))
    assert (answers.form, answers.labels.tolist()) == ("probabilities", [1, 0, 1])
    assert np.allclose(answers.scores[:, 1], shares)
    logits = np.array([0.7, -2.0, 3.0])
    known = pair.settled(logits)
    answers = read_answers(logits[:1], 1, known)  # by itself it might be a probability
    assert (answers.form, answers.labels.tolist()) == ("logits", [1])
    assert np.allclose(np.exp(answers.logs)[0, 1], 1 / (1 + np.exp(-0.7)))
    assert read_answers(np.array([1.0, 0.0]), 2, pair).form == "labels"
    assert read_answers(np.eye(2, dtype=int), 2, pair).labels.tolist() == [0, 1]  # no ranks
