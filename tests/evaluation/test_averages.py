"""Means over classes against scikit-learn, and their intervals against chance itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as oracle

from hemline.evaluation import balanced_accuracy, confusion_matrix, macro_f1, wilson_interval


def predictions(seed, n, k):
    """Predicted and actual labels; the last class has no picture."""
    rng = np.random.default_rng(seed)
    actual = rng.integers(0, k - 1, n)
    return np.where(rng.random(n) < 0.7, actual, rng.integers(0, k, n)), actual


@given(st.integers(0, 2**32), st.integers(1, 300), st.integers(2, 40))
def test_both_agree_with_scikit_learn_on_the_classes_that_have_pictures(seed, n, k):
    predicted, actual = predictions(seed, n, k)
    confusion = confusion_matrix(predicted, actual, k)
    present = np.unique(actual)
    recall = oracle.recall_score(actual, predicted, labels=present, average="macro")
    f1 = oracle.f1_score(actual, predicted, labels=present, average="macro")
    for (mean, (low, high)), expected in (
        (balanced_accuracy(confusion), recall),
        (macro_f1(confusion), f1),
    ):
        assert mean == pytest.approx(expected)
        assert 0 <= low <= mean <= high <= 1
        assert high - low > 0.3 / np.sqrt(n + 4)  # never surer than a share of all pictures is


@pytest.mark.parametrize(
    ("pictures", "recall"),
    [
        ([234, 390], [0.75, 0.97]),
        ([20, 40, 80, 640], [0.8, 0.9, 0.95, 0.9]),
        ([6] * 136, list(np.linspace(0.6, 0.99, 136))),
    ],
)
def test_intervals_hold_the_truth_at_least_92_times_in_100(pictures, recall):
    rng, k = np.random.default_rng(0), len(pictures)
    chances = [(1 - one) * rng.dirichlet(np.ones(k - 1)) for one in recall]
    cells = np.stack([np.insert(row, i, recall[i]) for i, row in enumerate(chances)])
    expected = cells * np.array(pictures)[:, None]
    f1 = np.mean(2 * np.diag(expected) / (expected.sum(0) + expected.sum(1)))
    held = np.zeros(2)
    for _ in range(400):
        confusion = np.stack(
            [rng.multinomial(n, row) for n, row in zip(pictures, cells, strict=True)]
        )
        for place, (truth, (_, (low, high))) in enumerate(
            ((np.mean(recall), balanced_accuracy(confusion)), (f1, macro_f1(confusion)))
        ):
            held[place] += low <= truth <= high
    assert (held / 400 > 0.92).all()


def test_of_equally_many_pictures_a_class_the_mean_recall_is_the_accuracy():
    predicted, actual = np.arange(1000) % 11 % 10, np.arange(1000) % 10
    mean, interval = balanced_accuracy(confusion_matrix(predicted, actual, 10))
    right = int((predicted == actual).sum())
    assert mean == pytest.approx(right / 1000)
    assert interval == pytest.approx(wilson_interval(right, 1000))


def test_a_rare_class_makes_even_a_perfect_score_uncertain():
    common, rare = (balanced_accuracy(np.diag(counts)) for counts in ([500, 500], [990, 10]))
    assert common[0] == rare[0] == 1
    assert rare[1][0] < 0.93 < common[1][0] < 1
