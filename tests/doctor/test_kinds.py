"""Models of every kind on real pictures: sound ones are not accused, and the ill are named."""

import numpy as np
import pytest

from hemline import Dataset, Split, diagnose
from hemline.data.fashion.official import INTAKE
from hemline.doctor.measures.digits import draw_digits
from hemline.labels import CLASSES
from tests.doctor.conftest import softmax


def flat(pixels):
    return pixels.reshape(len(pixels), 784) / 255.0


def standardised(pixels):
    values = flat(pixels)
    return (values - values.mean(1, keepdims=True)) / values.std(1, keepdims=True)


def least_squares(inputs, labels):
    """Scores of a linear classifier, `(n, 784)` to `(n, 10)`."""
    design, wanted = np.c_[inputs, np.ones(len(inputs))], np.eye(10)[labels]
    weights = np.linalg.solve(design.T @ design + 10 * np.eye(785), design.T @ wanted)
    return lambda x: 10 * (x @ weights[:-1] + weights[-1])


def first(real, count):
    """The data with a training part that a model can know whole."""
    train = Split(real.train.pixels[:count], real.train.labels[:count])
    return Dataset("part", "cut", CLASSES, INTAKE, lambda: train, lambda: real.test)


def names(diagnosis):
    return [finding.check for finding in diagnosis.findings]


@pytest.fixture(scope="module")
def linear(real):
    return least_squares(flat(real.train.pixels[:6000]), real.train.labels[:6000])


@pytest.mark.parametrize("kind", ["forest", "nearest", "by distance", "labels of the nearest"])
def test_who_knows_the_training_pictures_by_nature_is_healthy(kind, real):
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.neighbors import KNeighborsClassifier

    part = first(real, 2000)
    model = {
        "forest": RandomForestClassifier(20, random_state=0),
        "by distance": KNeighborsClassifier(5, weights="distance"),
    }.get(kind, KNeighborsClassifier(1))
    model.fit(flat(part.train.pixels), part.train.labels)
    answer = model.predict if kind.startswith("labels") else model.predict_proba
    assert names(diagnose(lambda x: answer(flat(x)), part)) == []


@pytest.mark.parametrize("doubt", [-1, 10, "none of these"])
def test_a_few_answers_of_no_class_are_doubt_and_no_fault(doubt, linear, real):
    def predict(x):
        scores = linear(flat(x))
        unsure = np.diff(np.sort(scores, axis=1)[:, -2:])[:, 0] < 0.5
        labels = scores.argmax(1)
        if isinstance(doubt, str):
            return [doubt if u else CLASSES[label] for u, label in zip(unsure, labels, strict=True)]
        return np.where(unsure, doubt, labels)

    assert names(diagnose(predict, real)) == []


def test_a_class_under_a_name_of_its_own_is_a_fault(linear, real):
    listed = [*CLASSES[:7], "pumps", *CLASSES[8:]]
    diagnosis = diagnose(lambda x: [listed[label] for label in linear(flat(x)).argmax(1)], real)
    assert names(diagnosis) == ["class-names"]
    assert "'pumps'" in diagnosis.findings[0].evidence


def test_weights_for_other_labels_are_not_trained_ones(real):
    shuffled = np.random.default_rng(0).permutation(real.train.labels[:3000])
    scores = least_squares(flat(real.train.pixels[:3000]), shuffled)
    diagnosis = diagnose(lambda x: softmax(scores(flat(x))), real)
    assert names(diagnosis) == ["no-trained-layers"]


def test_a_favourite_without_knowledge_is_no_constant(real):
    weights = np.random.default_rng(0).normal(0, 0.01, (784, 10))
    diagnosis = diagnose(lambda x: softmax(flat(x) @ weights + 5 * np.eye(10)[7]), real)
    assert names(diagnosis) == ["no-trained-layers"]


def test_pictures_standardised_each_in_training_alone(real):
    scores = least_squares(standardised(real.train.pixels[:6000]), real.train.labels[:6000])
    assert names(diagnose(lambda x: softmax(scores(standardised(x))), real)) == []
    diagnosis = diagnose(lambda x: softmax(scores(flat(x))), real)
    assert names(diagnosis)[:1] == ["other-normalisation"]


@pytest.mark.parametrize("what", ["digits", "labels of others", "renumbered"])
def test_pictures_that_no_checksum_vouches_for(what, linear, real):
    digits, test = draw_digits(INTAKE.form), (real.test.pixels[:300], real.test.labels[:300])
    data = {
        "digits": (digits.pixels // 2 + 20, digits.actual),  # no black, so not told by its share
        "labels of others": (test[0], np.roll(test[1], 1)),
        "renumbered": (test[0], (test[1] + 3) % 10),
    }[what]
    mine = Dataset("mine", "m", CLASSES, INTAKE, lambda: Split(*test), lambda: Split(*data))
    found = diagnose(lambda x: linear(flat(x)), mine if what == "digits" else data)
    assert names(found) == ["wrong-data"]
    assert names(diagnose(lambda x: linear(flat(x)), test)) == []


def test_parts_that_overlap_in_anybodys_data(linear, real):
    train = Split(real.test.pixels[:500], real.test.labels[:500])
    test = Split(real.test.pixels[:2000], real.test.labels[:2000])
    data = Dataset("mine", "memory", CLASSES, INTAKE, lambda: train, lambda: test)
    assert names(diagnose(lambda x: linear(flat(x)), data)) == ["wrong-data"]


def test_a_softmax_of_smoothed_probabilities(linear, real):
    def twice(x):
        return softmax(0.7 * softmax(2 * linear(flat(x))) + 0.03)

    assert names(diagnose(twice, real))[:1] == ["double-softmax"]


def test_a_class_that_is_given_up_with_confidence(linear, real):
    def sure(x):  # the bounded loss of a softmax taken for logits leaves such networks
        scores = linear(flat(x))
        scores[:, 6] = -10
        return softmax(6 * scores)

    assert names(diagnose(sure, real))[:1] == ["from-logits-loss"]
