"""Own tests against scipy's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from hemline.doctor.statistics import (
    assigned_accuracy,
    at_least,
    fit_temperature,
    holm,
    mean_above_zero,
    more_than,
    untrained_reach,
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
    assert assigned_accuracy(renamed, actual) == pytest.approx(assigned_accuracy(labels, actual))


@pytest.mark.parametrize("temperature", [0.2, 1.0, 5.0])
def test_the_temperature_of_calibrated_answers_is_found(temperature):
    rng = np.random.default_rng(0)
    logs = np.log(softmax(rng.normal(0, 2, (20_000, 10))))
    actual = (logs + rng.gumbel(size=logs.shape)).argmax(1)
    sharpened = np.log(softmax(logs * temperature))
    assert fit_temperature(sharpened, actual) == pytest.approx(temperature, rel=0.05)


def test_untrained_networks_know_little(real):
    reach = untrained_reach(real.test.pixels[:1000], real.test.labels[:1000])
    assert 0.2 < reach < 0.6
