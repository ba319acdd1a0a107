"""Fashion-MNIST is known by its bytes, under any names, in any form and order."""

from importlib.resources import files

import numpy as np
import pytest

from hemline.data import Dataset, open_dataset
from hemline.data.fashion.official_hashes import NAME, official_hashes, pack, unpack
from hemline.data.fashion.recognising import another_split, fashion_names
from hemline.labels import CLASSES
from tests.data import forms

LETTERS = [*"jihgfedcba"]  # as names of classes, in another order than that of the labels


@pytest.fixture
def some(real: Dataset) -> tuple[np.ndarray, list[str]]:
    """A thousand official pictures, mixed, and their classes as letters."""
    places = np.random.default_rng(0).permutation(len(real.train))[:1000]
    return real.train.pixels[places], [LETTERS[label] for label in real.train.labels[places]]


def others(count: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (count, 28, 28), np.uint8)


def test_the_hashes_are_those_of_the_official_files(real):
    shipped = files("hemline.data.fashion").joinpath(NAME).read_bytes()
    parts = [(part.pixels, part.labels) for part in (real.train, real.test)]
    made, read = unpack(pack(*parts)), unpack(shipped)
    assert all((one == other).all() for one, other in zip(made, read, strict=True))
    assert len(shipped) < 300_000
    assert len(np.unique(read.hashes)) == 70_000


def test_official_pictures_give_their_classes_the_official_names(some):
    names = fashion_names(*some)
    assert names == dict(zip(LETTERS, CLASSES, strict=True))
    assert tuple(names.values()) == CLASSES  # in their order


def test_some_pictures_of_another_release_do_not_matter(some):
    pixels, classes = some
    pixels = np.concatenate([pixels, others(200)])
    assert fashion_names(pixels, classes + classes[:200]) == dict(
        zip(LETTERS, CLASSES, strict=True)
    )


def test_a_few_wrong_labels_do_not_matter(some):
    pixels, classes = some
    assert fashion_names(pixels, [*classes[100:], *classes[:100]]) is None
    assert fashion_names(pixels, [*classes[1:50], classes[0], *classes[50:]]) is not None


@pytest.mark.parametrize(
    "change",
    [
        lambda pixels: 255 - pixels,
        lambda pixels: pixels[:, ::-1],
        lambda pixels: pixels.swapaxes(1, 2),
        lambda pixels: pixels[:, :27],
        lambda pixels: np.stack([pixels] * 3, axis=3),
        lambda pixels: others(len(pixels)),
        lambda pixels: pixels[:0],
    ],
    ids=["negative", "upside down", "turned", "cut", "colour", "others", "none"],
)
def test_other_pictures_are_not_taken_for_them(change, some):
    pixels, classes = some
    changed = change(pixels)
    assert fashion_names(changed, classes[: len(changed)]) is None
    assert another_split({"train": changed, "test": changed}) == ""


def test_own_classes_of_official_pictures_keep_their_names(some):
    pixels, classes = some
    for together in ("eca", "ji"):
        own = ["one" if name in together else name for name in classes]
        assert fashion_names(pixels, own) is None
    apart = [f"{name}{place % 2}" for place, name in enumerate(classes)]
    assert fashion_names(pixels, apart) is None


def test_another_split_is_said_with_numbers(real):
    mixed = np.concatenate([real.train.pixels[:900], real.test.pixels[:100]])
    assert another_split({"train": real.train.pixels[:900]}) == ""
    assert another_split({"test": real.test.pixels[:900]}) == ""
    said = another_split({"train": mixed, "test": real.train.pixels[900:1000]})
    assert "100 of 1,000 in train are official test pictures" in said
    assert "100 of 100 in test are official training pictures" in said


def test_pictures_of_another_size_cost_nothing():
    official_hashes.cache_clear()
    assert fashion_names(np.zeros((9, 32, 32), np.uint8), ["a"] * 9) is None
    assert official_hashes.cache_info().misses == 0


