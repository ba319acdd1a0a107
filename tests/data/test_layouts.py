"""The layouts in which well-known sets are distributed, and what one expects of them."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from hemline.data import memory, open_dataset
from hemline.errors import DataError
from tests.data import forms
from tests.data.folders import draw, write_classes

Write = Callable[[Path], object]


class Expected(NamedTuple):
    classes: tuple[str, ...]
    train: int
    validation: int | None
    test: int


def picture(path: Path, seed: int, size: tuple[int, int] = (12, 10)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draw(seed, size).save(path)


def numbered(folder: Path, words: list[str], count: int, name: str = "{word}.{number}.png") -> None:
    """`cat.0.png` and so on."""
    for place, word in enumerate(words):
        for number in range(count):
            path = folder / name.format(word=word, number=number)
            picture(path, 1000 * place + number + len(str(path)))


def gtsrb(root: Path) -> None:
    """A folder and a table a class; the table of the test part lies outside, one without labels
    beside the pictures."""
    head = ["Filename", "Width", "Height", "ClassId"]
    for label in range(3):
        folder, rows = root / f"GTSRB/Final_Training/Images/{label:05}", [head]
        for number in range(6):
            picture(folder / f"00000_{number:05}.ppm", 10 * label + number)
            rows.append([f"00000_{number:05}.ppm", 12, 10, label])
        forms.write(folder / f"GT-{label:05}.csv", forms.rows_text(rows, ";"))
    rows = [[f"{number:05}.ppm", 12, 10, number % 3] for number in range(9)]
    for number in range(9):
        picture(root / f"GTSRB/Final_Test/Images/{number:05}.ppm", 100 + number)
    forms.write(root / "GT-final_test.csv", forms.rows_text([head, *rows], ";"))
    unlabelled = [row[:3] for row in [head, *rows]]
    forms.write(
        root / "GTSRB/Final_Test/Images/GT-final_test.test.csv", forms.rows_text(unlabelled, ";")
    )


def gtsrb_twice(root: Path) -> None:
    """Kaggle's, whose folders lie there again in small letters."""
    for name in ("Train", "train"):
        for label in range(3):
            for number in range(6):
                picture(root / f"{name}/{label}/{label}_{number:05}.png", 10 * label + number)
    for name in ("Test", "test"):
        for number in range(9):
            picture(root / f"{name}/{number:05}.png", 100 + number)
    for part, names in (
        ("Train", [f"{label}/{label}_{number:05}" for label in range(3) for number in range(6)]),
        ("Test", [f"{number:05}" for number in range(9)]),
    ):
        rows = [[place % 3, f"{part}/{name}.png"] for place, name in enumerate(names)]
        forms.write(root / f"{part}.csv", forms.rows_text([["ClassId", "Path"], *rows]))


def faces(path: Path) -> Path:
    """FER2013: a picture a cell."""
    words = {"Training": 12, "PublicTest": 6, "PrivateTest": 6}
    rows: list[list[object]] = [["emotion", "pixels", "Usage"]]
    rng = np.random.default_rng(0)
    for word, count in words.items():
        cells = (" ".join(map(str, rng.integers(0, 256, 144))) for _ in range(count))
        rows += [[place % 3, cell, word] for place, cell in enumerate(cells)]
    return forms.write(path, forms.rows_text(rows))


def one_hot_files(root: Path, names: tuple[str, ...] = ("MEL", "NV", "BCC")) -> None:
    """ISIC's: a column a class."""
    rows = [["image", *names]] if names else []
    suffix = "" if names else ".png"
    for number in range(18):
        picture(root / f"input/ISIC_{number:04}.png", number)
        hot = (f"{number % 3 == place:.1f}" for place in range(3))
        rows.append([f"ISIC_{number:04}{suffix}", *hot])
    forms.write(root / "truth.csv", forms.rows_text(rows))


