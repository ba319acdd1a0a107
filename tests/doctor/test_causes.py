"""Causes that resemble each other: the evidence that carries one and not the other."""

import numpy as np
import pytest

from hemline import Dataset, diagnose
from hemline.data import Split
from hemline.data.fashion.official import INTAKE
from hemline.doctor.metrics import mistaken_for
from hemline.doctor.scrambles import SCRAMBLES, unscrambled
from hemline.labels import CLASSES
from tests.doctor.conftest import softmax
from tests.doctor.test_kinds import flat

NET = np.random.default_rng(5)


def names(diagnosis):
    return [finding.check for finding in diagnosis.findings]


def logistic(values, labels, steps=400):
    """Softmax regression by gradient descent."""
    weights = np.zeros((values.shape[1] + 1, 10))
    values = np.c_[values, np.ones(len(values))]
    wanted = np.eye(10)[labels]
    for step in range(steps):
        part = slice(500 * (step % 12), 500 * (step % 12) + 500)
        weights -= 0.1 * values[part].T @ (softmax(values[part] @ weights) - wanted[part]) / 500
    return lambda x: np.c_[x, np.ones(len(x))] @ weights


@pytest.fixture(scope="module")
def trained(real):
    return logistic(flat(real.train.pixels[:6000]), real.train.labels[:6000])


@pytest.fixture(scope="module")
def data(real):
    """The official test part beside the pictures that are trained on here."""
    train = Split(real.train.pixels[:6000], real.train.labels[:6000])
    return Dataset("part", "memory", CLASSES, INTAKE, lambda: train, lambda: real.test)


@pytest.mark.parametrize("threshold", [0.5, 0.9])
def test_doubt_is_no_fault(trained, data, threshold):
    def careful(x):
        shares = softmax(trained(flat(x)))
        return np.where(shares.max(1) < threshold, -1, shares.argmax(1))

    assert names(diagnose(careful, data)) == []


def test_who_is_as_much_too_sure_in_training_had_another_loss(trained, data):
    found = diagnose(lambda x: softmax(4 * trained(flat(x))), data)
    assert names(found) == ["from-logits-loss"]
    assert "A temperature that was left in" in found.findings[0].evidence


@pytest.mark.parametrize("give", [lambda s: softmax(s), lambda s: s.argmax(1)])
def test_a_class_that_was_missing_from_the_training(real, data, give):
    kept = real.train.labels[:6000] != 9
    scores = logistic(flat(real.train.pixels[:6000][kept]), real.train.labels[:6000][kept])
    found = diagnose(lambda x: give(scores(flat(x))), data)
    assert names(found) == ["class-never-learned"]
    assert "Ankle boot is named for 0 of" in found.findings[0].evidence


def test_a_last_layer_made_anew_is_not_an_order_of_the_labels(trained, data):
    mixing = NET.normal(0, 0.3, (10, 10))
    found = diagnose(lambda x: softmax(trained(flat(x)) @ mixing), data)
    assert names(found)[:1] in (["untrained-head"], ["batch-norm-statistics"])


CASTS = {
    "truncated-input": lambda x: (x / 255).astype(np.int8),
    "integer-overflow": lambda x: x.astype(np.int8) / 255.0,
}


@pytest.mark.parametrize("root", CASTS)
@pytest.mark.parametrize("strict", [False, True])
def test_casts_to_eight_bits_show_in_all_brightnesses(trained, data, root, strict):
    def cast(x):
        if strict and x.dtype != np.uint8:
            raise TypeError("pixels are uint8")
        return softmax(trained(CASTS[root](np.asarray(x)).reshape(len(x), 784)))

    assert names(diagnose(cast, data)) == [root]


def test_black_and_white_that_was_meant_is_no_fault(real, data):
    def binary(x):
        return (np.asarray(x).reshape(len(x), 784) > 60).astype(float)

    scores = logistic(binary(real.train.pixels[:6000]), real.train.labels[:6000])
    assert names(diagnose(lambda x: softmax(scores(binary(x))), data)) == []


