"""Causes that resemble each other: the evidence that carries one and not the other."""

import numpy as np
import pytest

from hemline import Dataset, diagnose
from hemline.data import Split
from hemline.data.fashion.official import INTAKE
from hemline.doctor.inputs.scrambles import scrambles_of, unscrambled
from hemline.doctor.measures.metrics import mistaken_for
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


def sheared(x):
    """Rows of 28 that are read as if they began every 27."""
    rows = np.asarray(x).reshape(len(x), -1)
    return flat(np.stack([rows[:, r * 27 : r * 27 + 28] for r in range(28)], axis=1))


def in_strips(x):
    """Patches of 7x7 by a reshape alone, put together again as patches should be."""
    patches = np.asarray(x).reshape(len(x), 4, 4, 7, 7)
    return flat(patches.transpose(0, 1, 3, 2, 4))


@pytest.mark.parametrize("slip", [torn, sorted_as_text, sheared, in_strips])
def test_pictures_that_are_torn_up_are_put_together(trained, data, slip):
    found = diagnose(lambda x: softmax(trained(slip(x))), data)
    assert names(found)[:1] == ["scrambled-pictures"]


@pytest.mark.parametrize("kind", scrambles_of(*INTAKE.form.shape))
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
    from hemline.doctor.replies.answers import read_answers
    from hemline.doctor.replies.vocabulary import Vocabulary

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


def test_a_return_inside_of_the_loop_answers_the_first_batch_alone(trained, data):
    found = diagnose(lambda x: softmax(trained(flat(x[:32]))), data)
    assert names(found) == ["answer-count"]
    assert "140 pictures that are asked about at once get 32 answers" in found.findings[0].evidence


def test_answers_that_are_kept_by_shape_are_stale(trained, data):
    kept = {}
    found = diagnose(lambda x: kept.setdefault(x.shape, softmax(trained(flat(x)))), data)
    assert names(found)[:1] == ["state-between-calls"]
    assert "very answers" in found.findings[0].evidence


def test_labels_that_come_in_the_same_order_by_right_are_not_stale():
    rng = np.random.default_rng(0)
    labels = np.arange(1200) % 4 == 0  # one in four, so that a mixed order is nearly regular
    pixels = rng.integers(0, 100, (1200, 8, 8)).astype(np.uint8)
    pixels[labels] += 100
    found = diagnose(
        lambda x: (x.reshape(len(x), -1).mean(1) > 100).astype(int), (pixels, labels * 1)
    )
    assert names(found) == []


def test_what_is_one_behind_gives_the_last_answers(trained, data):
    queue = []

    def behind(x):
        queue.append(softmax(trained(flat(x))))
        last = queue.pop(0) if len(queue) > 1 else queue[0]
        return last if len(last) == len(x) else queue[0]

    assert names(diagnose(behind, data))[:1] == ["state-between-calls"]


def test_a_softmax_over_all_of_a_call_depends_on_the_company(trained, data):
    def predict(x):
        scores = np.exp(trained(flat(x)))
        return scores / scores.sum()

    found = diagnose(predict, data)
    assert names(found)[:1] == ["batch-dependence"]
    assert "softmax" in found.findings[0].cause


def test_labels_that_nobody_can_learn_are_of_other_pictures(trained, data, real):
    mixed = np.random.default_rng(0).permutation(len(real.test))
    test = Split(real.test.pixels, real.test.labels[mixed])
    order = np.random.default_rng(1).permutation(6000)
    train = Split(real.train.pixels[:6000], real.train.labels[:6000][order])
    labels = Dataset("own", "memory", tuple("abcdefghij"), INTAKE, lambda: train, lambda: test)
    found = diagnose(lambda x: softmax(trained(flat(x))), labels)
    assert names(found) == ["wrong-data"]
    assert found.findings[0].certainty == "likely"


def test_a_rare_class_is_no_reason_to_doubt_the_labels():
    rng = np.random.default_rng(0)
    labels = (rng.random(2000) < 0.1).astype(int)
    pixels = rng.integers(2, 118, (2000, 8, 8)).astype(np.uint8)
    # Either end tells, so that no sum of pixels does.
    pixels[labels == 1, 0, 0] = rng.choice([0, 119], (labels == 1).sum())

    def wary(x):  # finds every rare one, and takes as many others for one
        ends = (x[:, 0, 0] < 2) | (x[:, 0, 0] > 117)
        return (ends | (x[:, 5, 5] > 101)).astype(int)

    assert "wrong-data" not in names(diagnose(wary, (pixels, labels)))


def test_who_knows_a_few_pictures_by_heart_is_too_sure_of_others(real):
    rng = np.random.default_rng(0)
    pixels, labels = real.train.pixels[:300], real.train.labels[:300]
    hidden = rng.normal(size=(784, 2000)) * (2 / 784) ** 0.5

    def features(x):
        return np.maximum(flat(x) @ hidden, 0)

    values = features(pixels)
    weights = np.zeros((2000, 10))
    for _ in range(2000):
        weights -= 1e-3 * values.T @ (softmax(values @ weights) - np.eye(10)[labels])
    few = Dataset(
        "few", "memory", CLASSES, INTAKE, lambda: Split(pixels, labels), lambda: real.test
    )
    found = diagnose(lambda x: softmax(features(x) @ weights), few)
    assert "over-fitting" in names(found)


def test_names_that_were_not_decoded_are_named(trained, data):
    found = diagnose(lambda x: [f"b'{CLASSES[c]}'" for c in trained(flat(x)).argmax(1)], data)
    assert names(found)[:1] == ["class-names"]
