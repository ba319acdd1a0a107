"""One small set in every form: the same pixels, labels, names, split and checksum."""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hemline.data import Dataset, open_dataset
from tests.data import forms
from tests.data.forms import PIXELS, Small, flat, small

SET = small()
NAMED = small(("Ankle boot", "Bag", "été"))
COLOUR = small(colour=True)
SIZED = {"size": (12, 10)}  # for pictures in rows, whose shape nobody else says

Write = Callable[[Path], Path]


def gz(content: bytes) -> bytes:
    return gzip.compress(content, 1)


def one_hot(labels: np.ndarray) -> np.ndarray:
    return np.eye(3, dtype=np.uint8)[labels]


def arrays_of(small: Small, pictures=lambda pixels: pixels, labels=lambda numbers: numbers):
    """As the parts `train` and `test` of `x` and `y`."""
    return {
        f"{letter}_{part}": change(array)
        for part, arrays in small.parts.items()
        for letter, change, array in zip("xy", (pictures, labels), arrays, strict=True)
    }


def kaggle_mnist(root: Path) -> Path:
    """Files beside folders of the same name that hold them again."""
    forms.idx(root, SET.parts, "{part}-{kind}.idx{n}-ubyte")
    return forms.idx(root, SET.parts, "{part}-{kind}-idx{n}-ubyte/{part}-{kind}-idx{n}-ubyte")


def emnist(root: Path) -> Path:
    forms.write(root / "emnist-small-mapping.txt", "0 48\n1 49\n2 50\n")
    name = "emnist-small-{part}-{kind}-idx{n}-ubyte.gz"
    return forms.idx(root, SET.parts, name, gz, {"train": "train", "test": "test"}, turn=True)


def emnist_among_others(root: Path) -> Path:
    forms.idx(root, small(seed=1).parts, "emnist-other-{part}-{kind}-idx{n}-ubyte")
    return emnist(root) / "emnist-small-train-images-idx3-ubyte.gz"


def validation_npz(path: Path) -> Path:
    """MedMNIST's: labels (n, 1), and the order train, val, test."""
    (train, a), (test, b) = SET.train, SET.test
    arrays = {"train_images": train, "train_labels": a[:, None]}
    arrays |= {"val_images": test, "val_labels": b[:, None]}
    return forms.npz(path, **arrays, test_images=test, test_labels=b[:, None])


def kmnist(root: Path) -> Path:
    for part, arrays in SET.parts.items():
        for kind, array in zip(("imgs", "labels"), arrays, strict=True):
            forms.npz(root / f"kmnist-{part}-{kind}.npz", arr_0=array)
    return root


def npz_a_part(root: Path) -> Path:
    for part, (pixels, labels) in SET.parts.items():
        forms.npz(root / f"{part}.npz", data=pixels, labels=labels)
    return root


def kaggle(root: Path) -> Path:
    forms.write(root / "sample_submission.csv", "ImageId,Label\n1,0\n2,0\n")
    return forms.tables(root, SET, "fashion-mnist_{}.csv")


def unlabelled_folder_beside(root: Path) -> Path:
    """Parts as tables whose names overlap with those of pictures that nobody labelled."""
    for place in range(5):
        forms.write(root / f"more/extra{place}.png", forms.png(SET.test[0][place]))
    return forms.named_files(root, SET, "{place:03}", "{part}/{place:03}.png")


def traffic_signs(root: Path) -> Path:
    """Columns of every kind; class and path come last, and a table of the signs lies beside."""
    for part, (pixels, labels) in SET.parts.items():
        rows = [["Width", "Height", "Roi.X1", "ClassId", "Path"]]
        for place, label in enumerate(labels):
            path = (
                f"{part.title()}/{label}/{place:05}.png"
                if part == "train"
                else f"Test/{place:05}.png"
            )
            forms.write(root / path, forms.png(pixels[place]))
            rows.append([12, 10, 2, label, path])
        forms.write(root / f"{part.title()}.csv", forms.rows_text(rows))
    forms.write(root / "Meta.csv", "Path,ClassId,ShapeId\nMeta/0.png,0,1\nMeta/1.png,1,1\n")
    for sign in range(2):
        forms.write(root / f"Meta/{sign}.png", forms.png(SET.test[0][sign]))
    return root


def openml(path: Path, small: Small = SET) -> Path:
    """A column a pixel and the class as text."""
    pixels, labels = small.whole
    columns = dict(zip(PIXELS, flat(pixels).T, strict=True))
    return forms.parquet(path, {**columns, "class": [small.name(label) for label in labels]})


