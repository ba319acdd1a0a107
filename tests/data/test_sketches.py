"""Drawn garments: deterministic, balanced, learnable, and never mistaken for the real data."""

import numpy as np
import pytest
from PIL import Image
from sklearn.linear_model import LogisticRegression

from hemline import as_pixels
from hemline.data import open_dataset
from hemline.data.fashion.sketches import draw_sketches
from hemline.photos import Intake
from hemline.pixels import Form


def test_the_seed_alone_decides():
    first, again, other = draw_sketches(50, 3), draw_sketches(50, 3), draw_sketches(50, 4)
    assert (first[0] == again[0]).all()
    assert (first[1] == again[1]).all()
    assert (first[0] != other[0]).any()


@pytest.mark.parametrize("count", [1, 9, 10, 137])
def test_classes_are_balanced(count):
    pixels, labels = draw_sketches(count, 0)
    counts = np.bincount(labels, minlength=10)
    assert pixels.shape == (count, 28, 28)
    assert counts.max() - counts.min() <= 1


def test_they_keep_the_pixel_contract():
    pixels, _ = draw_sketches(500, 0)
    assert (as_pixels(pixels) == pixels).all()
    assert (pixels.max(axis=(1, 2)) > 40).all()


def test_their_classes_can_be_told_apart_but_not_by_brightness_alone():
    train, train_labels = draw_sketches(2000, 1)
    test, test_labels = draw_sketches(500, 2)
    shapes = LogisticRegression(max_iter=300).fit(train.reshape(2000, -1) / 255, train_labels)
    brightness = LogisticRegression().fit(train.mean(axis=(1, 2))[:, None] / 255, train_labels)
    assert shapes.score(test.reshape(500, -1) / 255, test_labels) > 0.7
    assert brightness.score(test.mean(axis=(1, 2))[:, None] / 255, test_labels) < 0.5


def test_they_say_that_they_are_drawn(sketches):
    assert sketches.drawn
    assert "not Fashion-MNIST" in sketches.name
    assert sketches.files() == []
    assert (len(sketches.train), len(sketches.test)) == (12_000, 2_000)
    assert sketches.train.checksum != sketches.test.checksum


def test_they_are_drawn_once(tmp_path, monkeypatch):
    monkeypatch.setenv("HEMLINE_CACHE", str(tmp_path))
    drawn = open_dataset("sketches")
    drawn.test.pixels, drawn.train.labels  # noqa: B018 - reading draws
    monkeypatch.setattr("hemline.data.fashion.sketches.draw_sketches", None)
    kept = open_dataset("sketches")
    for part in ("train", "test"):
        assert getattr(kept, part).checksum == getattr(drawn, part).checksum
        assert getattr(kept, part).labels.dtype == np.uint8


@pytest.mark.parametrize(("size", "colour"), [(56, True), (14, None)])
def test_they_come_in_the_form_that_is_asked_for(size, colour):
    drawn, formed = open_dataset("sketches"), open_dataset("sketches", size=size, colour=colour)
    assert formed.form.shape == ((size, size, 3) if colour else (size, size))
    assert formed.form.background == "dark"
    assert formed.intake.find == drawn.intake.find
    assert (formed.test.labels == drawn.test.labels).all()
    for mine, other in zip(formed.test.pixels[:20], drawn.test.pixels, strict=False):
        plain = Image.fromarray(other).resize((size, size), Image.Resampling.BILINEAR)
        pixels = np.asarray(plain)
        assert (mine == (pixels[..., None] if colour else pixels)).all()


def test_for_a_model_of_whole_pictures_they_are_as_drawn():
    intake = Intake(Form(32, 32, 3))
    assert open_dataset("sketches", intake=intake).intake == open_dataset("sketches").intake
