"""Small data sets of every kind, made on the fly, and models that know them."""

from functools import cache

import numpy as np

from hemline import Dataset, Split
from hemline.photos import Intake
from hemline.pixels import Form
from tests.doctor.conftest import softmax

LETTERS = "abcdefghijklmnopqrstuvwxyzABDEFGHJKLMNQR"


def in_parts(name, classes, pixels, labels):
    """A data set whose last third is the test part."""
    order = np.random.default_rng(0).permutation(len(pixels))
    cut = len(order) * 2 // 3
    train, test = (Split(pixels[part], labels[part]) for part in (order[:cut], order[cut:]))
    intake = Intake(Form.of(pixels))
    return Dataset(name, "memory", classes, intake, lambda: train, lambda: test)


@cache
def digits():
    """Ten classes, 16x16, grey: scikit-learn's digits; the names are numbers."""
    from sklearn.datasets import load_digits

    values, labels = load_digits(return_X_y=True)
    pixels = (values.reshape(-1, 8, 8) * 15.9).astype(np.uint8)
    large = pixels.repeat(2, axis=1).repeat(2, axis=2)
    return in_parts("digits", tuple(map(str, range(10))), large, labels)


@cache
def two():
    """Two classes, 8x8, grey: 3 against 8; names in two scripts."""
    from sklearn.datasets import load_digits

    values, labels = load_digits(return_X_y=True)
    kept = np.isin(labels, (3, 8))
    pixels = (values[kept].reshape(-1, 8, 8) * 15.9).astype(np.uint8)
    noise = np.random.default_rng(0).normal(0, 110, (5, *pixels.shape))
    many = (pixels + noise).reshape(-1, 8, 8).clip(0, 255).astype(np.uint8)
    return in_parts("two", ("три", "八"), many, np.tile((labels[kept] == 8).astype(int), 5))


@cache
def signs():
    """Three classes, 20x14, colour: light above, in the middle, below; red, amber, green."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 1500)
    pixels = rng.integers(0, 90, (1500, 20, 14, 3)).astype(float)
    lights = np.array([[220, 50, 60], [230, 170, 40], [40, 200, 120]])
    for picture, label in zip(pixels, labels, strict=True):
        top, left = 2 + 5 * label + rng.integers(-2, 3), 3 + rng.integers(-2, 2)
        picture[top : top + 4, left : left + 5] = lights[label] * rng.uniform(0.3, 1)
        picture[:, -2:] = [160, 30, 20]  # a pole, which is red
    pixels += rng.normal(0, 60, pixels.shape)
    return in_parts("signs", ("halt", "warte", "geh"), pixels.clip(0, 255).astype(np.uint8), labels)


@cache
def letters():
    """Forty classes, 14x14, grey."""
    from PIL import Image, ImageDraw, ImageFont

    rng, pixels = np.random.default_rng(0), []
    for letter in LETTERS * 40:
        page = Image.new("L", (14, 14))
        font = ImageFont.load_default(float(rng.uniform(11, 13)))
        place = (7 + rng.uniform(-0.7, 0.7), 7 + rng.uniform(-0.7, 0.7))
        ImageDraw.Draw(page).text(place, letter, int(rng.integers(180, 256)), font, anchor="mm")
        pixels.append(np.asarray(page))
    labels = np.tile(np.arange(40), 40)
    names = tuple(f"буква {letter} {ord(letter)}" for letter in LETTERS)
    return in_parts("letters", names, np.stack(pixels), labels)


SETS = {"digits": digits, "two": two, "signs": signs, "letters": letters}


def values_of(pixels):
    """Pixels 0..255, of any type, as values 0..1."""
    return np.asarray(pixels, np.float32) / 255


@cache
def least_squares(name):
    """A linear model in NumPy: logits of values `(n, ...)`, 0..1."""
    data = SETS[name]()
    inputs = values_of(data.train.pixels).reshape(len(data.train), -1)
    design = np.c_[inputs, np.ones(len(inputs))]
    wanted = np.eye(len(data.classes))[data.train.labels]
    ridge = 0.02 * len(design) * np.eye(design.shape[1])
    weights = np.linalg.solve(design.T @ design + ridge, design.T @ wanted)
    sharpness = 4 + 4 * np.log(len(data.classes))  # about calibrated
    return lambda x: sharpness * (x.reshape(len(x), -1) @ weights[:-1] + weights[-1])


@cache
def logistic(name):
    """Logistic regression of scikit-learn: logits of values 0..1."""
    from sklearn.linear_model import LogisticRegression

    data = SETS[name]()
    model = LogisticRegression(C=0.3, max_iter=200)
    model.fit(values_of(data.train.pixels).reshape(len(data.train), -1), data.train.labels)

    def scores(x):
        found = model.decision_function(x.reshape(len(x), -1))
        return np.stack([-found / 2, found / 2], axis=1) if found.ndim == 1 else found

    return scores


BUILDS = {"NumPy": least_squares, "scikit-learn": logistic}


def probabilities(scores):
    return lambda x: softmax(scores(values_of(x)))
