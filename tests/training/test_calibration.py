"""The temperature against a general minimiser, and what it does to a model file."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from torch.nn import functional

from hemline import Classifier, load_recipe, train
from hemline.evaluation import evaluate
from hemline.training.calibration import fit_temperature


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


def test_a_smoothed_training_is_calibrated_and_predicts_the_same(real, tmp_path):
    changes = ["widths=[16, 32]", "epochs=1", "validation=0.1", "label_smoothing=0.2"]
    models = []
    for calibrate in ("false", "true"):
        recipe = load_recipe("fast", [*changes, f"calibrate={calibrate}"])
        run = train(recipe, real, folder=tmp_path / calibrate).run
        models.append(Classifier.load(run.model))
    raw, calibrated = models
    temperature = calibrated.metadata["temperature"]
    assert raw.metadata["temperature"] == 1
    assert temperature < 0.9  # smoothing makes a network too modest
    pixels, labels = real.test.pixels, real.test.labels
    assert np.allclose(calibrated.logits(pixels), raw.logits(pixels) / temperature, atol=1e-4)
    before, after = (evaluate(model, pixels, labels) for model in models)
    assert after.accuracy == before.accuracy
    assert after.ece < before.ece / 2