def two_folders(root: Path) -> None:
    """HAM10000: files in two folders, which are no classes, and a table of all."""
    rows = [["lesion_id", "image_id", "dx", "age", "sex"]]
    for number in range(18):
        picture(root / f"images_part_{1 + number % 2}/ISIC_{number:04}.png", number)
        rows.append([f"HAM_{number // 2}", f"ISIC_{number:04}", "abc"[number % 3], 50, "male"])
    forms.write(root / "metadata.csv", forms.rows_text(rows))


def seg(root: Path) -> None:
    """Intel's: parts named alike, each in a folder of its name, and pictures to predict."""
    write_classes(root / "seg_train/seg_train", count=6)
    write_classes(root / "seg_test/seg_test", count=3, seed=1)
    numbered(root / "seg_pred/seg_pred", [""], 4, "{number}.png")


def pets(root: Path) -> None:
    numbered(root / "images", ["Abyssinian", "american_bulldog"], 12, "{word}_{number}.png")
    numbered(root / "annotations/trimaps", ["Abyssinian"], 12, "{word}_{number}.png")


def dogs(root: Path) -> None:
    numbered(root / "train", ["cat", "dog"], 12)
    numbered(root / "test1", [""], 4, "{number}.png")


def tiny(root: Path) -> None:
    """Tiny ImageNet: a folder within every class, and parts without classes."""
    for name in ("n01", "n02"):
        write_classes(root / "train" / name, ["images"], seed=len(name) + int(name[-1]))
    numbered(root / "val/images", ["val"], 3, "{word}_{number}.png")


def hugging_face(root: Path) -> None:
    """CIFAR-100: two columns of classes, one of which tells the other."""
    names = {"fine_label": ["apple", "bee", "cat"], "coarse_label": ["animal", "plant"]}
    features = {of: {"names": names[of], "_type": "ClassLabel"} for of in names}
    for part, count in (("train", 18), ("test", 9)):
        labels = [number % 3 for number in range(count)]
        cells = [{"bytes": forms.png(np.asarray(draw(count + n))), "path": None} for n in labels]
        columns = {
            "img": [
                {**cell, "bytes": forms.png(np.asarray(draw(100 * count + place)))}
                for place, cell in enumerate(cells)
            ],
            "fine_label": labels,
            "coarse_label": [int(label == 0) for label in labels],
        }
        forms.parquet(root / f"cifar100/{part}-00000-of-00001.parquet", columns, features)


def json_lines(root: Path) -> None:
    for part, count in (("train", 18), ("test", 9)):
        for number in range(count):
            picture(root / part / f"{number:04}.png", 100 * count + number)
        rows = [{"file_name": f"{n:04}.png", "label": "abc"[n % 3]} for n in range(count)]
        forms.write(root / part / "metadata.jsonl", "\n".join(map(json.dumps, rows)))


def quick_draw(root: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (2, 12, 784), np.uint8)
    for name, some in zip(("The Eiffel Tower", "picture frame"), pixels, strict=True):
        forms.npys(root, **{f"full_numpy_bitmap_{name}": some})
    forms.npys(root, full_numpy_bitmap_cat=255 - pixels[0])


def sign_language(root: Path) -> None:
    """Tables that lie in folders of their names again."""
    small = forms.small()
    for part in ("train", "test"):
        text = forms.table(root / f"sign_{part}.csv", small, small.parts[part]).read_bytes()
        forms.write(root / f"sign_{part}/sign_{part}.csv", text)


def mangled(root: Path) -> None:
    """A first row of pixels that pandas took for names, and told apart."""
    small = forms.small()
    path = forms.table(root / "A_Z.csv", small, small.whole, header=None)
    names = ["0", *(f"0.{place}" for place in range(1, 121))]
    forms.write(path, forms.rows_text([names]) + path.read_text())


