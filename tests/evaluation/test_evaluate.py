"""An evaluation as a whole: it holds together, for any classes, and only for the right ones."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics as oracle

from hemline.data import Dataset, Split
from hemline.errors import DataError
from hemline.evaluation import evaluate, evaluate_probabilities, match_dataset, wilson_interval
from hemline.photos import Intake
from hemline.pixels import Form
from tests.evaluation.test_metrics import answers

FORM = Form(12, 16, 3)


class Fixed:
    """A classifier with given answers."""

    path = Path("fixed.onnx")
    form = FORM

    def __init__(self, probabilities, names=None):
        self.probabilities = probabilities
        self.classes_ = np.array(names or [f"class {i}" for i in range(probabilities.shape[1])])

    def predict_proba(self, pixels):
        return self.probabilities[: len(pixels)]


def pictures(n):
    return np.zeros((n, *FORM.shape), np.uint8)


def test_an_evaluation_holds_together():
    probabilities, labels = answers(0, 500)
    labels[:400] %= 3  # some classes rare
    evaluation = evaluate(Fixed(probabilities), pictures(500), labels)
    predicted = probabilities.argmax(1)
    assert evaluation.accuracy == oracle.accuracy_score(labels, predicted)
    assert evaluation.interval[0] < evaluation.accuracy < evaluation.interval[1]
    assert evaluation.balanced_accuracy == pytest.approx(
        oracle.balanced_accuracy_score(labels, predicted)
    )
    assert evaluation.macro_f1 == pytest.approx(oracle.f1_score(labels, predicted, average="macro"))
    assert evaluation.n == evaluation.confusion.sum() == 500
    assert [row.support for row in evaluation.per_class] == np.bincount(labels).tolist()
    for row in evaluation.per_class:
        right = evaluation.confusion[row.label, row.label]
        assert row.recall_interval == wilson_interval(int(right), row.support)
    pairs = evaluation.most_confused(90)
    counts = [count for _, _, count in pairs]
    assert counts == sorted(counts, reverse=True)
    assert sum(counts) == 500 - np.trace(evaluation.confusion)
    assert all(evaluation.confusion[a, p] == count for a, p, count in pairs)


def test_a_perfect_classifier_confuses_nothing():
    evaluation = evaluate(Fixed(np.eye(10, dtype=np.float32)), pictures(10), np.arange(10))
    assert evaluation.most_confused() == []
    assert evaluation.accuracy == evaluation.balanced_accuracy == evaluation.macro_f1 == 1
    assert evaluation.ece == 0
    assert evaluation.nll == 0
    assert evaluation.brier == 0


def test_classes_without_pictures_are_named_and_no_figure_is_missing():
    probabilities, labels = answers(1, 50, 1000)
    evaluation = evaluate_probabilities(probabilities, labels, [str(i) for i in range(1000)])
    tested = set(labels.tolist())
    assert evaluation.untested == [str(i) for i in range(1000) if i not in tested]
    assert len(evaluation.hardest) == len(tested)
    figures = asdict(evaluation)
    confusion, rows = figures.pop("confusion"), figures.pop("per_class")
    assert confusion.shape == (1000, 1000)
    numbers = [value for row in [figures, *rows] for value in row.values() if value not in ("",)]
    numbers = [value for value in numbers if not isinstance(value, str)]
    assert np.isfinite(np.hstack(numbers)).all()


def test_one_picture_is_enough():
    evaluation = evaluate(Fixed(np.eye(2)), pictures(1), np.array([0]))
    assert (evaluation.accuracy, evaluation.macro_f1, evaluation.untested) == (1, 1, ["class 1"])


NAMES = ["鞋", "рубашка", "sac à main"]
ORDER = [2, 0, 1]  # of the data, in the model's labels


@pytest.fixture
def shuffled():
    """A data set with the classes of a model in another order, and the labels of that model."""
    labels = np.arange(30) % 3
    theirs = np.argsort(ORDER)[labels]

    def split():
        return Split(pictures(30), theirs)

    names = tuple(NAMES[place] for place in ORDER)
    return Dataset("bags", "a folder", names, Intake(FORM), split, split, split), labels


def test_the_same_classes_in_another_order_are_the_same(shuffled):
    dataset, labels = shuffled
    classifier = Fixed(np.eye(3, dtype=np.float32)[labels], NAMES)
    assert evaluate(classifier, dataset.test.pixels, labels).accuracy == 1
    assert evaluate(classifier, dataset.test.pixels, dataset.test.labels).accuracy < 0.5
    by_name = evaluate(classifier, dataset.test.pixels, dataset.test.labels, dataset.classes)
    assert by_name.accuracy == 1
    assert [row.name for row in by_name.per_class] == NAMES
    matched = match_dataset(dataset, classifier)
    assert matched.classes == tuple(NAMES)
    for part in (matched.train, matched.validation, matched.test):
        assert (part.labels == labels).all()


def test_a_data_set_that_fits_is_left_alone(shuffled):
    dataset, _ = shuffled
    assert match_dataset(dataset, Fixed(np.eye(3), list(dataset.classes))) is dataset


def test_other_classes_are_refused_and_the_differences_named(shuffled):
    dataset, labels = shuffled
    classifier = Fixed(np.eye(4), [*NAMES[:2], "hat", "glove"])
    with pytest.raises(DataError) as caught:
        evaluate(classifier, dataset.test.pixels, labels, dataset.classes)
    assert str(caught.value) == (
        "Expected the 4 classes of fixed.onnx, received data with sac à main that it does not know "
        "and hat, glove missing; name the data that it was trained for."
    )
    with pytest.raises(DataError, match="hat, glove missing"):
        match_dataset(dataset, classifier)


def test_of_many_differences_a_few_are_named(shuffled):
    dataset, _ = shuffled
    with pytest.raises(DataError, match=r"class 4 and 995 more missing; name") as caught:
        match_dataset(dataset, Fixed(np.eye(1000)))
    assert len(str(caught.value)) < 300


def test_another_form_is_refused_with_the_way_to_the_right_one(shuffled):
    dataset, _ = shuffled
    classifier = Fixed(np.eye(3), NAMES)
    classifier.form = Form(28, 28)
    with pytest.raises(DataError, match=r"28x28 grey.*received 16x12 colour.*--size 28x28 --grey"):
        match_dataset(dataset, classifier)


@pytest.mark.parametrize("labels", [[0, 3], [-1, 0]])
def test_labels_beyond_the_classes_are_refused(labels):
    with pytest.raises(DataError, match="Expected labels from 0 to 2, received"):
        evaluate(Fixed(np.eye(3)), pictures(2), np.array(labels))
