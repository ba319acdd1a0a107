"""Data that cannot be read: one sentence each, which says what is wrong and what to do."""

import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hemline.data import open_dataset
from hemline.data.refusing import _masked_crc32c
from hemline.errors import DataError, HemlineError, PixelsError
from tests.data import forms
from tests.data.forms import PIXELS, flat
from tests.data.test_forms import PARTED, ROWS, SET, SIZED, arrays_of, gz
from tests.data.test_tables import by_line, changed
from tests.idx import idx_bytes

Write = Callable[[Path], Path]
PICTURES, LABELS = SET.train


def file(content: bytes | str, name: str = "set") -> Write:
    return lambda root: forms.write(root / name, content)


def idx_file(name: str, content: bytes, without: str = "") -> Write:
    """The idx files of SET, one of which is another."""

    def write(root: Path) -> Path:
        forms.idx(root, SET.parts)
        forms.write(root / name, content)
        if without:
            (root / without).unlink()
        return root

    return write


def npz(**changes: np.ndarray) -> Write:
    """The arrays of SET, some of them others; None takes one away."""
    arrays = {**arrays_of(SET), **changes}
    return lambda root: forms.npz(
        root / "set.npz", **{name: array for name, array in arrays.items() if array is not None}
    )


def line(number: int, change: Callable[[str], str]) -> Write:
    """The tables of SET with one line changed; line 1 is that of the names."""
    return changed(by_line(lambda place, text: change(text) if place + 1 == number else text))


def objects(root: Path) -> Path:
    root.mkdir()
    np.save(root / "x_train.npy", np.array([{}, 1], dtype=object))
    return root


def tfrecord() -> bytes:
    length = struct.pack("<Q", 5)
    return length + struct.pack("<I", _masked_crc32c(length)) + b"hello" + bytes(4)


def torch_file(root: Path) -> Path:
    root.mkdir()
    with zipfile.ZipFile(root / "set.pt", "w") as archive:
        archive.writestr("set/data.pkl", pickle.dumps({}))
    return root / "set.pt"


def cifar(root: Path) -> Path:
    forms.write(root / "data_batch_1", pickle.dumps({b"data": [1]}, protocol=2))
    forms.write(root / "batches.meta", pickle.dumps({b"label_names": []}, protocol=2))
    forms.write(root / "readme.html", "<html>About CIFAR</html>")
    return root


def parquet(change: Callable[[bytes], bytes]) -> Write:
    def write(root: Path) -> Path:
        path = forms.hugging_face(root / "set.parquet", SET, SET.train)
        path.write_bytes(change(path.read_bytes()))
        return path

    return write


def columns(**more: object) -> Write:
    """Parquet with pictures as bytes, and more columns."""
    pictures = [forms.png(picture) for picture in PICTURES]
    return lambda root: forms.parquet(root / "set.parquet", {"image": pictures, **more})


def two_kinds(root: Path) -> Path:
    forms.named_files(root, SET, "{part}{place:03}")
    square = [[name, *values[:100]] for name, *values in forms.pixel_rows(SET, SET.test, row)]
    forms.write(root / "test.csv", forms.rows_text([["label", *PIXELS[:100]], *square]))
    return root


def part_alone(root: Path) -> Path:
    (forms.named_files(root, SET, "{part}{place:03}") / "train.csv").unlink()
    return root


def row(_: int, name: str, __: int, values: list[int]) -> list[object]:
    return [name, *values]


def shorten(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:-100])
    return path


def damage(path: Path) -> Path:
    content = bytearray(path.read_bytes())
    content[1000] ^= 0xFF
    path.write_bytes(content)
    return path