AB, ABC, NUMBERS = ("a", "b"), ("a", "b", "c"), ("0", "1", "2")
LAYOUTS: dict[str, tuple[Write, Expected]] = {
    "GTSRB": (gtsrb, Expected(NUMBERS, 18, None, 9)),
    "GTSRB, Kaggle's twice": (gtsrb_twice, Expected(NUMBERS, 18, None, 9)),
    "FER2013": (lambda root: faces(root / "fer.csv"), Expected(NUMBERS, 12, 6, 6)),
    "HAM10000": (two_folders, Expected(ABC, 15, None, 3)),
    "ISIC": (one_hot_files, Expected(("BCC", "MEL", "NV"), 15, None, 3)),
    "one-hot, no header": (lambda root: one_hot_files(root, ()), Expected(NUMBERS, 15, None, 3)),
    "Intel": (seg, Expected(ABC, 18, None, 9)),
    "pets": (pets, Expected(("Abyssinian", "american_bulldog"), 20, None, 4)),
    "dogs and cats": (dogs, Expected(("cat", "dog"), 20, None, 4)),
    "Tiny ImageNet": (tiny, Expected(("n01", "n02"), 10, None, 2)),
    "CIFAR-100": (hugging_face, Expected(("apple", "bee", "cat"), 18, None, 9)),
    "image folder": (json_lines, Expected(ABC, 18, None, 9)),
    "Quick, Draw!": (
        quick_draw,
        Expected(("cat", "picture frame", "The Eiffel Tower"), 30, None, 6),
    ),
    "sign language": (sign_language, Expected(NUMBERS, 42, None, 18)),
    "letters": (mangled, Expected(NUMBERS, 51, None, 9)),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_is_read_as_one_expects(layout, tmp_path):
    write, expected = LAYOUTS[layout]
    write(tmp_path)
    sized = {"size": (12, 10)} if layout in ("sign language", "letters") else {}
    dataset = open_dataset(tmp_path, **sized)
    validation = dataset.validation and len(dataset.validation)
    found = Expected(dataset.classes, len(dataset.train), validation, len(dataset.test))
    assert found == expected
    assert not dataset.account.counts["refused"]


def test_classes_by_names_of_files_are_said(tmp_path):
    dogs(tmp_path)
    account = open_dataset(tmp_path).account
    assert account.took_for.startswith("files named for their class in parts (train)")
    assert "cat.0.png is of 'cat'" in account.notes[0]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["IMG", "DSC"], "{word}_{number}.png"),  # of cameras
        (["train", "test"], "{word}_{number}.png"),  # parts
        (["cat"], "{word}_{number}.png"),
        (["3a", "f0"], "{number}{word}.png"),  # digits of hashes
    ],
)
def test_other_names_of_files_are_no_classes(words, name, tmp_path):
    numbered(tmp_path, words, 12, name)
    with pytest.raises(DataError, match="a folder of pictures for each class"):
        open_dataset(tmp_path)


def test_a_word_that_stands_few_times_is_no_class(tmp_path):
    numbered(tmp_path, ["cat"], 12)
    numbered(tmp_path, ["dog"], 9)
    with pytest.raises(DataError, match="a folder of pictures for each class"):
        open_dataset(tmp_path)


def test_columns_a_class_beside_pixels_are_labels(tmp_path):
    small = forms.small()
    path = forms.table(
        tmp_path / "a.csv",
        small,
        small.whole,
        header=(*forms.PIXELS, "coat", "bag", "boot"),
        row=lambda _, __, label, values: [*values, *np.eye(3, dtype=int)[label]],
    )
    dataset = open_dataset(path, size=(12, 10))
    assert dataset.classes == ("bag", "boot", "coat")
    assert sum(split.counts(3)[0] for split in (dataset.train, dataset.test)) == 20


def test_of_several_sets_of_arrays_one_file_opens_its_own(tmp_path):
    for name, seed in (("kmnist", 0), ("k49", 1)):
        small = forms.small(seed=seed)
        for part, arrays in small.parts.items():
            for kind, array in zip(("imgs", "labels"), arrays, strict=True):
                forms.npz(tmp_path / f"{name}-{part}-{kind}.npz", arr_0=array)
    with pytest.raises(DataError, match="point --data at one file of the right set"):
        open_dataset(tmp_path)
    dataset = open_dataset(tmp_path / "k49-train-imgs.npz")
    assert (dataset.train.pixels == small.train[0]).all()
    assert (dataset.test.pixels == small.test[0]).all()


