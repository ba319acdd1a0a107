"""Arrays at hand become a data set."""

import numpy as np
import pytest

from hemline import Dataset
from hemline.errors import DataError, PixelsError
from hemline.pixels import Form

PICTURES = 60


@pytest.fixture
def pixels():
    return np.random.default_rng(0).integers(0, 256, (PICTURES, 12, 10), np.uint8)


def labels(*names):
    return np.resize(np.array(names), PICTURES)


def told(dataset, split):
    """Name of every picture's class, by the picture."""
    named = zip(split.pixels, split.labels, strict=True)
    return {pixels.tobytes(): dataset.classes[label] for pixels, label in named}


@pytest.mark.parametrize(
    ("given", "classes"),
    [
        (labels("10", "9", "b"), ("9", "10", "b")),
        (labels(7, 40, 5), ("5", "7", "40")),
        (labels("été", "zebra", "Ente").astype(object), ("Ente", "zebra", "été")),
    ],
)
def test_classes_are_named_by_the_labels_in_natural_order(pixels, given, classes):
    dataset = Dataset.from_arrays((pixels, given), (pixels, given))
    assert dataset.classes == classes
    expected = {picture.tobytes(): str(name) for picture, name in zip(pixels, given, strict=True)}
    assert told(dataset, dataset.train) == told(dataset, dataset.test) == expected
    assert len(dataset.train) == PICTURES


@pytest.mark.parametrize("given", [labels(1, 0, 2), labels("a", "b", "c")])
def test_named_classes_keep_the_order_in_which_they_are_given(pixels, given):
    dataset = Dataset.from_arrays((pixels, given), classes=["b", "a", "c"])
    assert dataset.classes == ("b", "a", "c")
    expected = dict(zip(map(bytes, pixels), labels("a", "b", "c").tolist(), strict=True))
    assert told(dataset, dataset.train) | told(dataset, dataset.test) == expected


@pytest.mark.parametrize("classes", [None, ["x", "y", "z"]])
def test_a_test_part_is_cut_off_once_by_content(pixels, classes):
    given = labels(0, 1, 2)
    dataset = Dataset.from_arrays((pixels, given), classes=classes)
    assert (len(dataset.train), len(dataset.test)) == (51, 9)
    assert dataset.test.counts(3) == [3, 3, 3]
    mixed = np.random.default_rng(1).permutation(PICTURES)
    again = Dataset.from_arrays((pixels[mixed], given[mixed]), classes=classes)
    assert told(again, again.test) == told(dataset, dataset.test)


def test_form_and_background_are_those_of_the_training_part(pixels):
    dark = pixels // 4
    dataset = Dataset.from_arrays((dark, labels(0, 1)), (dark, labels(0, 1)))
    assert dataset.form == Form(12, 10)
    assert dataset.form.background == "dark"
    colour = Dataset.from_arrays((np.stack([pixels] * 3, 3), labels(0, 1)))
    assert colour.train.pixels.shape[1:] == (12, 10, 3)


def test_a_validation_part_of_its_own_is_kept(pixels):
    part = pixels, labels("a", "b")
    for classes in (None, ["a", "b"]):
        dataset = Dataset.from_arrays(part, part, part, classes=classes)
        assert len(dataset.validation) == PICTURES
    assert Dataset.from_arrays(part, part).validation is None


@pytest.mark.parametrize("classes", [None, ["a", "b"]])
@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (labels("a", "b")[:3], "60 pictures and 3 labels"),
        ([], "60 pictures and 0 labels"),
        (labels(0.0, 1.0), r"text or whole numbers of shape \(n,\), received float64"),
        (labels(0, 1)[:, None], r"received int64 of shape \(60, 1\)"),
        ([["a"], ["b"]] * 30, r"of shape \(60, 1\)"),
        (labels("a"), "2 classes"),
        (labels("a", "a "), "differ by more than case or space"),
        (labels("a", " "), "a name for every class"),
    ],
)
def test_faulty_labels_are_one_sentence(pixels, given, sentence, classes):
    with pytest.raises(DataError, match=sentence):
        Dataset.from_arrays((pixels, given), classes=classes)


@pytest.mark.parametrize(
    ("given", "classes", "sentence"),
    [
        (labels(0, 3), ["a", "b"], "labels from 0 to 1 for 2 classes, received 0 to 3"),
        (labels(-1, 0), ["a", "b"], "received -1 to 0"),
        (labels(0, 1), ["a", "b", "c"], "3 classes a, b, c, received those of a, b"),
        (labels("a", "x"), ["a", "b"], "a, b, received those of a, x"),
        (labels(0, 1), ["a", "b", "a"], "name each class once"),
    ],
)
def test_names_that_do_not_fit_the_labels_are_one_sentence(pixels, given, classes, sentence):
    with pytest.raises(DataError, match=sentence):
        Dataset.from_arrays((pixels, given), classes=classes)


@pytest.mark.parametrize("classes", [None, ["a", "b"]])
def test_a_class_that_a_part_lacks_is_named(pixels, classes):
    with pytest.raises(DataError, match="'b' in the train part but not in the test part"):
        Dataset.from_arrays((pixels, labels("a", "b")), (pixels, labels("a")), classes=classes)


def test_what_is_no_picture_is_refused(pixels):
    with pytest.raises(PixelsError, match="received float"):
        Dataset.from_arrays((pixels / 255, labels(0, 1)))
    with pytest.raises(PixelsError, match=r"shape \(n, 12, 10\), received shape \(60, 11, 10\)"):
        Dataset.from_arrays((pixels, labels(0, 1)), (pixels[:, 1:], labels(0, 1)))


def test_fashion_mnist_is_known_by_its_pictures(real):
    few = real.train.take(np.arange(2_000))
    dataset = Dataset.from_arrays((few.pixels, few.labels))
    assert dataset.classes == real.classes
    assert dataset.intake == real.intake
    renamed = [name.upper() for name in real.classes]
    own = Dataset.from_arrays((few.pixels, few.labels), classes=renamed)
    assert own.classes == tuple(renamed)  # who names them knows better