def nested_lists(root: Path) -> Path:
    for part, (pixels, labels) in SET.parts.items():
        columns = {"image": pixels.tolist(), "label": labels.tolist()}
        forms.parquet(root / f"{part}.parquet", columns)
    return root


def pictures_as_bytes(root: Path) -> Path:
    for part, (pixels, labels) in SET.parts.items():
        columns = {"img": [forms.png(picture) for picture in pixels], "class": labels.astype(str)}
        forms.parquet(root / part / "0000.parquet", columns)
    return root


def text_rows(_: int, name: str, __: int, values: list[int]) -> list[object]:
    return [*values, name]


# Each writes SET with its two parts.
PARTED: dict[str, Write] = {
    "folder of folders": lambda root: forms.folders(root, SET, SET.parts),
    "folders in other words": lambda root: forms.folders(
        root, SET, {"Training": SET.train, "TEST": SET.test}
    ),
    "parts within classes": lambda root: forms.folders(
        root, SET, SET.parts, "{name}/{part}/{place:03}.png"
    ),
    "folder around them": lambda root: forms.folders(root / "set" / "v1", SET, SET.parts).parents[
        1
    ],
    "zip": lambda root: forms.zipped(forms.folders(root / "a", SET, SET.parts), root / "set.zip"),
    "tar": lambda root: forms.tarred(
        forms.folders(root / "a", SET, SET.parts), root / "set.tar", "w"
    ),
    "tar, gzip": lambda root: forms.tarred(
        forms.folders(root / "a", SET, SET.parts), root / "set.tgz", "w:gz"
    ),
    "idx": lambda root: forms.idx(root, SET.parts),
    "idx, gzip": lambda root: forms.idx(root, SET.parts, "{part}-{kind}-idx{n}-ubyte.gz", gz),
    "idx, gzip without suffix": lambda root: forms.idx(root, SET.parts, pack=gz),
    "idx, plain as .gz": lambda root: forms.idx(root, SET.parts, "{part}-{kind}-idx{n}-ubyte.gz"),
    "idx with a dot": lambda root: forms.idx(root, SET.parts, "{part}-{kind}.idx{n}-ubyte"),
    "idx in folders of that name": lambda root: forms.idx(
        root, SET.parts, "{part}-{kind}-idx{n}-ubyte/{part}-{kind}-idx{n}-ubyte"
    ),
    "idx twice, as Kaggle has it": kaggle_mnist,
    "torchvision's root": lambda root: forms.idx(root / "FashionMNIST/raw", SET.parts).parents[1],
    "torchvision's folder": lambda root: forms.idx(root / "MNIST/raw", SET.parts).parent,
    "torchvision, packed and unpacked": lambda root: forms.idx(
        forms.idx(root, SET.parts, "raw/{part}-{kind}-idx{n}-ubyte.gz", gz),
        SET.parts,
        "raw/{part}-{kind}-idx{n}-ubyte",
    ),
    "EMNIST": emnist,
    "EMNIST, one of its sets": emnist_among_others,
    "npz x_train": lambda root: forms.npz(root / "set.npz", **arrays_of(SET)),
    "npz under another suffix": lambda root: forms.npz(root / "set.dat", **arrays_of(SET)),
    "npz train_images": lambda root: forms.npz_of(root / "set.npz", SET, "{}_images", "{}_labels"),
    "npz Xtrain": lambda root: forms.npz_of(root / "set.npz", SET, "X{}", "y{}"),
    "npz x and y beside x_test": lambda root: forms.npz(
        root / "set.npz", X=SET.train[0], y=SET.train[1], X_test=SET.test[0], y_test=SET.test[1]
    ),
    "npz arr_0": lambda root: forms.npz(
        root / "set.npz",
        arr_0=SET.train[0],
        arr_1=SET.train[1],
        arr_2=SET.test[0],
        arr_3=SET.test[1],
    ),
    "npz arr_0, pictures first": lambda root: forms.npz(
        root / "set.npz",
        arr_0=SET.train[0],
        arr_1=SET.test[0],
        arr_2=SET.train[1],
        arr_3=SET.test[1],
    ),
    "npz, labels (n, 1)": lambda root: forms.npz(
        root / "set.npz", **arrays_of(SET, labels=lambda numbers: numbers[:, None])
    ),
    "npz, labels one-hot": lambda root: forms.npz(
        root / "set.npz", **arrays_of(SET, labels=one_hot)
    ),
    "npz, labels as floats": lambda root: forms.npz(
        root / "set.npz", **arrays_of(SET, labels=lambda numbers: numbers.astype(float))
    ),
    "npz, labels as text": lambda root: forms.npz(
        root / "set.npz", **arrays_of(SET, labels=lambda numbers: numbers.astype(str))
    ),
    "npz, one channel last": lambda root: forms.npz(
        root / "set.npz", **arrays_of(SET, lambda pixels: pixels[..., None])
    ),
    "npz, one channel first": lambda root: forms.npz(
        root / "set.npz", **arrays_of(SET, lambda pixels: pixels[:, None])
    ),
    "npz, whole numbers as floats": lambda root: forms.npz(
        root / "set.npz", **arrays_of(SET, lambda pixels: pixels.astype(np.float32))
    ),
    "npz, int64": lambda root: forms.npz(
        root / "set.npz", **arrays_of(SET, lambda pixels: pixels.astype(np.int64))
    ),
    "folder of npy": lambda root: forms.npys(root, **arrays_of(SET)),
    "folder of npz, as KMNIST": kmnist,
    "folder with an npz a part": npz_a_part,
    "parquet, Hugging Face": lambda root: forms.sharded(root, SET),
    "parquet, pictures as bytes": pictures_as_bytes,
    "parquet, lists of lists": nested_lists,
    "table of files": lambda root: forms.named_files(root, SET, "{part}{place:03}.png"),
    "table of paths": lambda root: forms.named_files(root, SET, "images/{part}{place:03}.png"),
    "table of paths from afar": lambda root: forms.named_files(
        root, SET, "/kaggle/input/images/{part}{place:03}.png"
    ),
    "table of paths from Windows": lambda root: forms.named_files(
        root, SET, "images\\{part}{place:03}.png"
    ),
    "table of files without suffix": lambda root: forms.named_files(
        root, SET, "{part}{place:03}", header=("id", "breed")
    ),
    "table of files without header": lambda root: forms.named_files(
        root, SET, "{part}{place:03}.png", header=None
    ),
    "table of files, tabs": lambda root: forms.named_files(
        root, SET, "{part}{place:03}.png", delimiter="\t", name="{}.tsv"
    ),
    "tables with files of the same names": unlabelled_folder_beside,
    "traffic signs": traffic_signs,
}
# The same with pictures in rows, whose size has to be said.
ROWS: dict[str, Write] = {
    "npz, flattened": lambda root: forms.npz(root / "set.npz", **arrays_of(SET, flat)),
    "npy, flattened": lambda root: forms.npys(root, **arrays_of(SET, flat)),
    "csv": lambda root: forms.tables(root, SET),
    "csv, Kaggle's": kaggle,
    "csv, label last": lambda root: forms.tables(
        root, SET, row=text_rows, header=(*PIXELS, "class")
    ),
    "csv without header": lambda root: forms.tables(root, SET, header=None),
    "csv without header, label last": lambda root: forms.tables(
        root, SET, header=None, row=text_rows
    ),
    "csv with an index": lambda root: forms.tables(
        root,
        SET,
        header=("", "label", *PIXELS),
        row=lambda place, name, _, values: [place, name, *values],
    ),
    "csv with an index and no header": lambda root: forms.tables(
        root, SET, header=None, row=lambda place, name, _, values: [place, name, *values]
    ),
    "csv, px1 to Description": lambda root: forms.tables(
        root,
        SET,
        header=(*(f"px{place}" for place in range(1, 121)), "Label", "Description"),
        row=lambda _, name, label, values: [*values, label + 7, name],
    ),
    "csv, 1x1 to 10x12": lambda root: forms.tables(
        root, SET, header=("label", *(f"{y}x{x}" for y in range(1, 11) for x in range(1, 13)))
    ),
    "csv, columns by the alphabet": lambda root: forms.tables(
        root,
        SET,
        header=("label", *sorted(PIXELS)),
        row=lambda _, name, __, values: [
            name,
            *(value for _, value in sorted(zip(PIXELS, values, strict=True))),
        ],
    ),
    "csv, columns numbered by pandas": lambda root: forms.tables(
        root, SET, header=[*range(120), "label"], row=text_rows
    ),
    "csv, semicolons": lambda root: forms.tables(root, SET, delimiter=";"),
    "tsv": lambda root: forms.tables(root, SET, "{}.tsv", delimiter="\t"),
    "tsv under the name of csv": lambda root: forms.tables(root, SET, delimiter="\t"),
    "csv, gzip": lambda root: forms.tables(root, SET, "{}.csv.gz", pack=gz),
    "csv, floats": lambda root: forms.tables(
        root, SET, row=lambda _, name, __, values: [name, *map(float, values)]
    ),
    "csv, labels as floats": lambda root: forms.tables(
        root, SET, row=lambda _, __, label, values: [float(label), *values]
    ),
    "csv, everything quoted": lambda root: forms.tables(root, SET, quoting=1),
    "csv with a column split": lambda root: forms.split_table(
        root / "set.csv", SET, "split", {"train": "train", "test": "test"}
    ),
    "csv with a column Usage": lambda root: forms.split_table(
        root / "set.csv", SET, "Usage", {"train": "Training", "test": "Testing"}
    ),
    "csv in two folders": lambda root: forms.tables(root, SET, "{}/data.csv"),
    "arff": lambda root: forms.arffs(root, SET),
    "arff, sparse": lambda root: forms.arffs(root, SET, sparse=True),
}
# Each writes both parts as one, without a word on parts.
WHOLE: dict[str, Write] = {
    "folder a class": lambda root: forms.folders(
        root, SET, {"": SET.whole}, "{name}/{place:03}.png"
    ),
    "idx, only t10k": lambda root: forms.idx(root, {"test": SET.whole}),
    "idx, only train": lambda root: forms.idx(root, {"train": SET.whole}),
    "npz X and y": lambda root: forms.npz(root / "set.npz", X=SET.whole[0], y=SET.whole[1]),
    "npz data and labels": lambda root: forms.npz(
        root / "set.npz", data=SET.whole[0], labels=SET.whole[1]
    ),
    "npz arr_0": lambda root: forms.npz(root / "a.npz", arr_0=SET.whole[0], arr_1=SET.whole[1]),
    "folder of npy": lambda root: forms.npys(root, images=SET.whole[0], labels=SET.whole[1]),
    "parquet": lambda root: forms.hugging_face(root / "set.parquet", SET, SET.whole),
}
WHOLE_ROWS: dict[str, Write] = {
    "csv": lambda root: forms.table(root / "set.csv", SET, SET.whole),
    "text under another suffix": lambda root: forms.table(root / "set.data", SET, SET.whole),
    "arff": lambda root: forms.arff(root / "set.arff", SET, SET.whole),
    "arff, unquoted": lambda root: forms.arff(root / "set.arff", SET, SET.whole, quote=""),
    "arff with comments": lambda root: forms.arff(
        root / "set.arff", SET, SET.whole, head="% a comment\n%\n\n"
    ),
    "parquet, OpenML": lambda root: openml(root / "set.pq"),
}


