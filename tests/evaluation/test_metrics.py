"""Metrics against scikit-learn and SciPy, which were written by others."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, norm
from sklearn import metrics as oracle
from sklearn.calibration import calibration_curve

from hemline.evaluation import (
    brier_score,
    confusion_matrix,
    expected_calibration_error,
    negative_log_likelihood,
    paired_difference,
    per_class_figures,
    reliability_bins,
    wilson_interval,
    worst_mistakes,
)


def answers(seed: int, n: int, k: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities float32 of k classes and labels, somewhat related."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, k, n)
    logits = rng.normal(size=(n, k)) + 2 * np.eye(k)[labels]
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    return probabilities.astype(np.float32), labels


cases = st.tuples(st.integers(0, 2**32), st.integers(1, 300), st.integers(2, 40))


@given(cases)
def test_figures_agree_with_scikit_learn(case):
    probabilities, labels = answers(*case)
    every = list(range(case[2]))
    predicted = probabilities.argmax(1)
    exact = probabilities.astype(float) / probabilities.astype(float).sum(1, keepdims=True)
    assert negative_log_likelihood(probabilities, labels) == pytest.approx(
        oracle.log_loss(labels, exact, labels=every), rel=1e-4
    )
    assert brier_score(probabilities, labels) == pytest.approx(
        oracle.brier_score_loss(labels, exact, labels=every, scale_by_half=False), rel=1e-4
    )
    confusion = confusion_matrix(predicted, labels, case[2])
    assert (confusion == oracle.confusion_matrix(labels, predicted, labels=every)).all()
    expected = oracle.precision_recall_fscore_support(
        labels, predicted, labels=every, zero_division=0
    )
    assert np.allclose(per_class_figures(confusion), np.stack(expected[:3], axis=1))


@given(cases)
def test_calibration_error_is_the_definition_of_the_paper(case):
    probabilities, labels = answers(*case)
    confidence, right = probabilities.max(1).astype(float), probabilities.argmax(1) == labels
    error = 0.0
    for low in np.arange(15) / 15:
        inside = (confidence > low) & (confidence <= low + 1 / 15)
        if inside.any():
            gap = abs(right[inside].mean() - confidence[inside].mean())
            error += inside.mean() * gap
    assert expected_calibration_error(probabilities, labels) == pytest.approx(error, abs=1e-6)


def test_calibration_error_knows_the_honest_from_the_boastful():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, 20_000)
    confidence = rng.uniform(0.3, 1, labels.size)
    right = rng.random(labels.size) < confidence
    said = np.where(right, labels, (labels + 1) % 10)
    honest = np.full((labels.size, 10), 0.0)
    honest += ((1 - confidence) / 9)[:, None]
    honest[np.arange(labels.size), said] = confidence
    boastful = np.eye(10)[said]
    assert expected_calibration_error(honest, labels) < 0.015
    assert expected_calibration_error(boastful, labels) == pytest.approx(1 - right.mean())


@given(cases)
def test_reliability_bins_are_the_calibration_curve_of_scikit_learn(case):
    probabilities, labels = answers(*case)
    confidence, right = probabilities.max(1), probabilities.argmax(1) == labels
    accuracy, mean = calibration_curve(right, confidence, n_bins=15)
    found = reliability_bins(probabilities, labels)
    filled = found.counts > 0
    assert found.counts.sum() == len(labels)
    assert np.isnan(found.accuracy[~filled]).all()
    assert np.allclose(found.accuracy[filled], accuracy)
    assert np.allclose(found.confidence[filled], mean)


@given(cases)
def test_the_worst_mistakes_are_wrong_and_the_surest_come_first(case):
    probabilities, labels = answers(*case)
    places = worst_mistakes(probabilities, labels)
    assert set(places) == {i for i, row in enumerate(probabilities) if row.argmax() != labels[i]}
    surest = [probabilities[place].max() for place in places]
    assert surest == sorted(surest, reverse=True)
    assert list(worst_mistakes(probabilities, labels, 3)) == list(places[:3])


@given(st.integers(0, 2**32), st.integers(2, 400))
def test_the_paired_difference_is_the_mean_gain_with_its_normal_interval(seed, n):
    one, other = np.random.default_rng(seed).random((2, n)) < [[0.9], [0.7]]
    gains = one.astype(int) - other
    difference, interval = paired_difference(one, other)
    assert difference == pytest.approx(oracle.accuracy_score(one, [True] * n) - other.mean())
    if gains.std():
        expected = norm.interval(0.95, gains.mean(), gains.std() / np.sqrt(n))
        assert interval == pytest.approx(expected)
    assert paired_difference(one, one) == (0, (0, 0))


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_agrees_with_scipy(case):
    successes, n = case
    expected = binomtest(successes, n).proportion_ci(method="wilson")
    assert wilson_interval(successes, n) == pytest.approx((expected.low, expected.high), abs=1e-12)