def faces_in(form: str, folder: Path) -> Path:
    """Faces as a table of text, and the same rows in another form."""
    faces(folder / "fer.csv")
    head, *rows = csv.reader((folder / "fer.csv").read_text().splitlines())
    if form == "parquet":
        columns = dict(zip(head, map(list, zip(*rows, strict=True)), strict=True))
        return forms.parquet(folder / "fer.parquet", columns)
    if form == "json lines":
        lines = [json.dumps(dict(zip(head, row, strict=True))) for row in rows]
        return forms.write(folder / "fer.jsonl", "\n".join(lines))
    return folder / "fer.csv"


@pytest.mark.parametrize("form", ["parquet", "json lines"])
def test_pictures_in_cells_are_the_same_in_every_table(form, tmp_path):
    dataset, like = (open_dataset(faces_in(each, tmp_path)) for each in (form, "csv"))
    assert dataset.classes == like.classes
    assert dataset.train.checksum == like.train.checksum
    assert dataset.validation.checksum == like.validation.checksum
    assert dataset.test.checksum == like.test.checksum


@pytest.mark.parametrize("form", ["csv", "parquet", "json lines"])
def test_more_pictures_in_cells_than_memory_holds_are_refused(form, tmp_path, monkeypatch):
    path = faces_in(form, tmp_path)
    monkeypatch.setattr(memory, "available_memory", lambda: 100)
    with pytest.raises(DataError, match=r"100 bytes of memory available.*would take \d"):
        open_dataset(path)


def with_the_training_again(root: Path) -> Path:
    faces(root / "all.csv")
    text = (root / "all.csv").read_text().splitlines()
    rows = [line.removesuffix(",Training") for line in text if line.endswith("Training")]
    return forms.write(root / "train.csv", "emotion,pixels\n" + "\n".join(rows)).parent


def two_configurations(root: Path) -> Path:
    small = forms.small()
    for name in ("mnist", "fashion"):
        forms.hugging_face(root / name / "train-00000-of-00001.parquet", small, small.train)
    return root


def writers(root: Path) -> Path:
    """Two columns of classes, neither of which tells the other."""
    features = {name: {"names": ["a", "b"], "_type": "ClassLabel"} for name in ("digit", "writer")}
    columns = {"image": [{"bytes": forms.png(np.asarray(draw(n)))} for n in range(8)]}
    labels = {"digit": [0, 1] * 4, "writer": [0] * 4 + [1] * 4}
    return forms.parquet(root / "a.parquet", {**columns, **labels}, features)


def table_in_a_zip(root: Path) -> Path:
    numbered(root / "set/train", [""], 6, "{number}.png")
    forms.write(root / "set/trainLabels.csv", "id,label\n1,cat\n2,dog\n")
    return forms.zipped(root / "set", root / "set.zip")


def torn_cell(root: Path) -> Path:
    path = faces(root / "fer.csv")
    return forms.write(path, path.read_text().replace(",PrivateTest", "x,PrivateTest"))


REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a table of all parts beside one": (with_the_training_again, "all.csv with a column of parts"),
    "several configurations": (two_configurations, r"several folders .*\(fashion, mnist\); point"),
    "two classes a picture": (writers, r"several columns of classes \(digit, writer\); keep one"),
    "a zip with a table": (table_in_a_zip, r"trainLabels.csv\); unpack it and pass the folder"),
    "a cell that holds a letter": (torn_cell, "whole numbers with blanks between them"),
    "CIFAR's binary form": (
        lambda root: forms.write(root / "data_batch_1.bin", bytes(3073 * 2)),
        r"binary file of CIFAR; read it with numpy.fromfile",
    ),
}


@pytest.mark.parametrize("layout", REFUSED)
def test_what_cannot_be_told_is_refused_in_one_sentence(layout, tmp_path):
    write, sentence = REFUSED[layout]
    with pytest.raises(DataError, match=sentence):
        open_dataset(write(tmp_path))