def assert_same(dataset: Dataset, like: Small) -> None:
    assert dataset.classes == like.names
    assert str(dataset.form) == ("12x10 colour" if like.train[0].ndim == 4 else "12x10 grey")
    for split, (pixels, labels) in ((dataset.train, like.train), (dataset.test, like.test)):
        assert (split.pixels == pixels).all()
        assert split.labels.tolist() == labels.tolist()
    assert dataset.account.took_for
    assert dataset.account.counts["used"]
    assert not dataset.account.counts["refused"]
    assert not dataset.account.notes


@pytest.mark.parametrize("form", PARTED)
def test_a_set_with_parts_is_the_same_in_every_form(form, tmp_path):
    assert_same(open_dataset(PARTED[form](tmp_path / "set")), SET)


@pytest.mark.parametrize("form", ROWS)
def test_a_set_with_pictures_in_rows_is_the_same_in_every_form(form, tmp_path):
    assert_same(open_dataset(ROWS[form](tmp_path / "set"), **SIZED), SET)


@pytest.fixture
def cut(tmp_path) -> Dataset:
    """The set in one part, from which a test part is cut."""
    return open_dataset(WHOLE["folder a class"](tmp_path / "cut"))


@pytest.mark.parametrize("form", [*WHOLE, *WHOLE_ROWS])
def test_a_set_in_one_part_is_cut_the_same_way_in_every_form(form, cut, tmp_path):
    write, options = (WHOLE[form], {}) if form in WHOLE else (WHOLE_ROWS[form], SIZED)
    dataset = open_dataset(write(tmp_path / "set"), **options)
    assert dataset.classes == cut.classes == SET.names
    assert dataset.train.checksum == cut.train.checksum
    assert dataset.test.checksum == cut.test.checksum
    assert len(cut.train) + len(cut.test) == 60
    assert min(cut.test.counts(3)) > 0


