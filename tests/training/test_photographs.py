"""Training with photographs and outliers: what is learned, kept apart and said."""

import dataclasses
import json

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from hemline import Classifier, load_recipe, train
from hemline.data import Photographs
from hemline.errors import RecipeError
from hemline.training.material import gather

NONE, ANY_SHOE, SHOES = 10, 11, (5, 7, 9)

RECIPE = load_recipe(
    "photo", ["widths=[16, 16]", "epochs=4", "photographs=3", "validation=0.1", "fewest_steps=0"]
)


@pytest.fixture(scope="module")
def photographs(sketches):
    """Darker, blurred sketches, the shoes not told apart, with noise that is none of them."""
    pixels, labels = sketches.test.pixels[:300], sketches.test.labels[:300].copy()
    labels[np.isin(labels, SHOES)] = ANY_SHOE
    noise = np.random.default_rng(0).integers(0, 256, (100, 28, 28)).astype(np.uint8)
    return Photographs(
        np.concatenate([pixels // 2, noise]),
        np.concatenate([labels, np.full(100, NONE, np.uint8)]),
        several=(SHOES,),
    )


@pytest.fixture(scope="module")
def photo_run(sketches, photographs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "photo"
    some = sketches.replace(load_train=lambda: sketches.train.take(np.arange(4_000)))
    return train(RECIPE, some, folder=folder, photographs=photographs)


def test_nothing_that_is_kept_back_is_trained_on(sketches, photographs):
    material = gather(RECIPE, sketches, photographs)
    count = len(sketches.train)
    trained, kept = set(material.places.tolist()), set(material.kept_back.tolist())
    others = set(material.photographs.tolist())
    assert not trained & (kept | others)
    assert max(kept) < count <= min(others)
    assert (material.labels[material.photographs] != NONE).all()
    seen = torch.bincount(material.places, minlength=len(material.labels))
    assert set(seen[count:].tolist()) == {0, RECIPE.photographs}
    assert int((seen[count:] == 0).sum()) == 40  # a tenth, of the outliers as well


def test_what_is_an_outlier_is_learned(photo_run, sketches):
    classifier = Classifier.load(photo_run.run.folder)
    garments = sketches.test.pixels[1000:]
    assert classifier.score(garments, sketches.test.labels[1000:]) > 0.8
    lying = np.ascontiguousarray(garments.transpose(0, 2, 1))
    own, other = (classifier.answer(some).ood_score for some in (garments, lying))
    outliers = np.repeat([0, 1], [len(own), len(other)])
    assert roc_auc_score(outliers, np.concatenate([own, other])) > 0.9
    assert np.mean(own <= classifier.threshold) > 0.9


def test_the_run_says_which_photographs(photo_run, photographs):
    data = json.loads(photo_run.run.environment.read_text())["data"]
    assert data["photographs"] == {"n": 400, "sha256": photographs.checksum}
    assert Classifier.load(photo_run.run.folder).metadata["data"]["photographs"]["n"] == 400


@pytest.mark.parametrize("given", [True, False])
def test_photographs_and_recipe_go_together(given, sketches, photographs, tmp_path):
    recipe = load_recipe("seed") if given else dataclasses.replace(RECIPE)
    with pytest.raises(RecipeError, match="--photos DIR"):
        train(recipe, sketches, folder=tmp_path / "r", photographs=photographs if given else None)
