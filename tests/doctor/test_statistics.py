"""Own tests against scipy's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from hemline.doctor.measures.statistics import (
    assigned_accuracy,
    at_least,
    fit_temperature,
    holm,
    mean_above_zero,
    more_than,
    odds_times,
    renamed_counts,
)
from tests.doctor.conftest import softmax


@given(st.integers(0, 200), st.integers(1, 200), st.floats(0.01, 0.99))
def test_the_binomial_tail_is_scipys(k, n, share):
    expected = stats.binomtest(min(k, n), n, share, alternative="greater").pvalue
    assert at_least(min(k, n), n, share) == pytest.approx(expected, rel=1e-6, abs=1e-12)


@given(st.integers(0, 60), st.integers(60, 90), st.integers(0, 50), st.integers(50, 70))
def test_the_exact_test_of_fisher_is_scipys(a, n, b, m):
    expected = stats.fisher_exact([[a, n - a], [b, m - b]], alternative="greater").pvalue
    assert more_than((a, n), (b, m)) == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_the_mean_test_is_the_normal_limit():
    values = np.random.default_rng(0).normal(0.05, 1, 2000)
    expected = stats.ttest_1samp(values, 0, alternative="greater").pvalue
    assert mean_above_zero(values) == pytest.approx(expected, rel=0.02)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_raises_no_p_value_above_bonferroni(values):
    corrected = holm(values)
    bounds = zip(values, corrected, strict=True)
    assert all(v <= c <= min(1, v * len(values)) + 1e-12 for v, c in bounds)


@given(st.permutations(range(10)))
def test_a_renaming_costs_no_assigned_accuracy(order):
    actual = np.arange(200) % 10
    labels = np.where(np.arange(200) % 7 == 0, 0, actual)
    renamed = np.array(order)[labels]
    accuracies = [assigned_accuracy(one, actual, 10) for one in (renamed, labels)]
    assert accuracies[0] == pytest.approx(accuracies[1])
    few = [assigned_accuracy(one[:50], actual[:50], 10) for one in (renamed, labels)]
    assert few[0] == pytest.approx(few[1], abs=0.15)


@pytest.mark.parametrize("temperature", [0.2, 1.0, 5.0])
def test_the_temperature_of_calibrated_answers_is_found(temperature):
    rng = np.random.default_rng(0)
    logs = np.log(softmax(rng.normal(0, 2, (20_000, 10))))
    actual = (logs + rng.gumbel(size=logs.shape)).argmax(1)
    sharpened = np.log(softmax(logs * temperature))
    assert fit_temperature(sharpened, actual) == pytest.approx(temperature, rel=0.05)


def test_names_of_labels_are_counted_on_other_pictures():
    rng = np.random.default_rng(0)
    actual = np.tile(np.arange(136), 4)
    mixed = rng.permutation(136)
    assert renamed_counts(mixed[actual], actual, 136) == ((mixed[actual] == actual).sum(), 544)
    kept, renamed = renamed_counts(rng.integers(0, 136, 544), actual, 136)
    assert renamed < 20  # though the best names for these very answers fit a third of them
    assert kept < 20


@given(st.floats(0.01, 0.99), st.floats(0.1, 10))
def test_odds_are_multiplied(share, ratio):
    made = odds_times(share, ratio)
    assert made / (1 - made) == pytest.approx(ratio * share / (1 - share))