# Each writes NAMED.
WORDS: dict[str, Write] = {
    "folders": lambda root: forms.folders(root, NAMED, NAMED.parts),
    "npz": lambda root: forms.npz(
        root / "set.npz",
        **arrays_of(NAMED, labels=lambda numbers: np.array(NAMED.names)[numbers]),
    ),
    "npz, bytes": lambda root: forms.npz(
        root / "set.npz",
        **arrays_of(NAMED, labels=lambda numbers: np.char.encode(NAMED.names, "utf-8")[numbers]),
    ),
    "npz with names": lambda root: forms.npz(
        root / "set.npz", **arrays_of(NAMED), class_names=np.array(NAMED.names)
    ),
    "csv": lambda root: forms.tables(root, NAMED),
    "csv, Latin-1": lambda root: forms.tables(root, NAMED, encoding="latin-1"),
    "csv, UTF-16": lambda root: forms.tables(root, NAMED, encoding="utf-16"),
    "csv, UTF-8 with its mark": lambda root: forms.tables(root, NAMED, encoding="utf-8-sig"),
    "csv without header": lambda root: forms.tables(root, NAMED, header=None),
    "csv with descriptions": lambda root: forms.tables(
        root,
        NAMED,
        header=("Label", *PIXELS, "Description"),
        row=lambda _, name, label, values: [label, *values, name],
    ),
    "csv with a label of another name": lambda root: forms.tables(
        root, NAMED, header=("garment", *PIXELS)
    ),
    "csv, V1 to V121, as R names columns": lambda root: forms.tables(
        root, NAMED, header=[f"V{place}" for place in range(1, 122)]
    ),
    "table of files": lambda root: forms.named_files(root, NAMED, "{part}{place:03}.png"),
    "arff": lambda root: forms.arffs(root, NAMED),
    "arff, double quotes": lambda root: forms.arffs(root, NAMED, quote='"'),
    "arff, sparse": lambda root: forms.arffs(root, NAMED, sparse=True),
    "parquet, Hugging Face": lambda root: forms.sharded(root, NAMED),
}