FAULTY: dict[str, tuple[Write, str]] = {
    # Forms that are known and not read.
    "HDF5": (file(b"\x89HDF\r\n\x1a\n" + bytes(90), "set.h5"), "an HDF5 file; .*h5py"),
    "MATLAB": (file(b"MATLAB 5.0 MAT-file, made by hand", "a.mat"), r"\.mat file.*loadmat"),
    "MATLAB 7.3": (file(b"MATLAB 7.3 MAT-file, made by hand", "a.mat"), r"7\.3; .*h5py"),
    "pickle": (file(pickle.dumps([1], protocol=5), "set.pkl"), "a pickle, which can run any code"),
    "pickle of protocol 0": (file(pickle.dumps([1], protocol=0)), "a pickle"),
    "pickle, gzip": (file(gz(pickle.dumps([1], protocol=2)), "mnist.pkl.gz"), "a pickle"),
    "PyTorch": (torch_file, r"a file of PyTorch, a pickle.*\.numpy\(\)"),
    "CIFAR's batches": (cifar, "batches.meta, which is a pickle"),
    "npy of objects": (objects, "x_train.npy.* holds a pickle.*astype"),
    "npz of objects": (npz(x_train=np.array([{}, 1], dtype=object)), "x_train in .*holds a pickle"),
    "TFRecord": (file(tfrecord(), "train.tfrecord"), "a TFRecord file; read it with tf.data"),
    "RAR": (file(b"Rar!\x1a\x07\x01\x00", "a.rar"), "a RAR archive; unpack it"),
    "7z": (file(b"7z\xbc\xaf'\x1c\x00", "a.7z"), "a 7z archive; unpack it"),
    "Excel": (file(b"\xd0\xcf\x11\xe0\xa1\xb1", "a.xls"), "an Excel workbook; save it as CSV"),
    "a DatasetDict of Hugging Face": (
        lambda root: (
            forms.write(root / "train/data-00000-of-00001.arrow", b"\xff\xff\xff\xff"),
            forms.write(root / "dataset_dict.json", b'{"splits": ["train"]}').parent,
        )[1],
        "made of Arrow files; .*to_parquet",
    ),
    "Arrow": (file(b"ARROW1\x00\x00", "a.arrow"), "made of Arrow files; .*to_parquet"),
    "SQLite": (file(b"SQLite format 3\x00", "a.db"), "an SQLite database; export"),
    "JSON": (file('{"images": [1, 2]}', "a.json"), "a JSON file; save it as CSV"),
    "web page": (file("<!DOCTYPE html>", "train.csv"), "a web page or XML; obtain the data"),
    "Git LFS": (file("version https://git-lfs.github.com/spec/v1\n"), "git lfs pull"),
    "empty file": (file(b"", "set.csv"), "an empty file; obtain it again"),
    "nothing that is known": (file(b"\x01\x02\x03\x04" * 40), "none of these"),
    "no such path": (lambda root: root / "nowhere", "nowhere"),
    "tables within a zip": (
        lambda root: forms.zipped(forms.tables(root / "a", SET), root / "set.zip"),
        "an archive without pictures; unpack it",
    ),
    # idx
    "idx, truncated": (
        idx_file("train-images-idx3-ubyte", idx_bytes(PICTURES)[:-1]),
        "truncated or damaged",
    ),
    "idx, gzip that ends early": (
        idx_file("train-images-idx3-ubyte", gz(idx_bytes(PICTURES))[:-20]),
        "ends too early",
    ),
    "idx that goes on": (
        idx_file("train-images-idx3-ubyte", idx_bytes(PICTURES) + b"more"),
        "received 5060",
    ),
    "idx of an absurd shape": (
        idx_file("train-images-idx3-ubyte", b"\0\0\x08\x03" + b"\xff" * 12),
        "truncated or damaged",
    ),
    "idx of floats": (
        idx_file("train-images-idx3-ubyte", idx_bytes(PICTURES, kind=0x0D)),
        "of type 0d",
    ),
    "idx that is a web page": (
        idx_file("train-images-idx3-ubyte", b"<html>404</html>"),
        "beginning with 3c 68",
    ),
    "idx without labels": (
        lambda root: forms.write(root / "train-images-idx3-ubyte", idx_bytes(PICTURES)).parent,
        "nothing for it that holds labels",
    ),
    "idx without pictures": (
        idx_file("t10k-labels-idx1-ubyte", idx_bytes(LABELS), "t10k-images-idx3-ubyte"),
        "t10k-labels-idx1-ubyte but nothing for it that holds pictures",
    ),
    "idx with fewer labels": (
        idx_file("train-labels-idx1-ubyte", idx_bytes(LABELS[1:])),
        "42 pictures .* 41 labels",
    ),
    "idx of several sets": (
        lambda root: forms.idx(
            forms.idx(root, SET.parts, "emnist-a-{part}-{kind}-idx{n}-ubyte"),
            SET.parts,
            "emnist-b-{part}-{kind}-idx{n}-ubyte",
        ),
        "one set of idx files, received 2.*point --data at one file",
    ),
    "EMNIST with a mapping of others": (
        lambda root: (
            forms.write(
                forms.idx(root, SET.parts, "emnist-a-{part}-{kind}-idx{n}-ubyte")
                / "emnist-a-mapping.txt",
                "0 48\n1 49\n",
            ).parent
        ),
        "labels that .*mapping.txt names, received '2'",
    ),
    "EMNIST with a mapping of no numbers": (
        lambda root: (
            forms.write(
                forms.idx(root, SET.parts, "emnist-a-{part}-{kind}-idx{n}-ubyte")
                / "emnist-a-mapping.txt",
                "0 zero\n",
            ).parent
        ),
        "a label and the code of its character",
    ),
    # Arrays
    "npz, truncated": (lambda root: shorten(npz()(root)), "a whole zip"),
    "npz, damaged within": (lambda root: damage(npz()(root)), "that cannot be read .*CRC"),
    "npy, truncated": (
        lambda root: shorten(forms.npys(root, **arrays_of(SET)) / "x_train.npy").parent,
        "x_train.npy that cannot be read",
    ),
    "npz without labels": (npz(y_train=None, y_test=None), "nothing for it that holds labels"),
    "npz without pictures": (
        npz(x_train=None, x_test=None),
        r"arrays of pictures and of labels.*y_train of shape \(42,\)",
    ),
    "npz of other names": (
        lambda root: forms.npz(root / "a.npz", foo=PICTURES, bar=LABELS),
        r"foo of shape.*savez\(",
    ),
    "npz, test part alone beside validation": (
        lambda root: forms.npz(
            root / "a.npz", x_test=PICTURES, y_test=LABELS, x_val=PICTURES, y_val=LABELS
        ),
        "Expected a training part",
    ),
    "npz with two arrays for one": (npz(images_train=PICTURES), "x_train .*and images_train"),
    "npz with fewer labels": (npz(y_train=LABELS[2:]), "42 pictures in .* and 40 labels"),
    "npz, pictures last in the shape": (
        npz(x_train=np.moveaxis(PICTURES, 0, 2)),
        "10 pictures in .* and 42 labels",
    ),
    "npz of scaled floats": (npz(x_train=(PICTURES / 255)), r"float64 from 0 to .*\(x \* 255\)"),
    "npz of standardised floats": (npz(x_train=PICTURES / 128 - 1.0), "float64 from -1 to"),
    "npz of half numbers": (npz(x_train=PICTURES + 0.5), "original pixels as uint8"),
    "npz of NaN": (npz(x_train=np.full(PICTURES.shape, np.nan)), "float64 from nan"),
    "npz of large numbers": (npz(x_train=PICTURES.astype(np.int32) * 9), "int32 from 0 to"),
    "npz of zeros and ones": (npz(x_train=(PICTURES > 99).astype(int)), "never exceed 1"),
    "npz of bool": (npz(x_train=PICTURES > 99), "received bool"),
    "npz of five dimensions": (npz(x_train=PICTURES[..., None, None]), "received shape"),
    "npz flattened and not square": (npz(x_train=flat(PICTURES)), "add --size WIDTHxHEIGHT"),
    "npz flattened in colour": (
        npz(x_train=np.zeros((42, 3072), np.uint8)),
        r"in rows whose order can be told.*\(n, 32, 32, 3\)",
    ),
    "npz with several labels a picture": (
        npz(y_train=np.ones((42, 3), np.uint8)),
        "one label a picture",
    ),
    "npz with halves as labels": (npz(y_train=LABELS + 0.5), "labels as whole numbers or text"),
    "npz with labels of complex numbers": (npz(y_train=LABELS + 1j), "labels of shape"),
    "npz with fewer names than classes": (
        npz(class_names=np.array(["a", "b"])),
        "labels from 0 to 1",
    ),
    "npz with another class in the test part": (
        npz(y_test=SET.test[1] + 1),
        "the same classes in every part",
    ),
    "npy of pictures alone": (
        lambda root: forms.npys(root, x_train=PICTURES) / "x_train.npy",
        "holds labels",
    ),
    # Tables
    "csv with a header alone": (file("label," + ",".join(PIXELS) + "\n", "set.csv"), "without any"),
    "csv with a short row": (
        line(5, lambda text: text.rpartition(",")[0]),
        "121 cells in every row.* 120 cells in line 5",
    ),
    "csv with a long row": (line(7, lambda text: text + ",1"), "122 cells in line 7"),
    "csv with an empty cell": (
        line(4, lambda text: text.rpartition(",")[0] + ","),
        "an empty cell in line 4",
    ),
    "csv with a word for a pixel": (
        line(6, lambda text: text.rpartition(",")[0] + ",oops"),
        "pixel120, .* 'oops' in line 6",
    ),
    "csv with a NUL": (line(6, lambda text: text + "\0"), r"\\x00' in line 6"),
    "csv without a label in a row": (
        line(3, lambda text: "," + text.partition(",")[2]),
        "without one in row 2",
    ),
    "csv with NaN for a label": (
        line(3, lambda text: "NaN," + text.partition(",")[2]),
        "without one in row 2",
    ),
    "csv with a number beyond 255": (
        line(3, lambda text: text.rpartition(",")[0] + ",256"),
        "to 256",
    ),
    "csv with a number beyond all": (
        line(3, lambda text: text.rpartition(",")[0] + ",99999"),
        r"to 1e\+05.*pixels as uint8",
    ),
    "csv with a negative number": (
        line(3, lambda text: text.rpartition(",")[0] + ",-1"),
        "from -1",
    ),
    "csv of scaled floats": (
        lambda root: forms.tables(
            root, SET, row=lambda _, name, __, values: [name, *(value / 255 for value in values)]
        ),
        r"\(x \* 255\)",
    ),
    "csv of zeros and ones": (
        lambda root: forms.tables(
            root, SET, row=lambda _, name, __, values: [name, *(int(v > 99) for v in values)]
        ),
        "never exceed 1",
    ),
    "csv of pictures that are not square": (
        lambda root: forms.tables(root, SET),
        "add --size WIDTHxHEIGHT",
    ),
    "csv of pictures that are not square, without header": (
        lambda root: forms.table(
            root / "set.csv",
            SET,
            SET.whole,
            header=None,
            row=lambda _, name, __, values: [name, *values[:-3]],
        ),
        "a label and square pictures.*--size",
    ),
    "csv with a column twice": (
        changed(lambda text: text.replace("pixel7,", "pixel8,", 1)),
        "2 columns named 'pixel8'",
    ),
    "csv with two columns that may be labels": (
        lambda root: forms.tables(
            root,
            SET,
            header=("colour", "kind", *PIXELS),
            row=lambda _, name, label, values: [label, name, *values],
        ),
        "'colour', 'kind'; name the right one label",
    ),
    "csv without labels": (
        lambda root: forms.table(
            root / "set.csv",
            SET,
            SET.whole,
            header=PIXELS[:100],
            row=lambda _, __, ___, values: values[:100],
        ),
        "a column of labels",
    ),
    "csv without header where both ends may be labels": (
        lambda root: forms.table(
            root / "set.csv",
            SET,
            SET.whole,
            header=None,
            row=lambda place, _, label, values: [label, *values[:99], place % 3],
        ),
        "both may hold them; name the columns",
    ),
    "csv without header where neither end may": (
        lambda root: forms.table(
            root / "set.csv",
            SET,
            SET.whole,
            header=None,
            row=lambda _, __, label, values: [label * 7, *values[:99], 9],
        ),
        "neither may hold them",
    ),
    "csv with a part that nobody knows": (
        lambda root: forms.write(
            forms.split_table(root / "a.csv", SET, "split", {"train": "train", "test": "test"}),
            (root / "a.csv").read_text().replace("test,2", "later,2", 1),
        ),
        "train, validation or test .*'later'",
    ),
    "csv, gzip that ends early": (
        lambda root: forms.table(
            root / "a.csv.gz", SET, SET.whole, pack=lambda content: gz(content)[:-30]
        ),
        "a whole table.*damaged",
    ),
    "csv, several that say nothing of parts": (
        lambda root: forms.tables(root, SET, "{}ers.csv"),
        "one table for each part, with train or test in its name",
    ),
    "csv, two sets in one folder": (
        lambda root: forms.tables(forms.tables(root, SET, "a_{}.csv"), SET, "b_{}.csv"),
        "received a_train.csv and b_train.csv|received a_test.csv and b_test.csv",
    ),
    "csv of two kinds": (two_kinds, "tables of one kind"),
    "csv of files that are not there": (
        lambda root: forms.named_files(root, SET, "{part}{place:03}x.png") / "train.csv",
        "names of files that are there.*'file', 'label'",
    ),
    "csv of files without labels": (
        lambda root: (
            forms.write(
                forms.named_files(root, SET, name="{}.txt") / "train.csv",
                "file,light,mood\ntrain000.png,1,good\ntrain001.png,2,good\n",
            ).parent
        ),
        "a column of labels, received .*train.csv without one",
    ),
    "csv of files of the test part alone": (
        part_alone,
        "a training part as well",
    ),
    "csv of files in two folders": (
        lambda root: forms.named_files(
            forms.named_files(root, SET, file="one/{part}{place:03}.png"),
            SET,
            "{part}{place:03}",
            "two/{part}{place:03}.png",
        ),
        "one folder with the files.*two and one",
    ),
    # ARFF
    "arff without rows": (file("@RELATION a\n@ATTRIBUTE b REAL\n", "a.arff"), "rows after @data"),
    "arff with nothing after @data": (
        file("@RELATION a\n@ATTRIBUTE b REAL\n@DATA\n", "a.arff"),
        "without any",
    ),
    "arff with a missing value": (
        lambda root: forms.write(
            forms.arff(root / "a.arff", SET, SET.whole),
            (root / "a.arff").read_text().replace(",'2'\n", ",?\n", 1),
        ),
        "without one in row 41",
    ),
    "arff, sparse and broken": (
        lambda root: forms.write(
            forms.arff(root / "a.arff", SET, SET.whole, sparse=True),
            (root / "a.arff").read_text().replace("{0 ", "{5000 ", 1),
        ),
        "sparse rows such as",
    ),
    # Parquet
    "parquet, truncated": (parquet(lambda content: content[:-9]), "a damaged one"),
    "parquet, damaged within": (
        parquet(lambda content: content[:300] + bytes(200) + content[500:]),
        "a damaged one",
    ),
    "parquet of its first bytes alone": (file(b"PAR1", "a.parquet"), "a damaged one"),
    "parquet without labels": (columns(), "a column of labels"),
    "parquet with two columns of pictures": (
        lambda root: forms.parquet(root / "a.parquet", {"a": [b"a"], "b": [b"b"], "label": [0]}),
        r"several columns of pictures \(a, b\); keep one",
    ),
    "parquet with lists of several lengths": (
        lambda root: forms.parquet(
            root / "a.parquet", {"image": [[[1, 2], [3, 4]], [[5], [6]]], "label": [0, 1]}
        ),
        "lists of several lengths",
    ),
    "parquet with an empty cell for a pixel": (
        lambda root: forms.parquet(
            root / "a.parquet",
            {
                **{f"pixel{place}": [200, None] for place in range(64)},
                "label": [0, 1],
            },
        ),
        "1 empty cells in the column pixel0",
    ),
}


@pytest.mark.parametrize("form", FAULTY)
def test_what_cannot_be_read_is_refused_in_one_sentence(form, tmp_path):
    write, sentence = FAULTY[form]
    with pytest.raises(HemlineError, match=sentence) as refusal:
        _ = open_dataset(write(tmp_path / "set")).test
    assert isinstance(refusal.value, DataError | PixelsError)
    assert "\n" not in str(refusal.value)
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize("form", ["npz", "idx", "csv"])
def test_nothing_to_group_by_is_said(form, tmp_path):
    path = {**PARTED, **ROWS, "npz": PARTED["npz x_train"]}[form](tmp_path / "set")
    with pytest.raises(DataError, match=r"to group by.*--group"):
        open_dataset(path, **SIZED, group="writer")