@pytest.fixture
def small_copy(real) -> forms.Small:
    """Five pictures of every class to train with and three to test with, under other names."""

    def few(part, count):
        places = np.concatenate([np.flatnonzero(part.labels == of)[:count] for of in range(10)])
        return part.pixels[places], part.labels[places]

    names = [f"{name} of old" for name in LETTERS]
    return forms.Small(few(real.train, 5), few(real.test, 3), tuple(names))


@pytest.mark.parametrize(
    "write",
    [
        lambda root, copy: forms.folders(root, copy, copy.parts),
        lambda root, copy: (
            forms.hugging_face(root / "train.parquet", copy, copy.train).parent
            / forms.hugging_face(root / "test.parquet", copy, copy.test).parent
        ),
        lambda root, copy: forms.tables(
            root, copy, header=("label", *(f"pixel{place}" for place in range(784)))
        ),
        lambda root, copy: forms.npz(
            root / "a.npz",
            x_train=forms.flat(copy.train[0]),
            y_train=copy.train[1],
            x_test=forms.flat(copy.test[0]),
            y_test=copy.test[1],
        ),
    ],
    ids=["PNG", "parquet", "csv", "npz"],
)
def test_every_form_of_them_is_the_official_set_again(write, small_copy, tmp_path):
    dataset = open_dataset(write(tmp_path / "set", small_copy))
    assert dataset.classes == CLASSES
    assert dataset.keeps_class
    assert dataset.intake.find == "garment"
    order = np.argsort(dataset.test.labels, kind="stable")  # folders come by their names
    assert (dataset.test.pixels[order] == small_copy.test[0]).all()
    assert dataset.test.labels[order].tolist() == small_copy.test[1].tolist()
    assert not dataset.account.notes


def test_the_warning_of_another_split_reaches_the_account(small_copy, tmp_path):
    swapped = forms.Small(small_copy.test, small_copy.train, small_copy.names)
    dataset = open_dataset(forms.folders(tmp_path / "set", swapped, swapped.parts))
    assert len(dataset.test) == 50
    notes = " ".join(dataset.account.notes)
    assert "30 of 30 in train are official test pictures" in notes
    assert "50 of 50 in test are official training pictures" in notes


@pytest.mark.parametrize(
    "write",
    [
        lambda root, small: forms.folders(root, small, {"": small.whole}, "{name}/{place:03}.png"),
        lambda root, small: forms.npz(root / "a.npz", X=small.whole[0], y=small.whole[1]),
    ],
    ids=["PNG", "npz"],
)
def test_official_pictures_in_one_part_keep_the_official_split(write, small_copy, tmp_path):
    dataset = open_dataset(write(tmp_path / "set", small_copy))
    assert "30 of them the official test part" in dataset.account.took_for
    assert not dataset.account.notes
    for split, (pixels, labels) in (
        (dataset.train, small_copy.train),
        (dataset.test, small_copy.test),
    ):
        order = np.argsort(split.labels, kind="stable")
        assert (split.pixels[order] == pixels).all()
        assert split.labels[order].tolist() == labels.tolist()


def test_one_other_picture_among_them_and_the_split_is_by_content(small_copy, tmp_path):
    pixels, labels = small_copy.whole
    path = forms.npz(tmp_path / "a.npz", X=np.concatenate([pixels, others(1)]), y=[*labels, 0])
    dataset = open_dataset(path)
    assert "cut off for the test part" in dataset.account.took_for
    assert "in train are official test pictures" in " ".join(dataset.account.notes)


def test_they_are_known_in_another_form_too(small_copy, tmp_path):
    header = ("label", *(f"pixel{place}" for place in range(784)))
    path = forms.tables(tmp_path / "set", small_copy, header=header)
    dataset = open_dataset(path, size=56, colour=True)
    assert dataset.classes == CLASSES
    assert str(dataset.form) == "56x56 colour"
    assert dataset.intake.find == "garment"
    again = open_dataset(path, intake=dataset.intake)
    assert again.classes == CLASSES
    assert (again.test.pixels == dataset.test.pixels).all()
