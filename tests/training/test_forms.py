"""Every recipe trains on every form, and its file is the network that was trained."""

import dataclasses

import numpy as np
import pytest
import torch

from hemline import Classifier, Dataset, Split, load_recipe, train
from hemline.photos import Intake
from hemline.pixels import Form
from hemline.training.augmentation import build_augmentation
from hemline.training.outlier_exposure import KINDS
from tests.networks.building import build

FORMS = [
    (Form(8, 8), 3),
    (Form(20, 12, 3), 2),
    (Form(28, 28), 300),
    (Form(33, 47), 5),
    (Form(64, 64, 3), 7),
    (Form(105, 90), 4),
    (Form(150, 224, 3), 30),
]
FEW = ["fewest_steps=0"]
RECIPES = [
    ("seed", ["epochs=1"]),
    ("fast", [*FEW, "epochs=2", "widths=[8, 8, 8]", "validation=0.2"]),
    ("fast", [*FEW, "epochs=2", "network=conv", "widths=[8, 8, 8]", "horizontal_flip=always"]),
    ("tiny", [*FEW, "epochs=1", "outlier_exposure=0.2", "rotate=9", "occlusion=0.2"]),
]


def bars(form: Form, classes: int) -> Dataset:
    """Noise with a bright row that says the class, upright names of which are in no alphabet."""
    chance, count = np.random.default_rng(0), max(60, 2 * classes)
    pixels = chance.integers(0, 100, (count, *form.shape), dtype=np.uint8)
    labels = np.arange(count) % classes
    pixels[np.arange(count), labels * form.height // classes] = 255
    split = Split(pixels, labels)
    names = tuple(f"класс {number}" for number in range(classes))
    return Dataset("bars", "made", names, Intake(Form.of(pixels)), lambda: split, lambda: split)


@pytest.mark.parametrize(("name", "changes"), RECIPES, ids=["mlp", "residual", "conv", "outliers"])
@pytest.mark.parametrize(("form", "classes"), FORMS, ids=lambda value: str(value))
def test_every_recipe_trains_on_every_form(form, classes, name, changes, tmp_path):
    dataset = bars(form, classes)
    result = train(load_recipe(name, changes), dataset, folder=tmp_path / "run")
    classifier = Classifier.load(result.run.folder)
    assert classifier.form == form
    assert tuple(classifier.classes_) == dataset.classes
    answers = classifier.answer(dataset.test.pixels[:9])
    assert answers.probabilities.shape == (9, classes)
    assert np.allclose(answers.probabilities.sum(1), 1, atol=1e-5)
    assert np.isfinite(answers.ood_score).all()


@pytest.mark.parametrize("kind", ["mlp", "conv", "residual"])
@pytest.mark.parametrize(("form", "classes"), FORMS, ids=lambda value: str(value))
def test_the_mirror_image_is_looked_at_in_the_file_as_in_training(form, classes, kind, tmp_path):
    dataset = bars(form, classes)
    changes = [f"network={kind}", "widths=[8]", "epochs=1", "validation=0", "calibrate=false"]
    recipe = load_recipe("fast", [*changes, *FEW, "horizontal_flip=always", "test_time_flip=true"])
    classifier = Classifier.load(train(recipe, dataset, folder=tmp_path / "run").run.folder)
    pixels = dataset.test.pixels[:5]
    mirrored = np.ascontiguousarray(pixels[:, :, ::-1])
    assert np.allclose(classifier.logits(pixels), classifier.logits(mirrored), atol=2e-3)


@pytest.mark.parametrize("kind", ["conv", "residual"])
def test_large_pictures_take_about_the_time_of_small_ones(kind):
    shapes = {}
    for edge in (28, 32, 64, 128, 224):
        network = build(kind, (24, 48, 96), 0, form=Form(edge, edge, 3))
        rows = network.describe()
        assert rows[-1].output_shape == [10]
        shapes[edge] = next(row.output_shape[-1] for row in rows if row.name == "Convolution")
    assert max(shapes.values()) <= 32


@pytest.mark.parametrize("background", ["dark", "bright", ""])
def test_what_comes_in_at_the_edges_is_background(background):
    level = {"dark": 0, "bright": 255, "": 77}[background]
    recipe = dataclasses.replace(load_recipe("seed"), shift=3, rotate=20.0, stretch=0.1)
    for channels in ((), (3,)):
        pixels = torch.full((50, 20, 28, *channels), level, dtype=torch.uint8)
        chance = torch.Generator().manual_seed(0)
        augment = build_augmentation(recipe, chance, mirror=True, background=background)
        assert (augment(pixels, torch.zeros(50, dtype=torch.bool)) == level).all()


def test_colour_is_augmented_as_three_grey_pictures():
    grey = torch.randint(0, 256, (40, 30, 24), dtype=torch.uint8)
    colour = grey[..., None].repeat(1, 1, 1, 3)
    recipe = dataclasses.replace(
        load_recipe("seed"), shift=2, rotate=9.0, stretch=0.2, brightness_contrast=0.4, blur=0.5,
        occlusion=0.5,
    )  # fmt: skip
    made = []
    for pixels in (grey, colour):
        chance = torch.Generator().manual_seed(3)
        augment = build_augmentation(recipe, chance, mirror=True, background="")
        made.append(augment(pixels, torch.zeros(40, dtype=torch.bool)))
    assert (made[1].float() - made[0][..., None].float()).abs().max() <= 1  # of rounding


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
@pytest.mark.parametrize("shape", [(20, 12), (16, 16, 3), (12, 20, 3)])
def test_outliers_have_the_form_of_the_pictures(make, shape):
    pixels = torch.randint(0, 256, (30, *shape), dtype=torch.uint8)
    made = make(pixels, torch.Generator().manual_seed(0))
    assert made.shape == pixels.shape
    assert made.dtype == torch.uint8