class Fitted:
    """A scaler that is fitted again to what comes in, little by little."""

    def __init__(self, scores):
        self.scores, self.mean = scores, 0.286

    def __call__(self, x):
        values = flat(x)
        self.mean = 0.7 * self.mean + 0.3 * float(values.mean())
        return softmax(self.scores(values - self.mean + 0.286))


def test_what_is_kept_between_calls_is_no_chance(trained, data):
    assert names(diagnose(Fitted(trained), data)) == ["state-between-calls"]
    noise = np.random.default_rng(0)
    found = diagnose(lambda x: softmax(trained(flat(x)) + noise.normal(0, 1, (len(x), 10))), data)
    assert names(found)[:1] == ["nondeterministic"]


@pytest.mark.parametrize("axis", [1, 2])
def test_a_normalisation_of_rows_or_columns_is_a_contract(real, data, axis):
    def columns(x):
        values = np.asarray(x, np.float32)
        norms = np.sqrt((values**2).sum(axis=axis, keepdims=True))
        return (values / np.maximum(norms, 1e-12)).reshape(len(x), 784)

    scores = logistic(columns(real.train.pixels[:6000]), real.train.labels[:6000])

    def prepared(x):
        if x.dtype != np.float32 or x.max() > 1.01:
            raise ValueError("floats from 0 to 1")
        return softmax(scores(x.reshape(len(x), 784)))

    assert names(diagnose(lambda x: softmax(scores(columns(x))), data)) == []
    assert names(diagnose(prepared, data)) == []


def torn(x):
    """Grey three times, last, and reshaped to have channels first; the first is looked at."""
    three = np.stack([np.asarray(x)] * 3, axis=-1).reshape(len(x), 3, 28, 28)
    return three[:, 0].reshape(len(x), 784) / 255


def sorted_as_text(x):
    order = np.argsort([f"pixel{place}" for place in range(1, 785)])
    return flat(x)[:, order]


@pytest.mark.parametrize("slip", [torn, sorted_as_text])
def test_pictures_that_are_torn_up_are_put_together(trained, data, slip):
    found = diagnose(lambda x: softmax(trained(slip(x))), data)
    assert names(found)[:1] == ["scrambled-pictures"]


@pytest.mark.parametrize("kind", SCRAMBLES)
def test_what_is_fed_holds_values_of_the_picture_alone(kind, real):
    picture = real.test.pixels[:3]
    fed = unscrambled(picture, kind)
    assert fed.shape == picture.shape
    assert all(set(a.ravel()) <= set(b.ravel()) for a, b in zip(fed, picture, strict=True))
    if kind.startswith("as text"):
        assert (np.sort(fed.reshape(3, -1)) == np.sort(picture.reshape(3, -1))).all()


def test_a_stated_figure_is_told_from_what_it_was_mistaken_for(trained, data):
    shares = softmax(trained(flat(data.test.pixels)))
    actual, one_hot = data.test.labels, np.eye(10)[data.test.labels]
    places = np.argsort(-shares, axis=1)
    figures = {
        "binary accuracy": float(((shares > 0.5) == one_hot).mean()),
        "top-5 accuracy": float((places[:, :5] == actual[:, None]).any(1).mean()),
    }
    for name, value in figures.items():
        found = diagnose(lambda x: softmax(trained(flat(x))), data, reported={"accuracy": value})
        assert names(found) == ["reported-figures"]
        assert name in found.findings[0].cause


def test_no_figure_is_named_that_it_is_not(trained, data):
    from hemline.doctor.answers import read_answers
    from hemline.doctor.vocabulary import Vocabulary

    answers = read_answers(
        softmax(trained(flat(data.test.pixels))), len(data.test), Vocabulary(CLASSES)
    )
    assert mistaken_for(0.6, answers, data.test.labels.astype(np.int64), 0.86) == ""


def test_numbers_that_are_cut_off_are_whole_however_rows_are_added_up(trained, data):
    def sure(x):  # as a file that declares whole numbers, on processors that add rows in parts
        whole = np.asarray(x).astype(np.uint8).reshape(len(x), 784).astype(float)
        return trained(whole) + 1e-8 * np.arange(len(x))[:, None]

    found = diagnose(sure, data)
    assert names(found)[:1] == ["unscaled-input"]
    assert not found.case.elastic