@pytest.mark.parametrize("form", WORDS)
def test_classes_in_words_are_the_same_in_every_form_that_has_them(form, tmp_path):
    assert_same(open_dataset(WORDS[form](tmp_path / "set"), **SIZED), NAMED)


# Each writes COLOUR.
COLOURED: dict[str, Write] = {
    "folders": lambda root: forms.folders(root, COLOUR, COLOUR.parts),
    "zip": lambda root: forms.zipped(
        forms.folders(root / "a", COLOUR, COLOUR.parts), root / "set.zip"
    ),
    "idx of four dimensions": lambda root: forms.idx(root, COLOUR.parts),
    "npz": lambda root: forms.npz(root / "set.npz", **arrays_of(COLOUR)),
    "npz, channels first": lambda root: forms.npz(
        root / "set.npz", **arrays_of(COLOUR, lambda pixels: np.moveaxis(pixels, 3, 1))
    ),
    "npy": lambda root: forms.npys(root, **arrays_of(COLOUR)),
    "table of files": lambda root: forms.named_files(root, COLOUR, "{part}{place:03}.png"),
    "parquet, Hugging Face": lambda root: forms.sharded(root, COLOUR),
}


@pytest.mark.parametrize("form", COLOURED)
def test_pictures_in_colour_are_the_same_in_every_form_that_has_them(form, tmp_path):
    assert_same(open_dataset(COLOURED[form](tmp_path / "set")), COLOUR)


@pytest.mark.parametrize(
    "write",
    [
        lambda root: validation_npz(root / "set.npz"),
        lambda root: forms.folders(root, SET, {**SET.parts, "valid": SET.test}),
        lambda root: forms.idx(
            root,
            {**SET.parts, "val": SET.test},
            parts={"train": "train", "test": "test", "val": "valid"},
        ),
        lambda root: (
            forms.table(forms.tables(root, SET).parent / "set/valid.csv", SET, SET.test).parent
        ),
    ],
    ids=["MedMNIST", "folders", "idx", "csv"],
)
def test_an_own_validation_part_is_kept(write, tmp_path):
    dataset = open_dataset(write(tmp_path / "set"), **SIZED)
    assert_same(dataset, SET)
    assert (dataset.validation.pixels == SET.test[0]).all()
    assert dataset.validation.labels.tolist() == SET.test[1].tolist()
