"""A tiny classifier of drawn garments, and glue between picture files and it: sound and broken."""

import io
from functools import cache, reduce

import numpy as np
from PIL import Image, ImageOps

from hemline import Dataset, Split, open_dataset
from hemline.photos import Intake
from hemline.pixels import Form
from tests.doctor.conftest import softmax

SIZE = (28, 28)
NAMES = ("tee", "legs", "wool", "gown", "loden", "strap", "blouse", "runner", "purse", "heel")


@cache
def weights():
    """Of logits of values 0..1, `(785, 10)`; the last row is the bias."""
    train = open_dataset("sketches").train
    chosen = np.random.default_rng(0).permutation(len(train))[:1500]
    design = np.c_[train.pixels[chosen].reshape(1500, -1) / 255, np.ones(1500)]
    wanted = np.eye(10)[train.labels[chosen]]
    return 10 * np.linalg.solve(design.T @ design + 20 * np.eye(785), design.T @ wanted)


def classifier():
    """Probabilities of values 0..1, `(n, 784)` or `(n, 28, 28)`."""

    def predict(values):
        flat = np.asarray(values, np.float32).reshape(len(values), 784)
        return softmax(flat @ weights()[:-1] + weights()[-1])

    return predict


@cache
def garments(*, bright=False, count=210):
    """A few hundred labelled pictures, on dark or on bright ground."""
    data = open_dataset("sketches")
    parts = [
        Split(255 - split.pixels[:few] if bright else split.pixels[:few], split.labels[:few])
        for split, few in ((data.train, 300), (data.test, count))
    ]
    intake = Intake(Form.of(parts[0].pixels))
    return Dataset("garments", "memory", NAMES, intake, *(lambda part=part: part for part in parts))


def upright(picture):
    return ImageOps.exif_transpose(picture)


def on(colour):
    def composed(picture):
        if picture.mode != "RGBA":
            return picture.convert("L")
        page = Image.new("RGBA", picture.size, colour)
        return Image.alpha_composite(page, picture).convert("L")

    return composed


def pad(picture):
    return ImageOps.pad(picture, SIZE, Image.Resampling.BILINEAR, color=0)


def stretch(picture):
    return picture.resize(SIZE, Image.Resampling.BILINEAR)


def crop(picture):
    return ImageOps.fit(picture, SIZE, Image.Resampling.BILINEAR)


def pad_in_white(picture):
    return ImageOps.pad(picture, SIZE, Image.Resampling.BILINEAR, color=255)


def in_a_corner(picture):
    page = Image.new("L", SIZE)
    page.paste(ImageOps.contain(picture, SIZE, Image.Resampling.BILINEAR))
    return page


def to_the_content(picture):
    return pad(picture.crop(picture.getbbox()))


def without_alpha(picture):
    return picture.convert("RGB").convert("L")


def turned_twice(picture):
    tag = picture.getexif().get(0x112, 1)
    return upright(picture).rotate({3: 180, 6: 270, 8: 90}.get(tag, 0), expand=True)


def turned_wrong(picture):
    tag = picture.getexif().get(0x112, 1)
    return picture.rotate({3: 180, 6: 90, 8: 270}.get(tag, 0), expand=True)


def values_of(picture, *steps):
    """A picture of the size that the classifier wants, 0..1, by glue of these steps."""
    made = reduce(lambda one, step: step(one), steps or (upright, on("black"), pad), picture)
    return np.asarray(made, np.float32)[None] / 255


def glued(*steps):
    """A pipeline from the bytes of a file to probabilities."""
    return lambda data: classifier()(values_of(open_bytes(data), *steps))[0]


def open_bytes(data):
    return Image.open(io.BytesIO(data))
