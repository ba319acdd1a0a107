"""The out-of-distribution score, against the distances that it is made of, and on outliers."""

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist
from sklearn.covariance import EmpiricalCovariance
from sklearn.metrics import roc_auc_score

from hemline import Classifier
from hemline.training.finishing import finish
from hemline.training.material import Material
from hemline.training.ood_score import KEPT, fit_mahalanobis_score
from tests.networks.building import build


@pytest.fixture
def features():
    """Ten clouds of one shape, `(3000, 6)`, with their labels."""
    chance = torch.Generator().manual_seed(0)
    labels = torch.arange(10).repeat(300)
    centres = 3 * torch.randn(10, 6, generator=chance)
    shape = torch.eye(6) + 0.2 * torch.randn(6, 6, generator=chance)
    return centres[labels] + torch.randn(3000, 6, generator=chance) @ shape, labels


def test_the_score_is_the_difference_of_two_mahalanobis_distances(features):
    values, labels = features[0].numpy(), features[1].numpy()
    means = np.stack([values[labels == label].mean(axis=0) for label in range(10)])
    within = EmpiricalCovariance(assume_centered=True).fit(values - means[labels]).precision_
    to_class = cdist(values, means, "mahalanobis", VI=within).min(axis=1) ** 2
    to_all = EmpiricalCovariance().fit(values).mahalanobis(values)
    score = fit_mahalanobis_score(*features).of(features[0]).numpy()
    assert np.allclose(score, to_class - to_all, rtol=0.02, atol=0.1)


@pytest.mark.parametrize("fresh", [0, 400])
def test_the_threshold_keeps_the_share_that_it_says(fresh, sketches):
    pixels, labels = torch.tensor(sketches.train.pixels), torch.tensor(sketches.train.labels)
    places = torch.arange(len(labels))
    material = Material(pixels, labels, places[fresh:], places[:fresh], places[:0], len(labels))
    network = build("mlp", (32,), 0)
    finished = finish(network, material, classes=10, calibrate=False, bfloat16=False)
    judged = places[:fresh] if fresh else places
    scores = finished.score.of(network.features_at_rest(pixels[judged]))
    kept = float((scores <= finished.threshold).float().mean())
    assert kept == pytest.approx(KEPT, abs=0.003 if fresh else 0.02)
    assert finished.fresh == (fresh or min(3000, len(labels)))


def test_a_threshold_from_few_pictures_holds_for_others(sketches):
    pixels, labels = torch.tensor(sketches.train.pixels), torch.tensor(sketches.train.labels)
    places = torch.arange(200)
    material = Material(pixels, labels, places, places[:0], places[:0], len(labels))
    network = build("mlp", (128,), 0)
    finished = finish(network, material, classes=10, calibrate=False, bfloat16=False)
    others = finished.score.of(network.features_at_rest(torch.tensor(sketches.test.pixels)))
    assert float((others <= finished.threshold).float().mean()) > 0.85
    own = finished.score.of(network.features_at_rest(pixels[:200]))
    assert float((others <= own.quantile(KEPT)).float().mean()) < 0.3  # what its own fit would say


@pytest.mark.parametrize("count", [2, 3, 4, 6, 11])
@pytest.mark.parametrize("kept_back", [0, 1])
def test_of_a_handful_of_pictures_all_is_finite(count, kept_back, sketches):
    pixels, labels = torch.tensor(sketches.train.pixels), torch.tensor(sketches.train.labels)
    places = torch.arange(count)
    kept = torch.arange(count, count + kept_back)
    material = Material(pixels, labels, places, kept, places[:0], len(labels))
    network = build("residual", (8,), 0)
    finished = finish(network, material, classes=10, calibrate=True, bfloat16=False)
    assert np.isfinite(finished.threshold)
    assert finished.fresh == (kept_back or count)
    assert (finished.calibration is None) == (not kept_back)


def test_units_that_never_vary_do_no_harm(features):
    values = torch.cat([features[0], torch.zeros(3000, 2)], 1)
    score = fit_mahalanobis_score(values, features[1])
    plain = fit_mahalanobis_score(*features).of(features[0])
    assert torch.allclose(score.of(values), plain, atol=0.1)


def test_pictures_that_were_never_seen_are_told_apart(real, real_run):
    classifier = Classifier.load(real_run.run.folder)
    garments = real.test.pixels[:2000]
    noise = np.random.default_rng(0).integers(0, 256, (500, 28, 28)).astype(np.uint8)
    upside_down = np.ascontiguousarray(garments[:, ::-1])
    own = classifier.answer(garments).ood_score
    assert np.mean(own <= classifier.threshold) > 0.9
    for strange, least in ((noise, 0.95), (upside_down, 0.8)):
        other = classifier.answer(strange).ood_score
        outliers = np.repeat([0, 1], [len(own), len(other)])
        assert roc_auc_score(outliers, np.concatenate([own, other])) > least
