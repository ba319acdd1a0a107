"""Temperature and bend against a general minimiser, and what it does to a model file."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from torch.nn import functional

from hemline import Classifier, load_recipe, train
from hemline.evaluation import evaluate
from hemline.training.calibration import Calibration, fit_calibration, fit_temperature


@settings(max_examples=30)
@given(st.integers(0, 1000), st.floats(0.2, 5))
def test_it_is_the_minimum_that_scipy_finds(seed, scale):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(500, 10, generator=generator) * 2
    labels = torch.multinomial(logits.softmax(1), 1, generator=generator)[:, 0]

    def loss(inverse: float) -> float:
        return functional.cross_entropy(scale * logits.double() * inverse, labels).item()

    best = minimize_scalar(loss, bounds=(0.05, 20), method="bounded", options={"xatol": 1e-8}).x
    assert fit_temperature(scale * logits, labels) == pytest.approx(1 / best, rel=1e-3)


def test_perfect_predictions_do_not_blow_it_up():
    logits = 5 * torch.eye(10)
    assert fit_temperature(logits, torch.arange(10)) == pytest.approx(0.05)


@settings(max_examples=30)
@given(st.floats(0.05, 20), st.floats(-1, 1), st.integers(0, 1000))
def test_no_calibration_changes_a_prediction(temperature, exponent, seed):
    logits = 5 * torch.randn(50, 10, generator=torch.Generator().manual_seed(seed)).double()
    changed = Calibration(temperature, exponent).of(logits)
    assert (changed.argsort(1) == logits.argsort(1)).all()


@pytest.mark.parametrize("bent", [-0.5, 0.0, 0.4])
def test_it_finds_the_bend_that_was_put_in(bent):
    generator = torch.Generator().manual_seed(0)
    logits = 4 * torch.randn(6_000, 10, generator=generator)
    meant = Calibration(1.5, bent).of(logits)
    labels = torch.multinomial(meant.softmax(1), 1, generator=generator)[:, 0]
    found = fit_calibration(logits, labels)
    assert found.exponent == pytest.approx(bent, abs=0.1)
    loss = functional.cross_entropy(found.of(logits), labels)
    assert loss <= functional.cross_entropy(meant, labels) + 1e-4


def test_a_smoothed_training_is_calibrated_and_predicts_the_same(real, tmp_path):
    changes = [
        "widths=[16, 32]",
        "epochs=1",
        "fewest_steps=30",
        "validation=0.2",
        "label_smoothing=0.2",
    ]
    models = []
    some = real.replace(load_train=lambda: real.train.take(np.arange(6_000)))
    for calibrate in ("false", "true"):
        recipe = load_recipe("fast", [*changes, f"calibrate={calibrate}"])
        run = train(recipe, some, folder=tmp_path / calibrate).run
        models.append(Classifier.load(run.model))
    raw, calibrated = models
    assert raw.metadata["calibration"] is None
    calibration = Calibration(**calibrated.metadata["calibration"])
    pixels, labels = real.test.pixels[:3000], real.test.labels[:3000]
    expected = calibration.of(torch.tensor(raw.logits(pixels)))
    assert np.allclose(calibrated.logits(pixels), expected, atol=1e-4)
    before, after = (evaluate(model, pixels, labels) for model in models)
    assert after.accuracy == before.accuracy
    assert after.ece < before.ece / 2
