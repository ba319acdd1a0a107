"""Models for other classes and forms than those of garments, trained for a moment."""

import numpy as np

from hemline.data import Dataset, Split
from hemline.photos import Intake
from hemline.pixels import Form
from hemline.training import load_recipe, train

COLOUR = Intake(Form(40, 48, 3), "pad")
DARK = Intake(Form(32, 32, 1, "dark"), "crop")
GREY = Intake(Form(36, 24, 1), "crop")
BRIGHT = Intake(Form(8, 16, 1, "bright"), "stretch")

# Scripts from left to right, from right to left and without spaces; markup; longer than a line.
NAMES = (
    "κόκκινο",
    "<b>bold</b> & <img src=x onerror=alert(1)>",
    "סנדל",
    "靴" * 40,
    "an-extraordinarily-long-name-of-a-class-without-any-space-as-folders-have-them",
)

_SHORT = [
    "epochs=1",
    "fewest_steps=0",
    "widths=[8]",
    "validation=0",
    "calibrate=false",
    "horizontal_flip=never",
]


def train_own(folder, classes, intake, name="own pictures", each=4):
    """A run folder: every class is noise of its own, darkened or lightened as the form says."""
    rng, form = np.random.default_rng(0), intake.form
    labels = np.tile(np.arange(len(classes)), each)
    prototypes = rng.integers(40, 216, (len(classes), *form.shape))
    noise = rng.integers(-40, 40, (len(labels), *form.shape))
    pixels = (prototypes[labels] + noise).astype(np.uint8)
    if form.background:
        pixels = pixels // 2 if form.background == "dark" else 255 - pixels // 2

    def load():
        return Split(pixels, labels)

    data = Dataset(name, "made by a test", tuple(classes), intake, load, load)
    return train(load_recipe("fast", _SHORT), data, folder=folder).run.folder
