"""Tables of text as people and programs leave them, and what becomes of the files beside them."""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hemline.cli.app import _sentence
from hemline.data import memory, open_dataset
from hemline.data.tables import parquet, rows
from hemline.errors import DataError, HemlineError
from hemline.installing import install_command
from tests.data import forms
from tests.data.test_forms import PARTED, ROWS, SET, SIZED, WHOLE, assert_same

END = "\r\n"  # as csv.writer writes it
Write = Callable[[Path], Path]


def changed(change: Callable[[str], str], **options: object) -> Write:
    """The parts of SET as tables whose text is changed."""

    def write(root: Path) -> Path:
        for path in forms.tables(root, SET, **options).iterdir():
            path.write_bytes(change(path.read_bytes().decode()).encode())
        return root

    return write


def by_line(change: Callable[[int, str], str]) -> Callable[[str], str]:
    """Every line changed, the first of which is number 0."""
    return lambda text: "".join(
        change(number, line) + END for number, line in enumerate(text.split(END)[:-1])
    )


SOUND: dict[str, Write] = {
    "line ends of Unix": changed(lambda text: text.replace(END, "\n")),
    "line ends of old Macs": changed(lambda text: text.replace(END, "\r")),
    "no line end at the end": changed(lambda text: text.rstrip()),
    "blank lines at the end": changed(lambda text: text + END + END),
    "blank lines between": changed(lambda text: text.replace(END, END + END)),
    "blank lines before": changed(lambda text: END + END + text),
    "blanks after commas": changed(lambda text: text.replace(",", ", ")),
    "a comma at every end": changed(lambda text: text.replace(END, "," + END)),
    "a label named Class": changed(lambda text: text.replace("label", "Class")),
    "a label named TARGET in quotes": changed(lambda text: text.replace("label", '"TARGET"')),
    "a label named y": changed(lambda text: text.replace("label", "y")),
    "a label named as no one expects": changed(lambda text: text.replace("label", "digit")),
    "pixels named pixel_7": changed(lambda text: text.replace("pixel", "pixel_")),
    "a column of remarks": changed(
        by_line(
            lambda number, line: line + (',"torn, or ""cut""\nit is"' if number else ",remarks")
        )
    ),
    "a column of file names": changed(
        by_line(lambda number, line: (f"a{number}.png," if number else "file,") + line)
    ),
    "an index that was shuffled": changed(
        by_line(lambda number, line: (f"{number * 7919 % 1000 + 300}," if number else "id,") + line)
    ),
    "labels before and an index behind": changed(
        by_line(lambda number, line: line + (f",{number}" if number else ",Unnamed: 0"))
    ),
    "numbers with an exponent": changed(
        by_line(lambda number, line: line.replace(",7,", ",7e0,") if number else line)
    ),
    "numbers with blanks around them": changed(
        by_line(lambda number, line: line.replace(",7,", ", 7\t,") if number else line)
    ),
    "semicolons, everything quoted": changed(lambda text: text, delimiter=";", quoting=1),
}


@pytest.mark.parametrize("text", SOUND)
def test_texts_that_differ_in_nothing_that_matters_are_read(text, tmp_path):
    assert_same(open_dataset(SOUND[text](tmp_path / "set"), **SIZED), SET)


def test_blocks_join_where_they_were_cut(tmp_path, monkeypatch):
    monkeypatch.setattr(rows, "_BLOCK", 500)  # characters: a row or two
    folder = SOUND["a column of remarks"](tmp_path / "set")
    assert_same(open_dataset(folder, **SIZED), SET)


def test_a_test_table_without_labels_is_said_and_left_aside(tmp_path):
    folder = forms.tables(tmp_path / "set", SET)
    unlabelled = by_line(lambda _, line: line.partition(",")[2])
    text = (folder / "test.csv").read_bytes().decode()
    (folder / "test.csv").write_bytes(unlabelled(text).encode())
    (folder / "sample_submission.csv").write_text("ImageId,Label\n1,0\n2,0\n")
    dataset = open_dataset(folder, **SIZED)
    assert dataset.account.notes == ["test.csv has no labels and was left aside."]
    assert dataset.account.files("ignored")["test.csv"] == "a table without labels"
    assert list(dataset.account.files("used")) == ["train.csv"]
    assert dataset.account.counts["found"] == 3
    assert len(dataset.train) + len(dataset.test) == len(SET.train[0])


def test_files_that_no_table_names_are_ignored_with_a_reason(tmp_path):
    folder = forms.named_files(tmp_path / "set", SET, "{part}{place:03}")
    for place in range(4):
        forms.write(folder / f"unlabelled/{place}.png", forms.png(SET.test[0][place]))
    forms.write(folder / "README.md", "# A set, of pictures\n")
    account = open_dataset(folder).account
    assert account.counts == {"found": 67, "used": 62, "ignored": 5, "refused": 0}
    assert account.files("ignored")["unlabelled/2.png"] == "named in no table"


def test_rows_that_cannot_be_used_are_refused_one_by_one(tmp_path):
    folder = forms.named_files(tmp_path / "set", SET, "{part}{place:03}")
    table = folder / "train.csv"
    text = (
        table.read_bytes().decode().replace("train005,0", "train005,").replace("train006", "gone")
    )
    table.write_bytes((text + f"train000,0{END}train007,2{END}").encode())
    dataset = open_dataset(folder)
    assert dataset.account.files("refused") == {
        "images/train005.png": "without a label in row 6 of train.csv",
        "gone": "named in row 7 of train.csv, but not there",
        "images/train007.png": "with 2 labels in train.csv",
    }
    assert dataset.account.files("ignored") == {"images/train006.png": "named in no table"}
    assert len(dataset.train) == len(SET.train[0]) - 3


def test_a_table_by_itself_names_files_beside_it(tmp_path):
    folder = forms.named_files(tmp_path / "set", SET, "{part}{place:03}")
    dataset = open_dataset(folder / "train.csv")
    assert len(dataset.train) + len(dataset.test) == len(SET.train[0])


def test_a_folder_named_for_the_part_wins_over_another_with_the_same_names(tmp_path):
    folder = tmp_path / "set"
    for part, (pixels, _) in SET.parts.items():
        for place, picture in enumerate(pixels):
            forms.write(folder / part / f"{place}.png", forms.png(picture))
    labels = [[place, SET.name(label)] for place, label in enumerate(SET.train[1])]
    forms.write(folder / "labels.csv", forms.rows_text([["id", "label"], *labels[:18]]))
    names = open_dataset(folder).account.files("used")
    assert {name.partition("/")[0] for name in names} == {"labels.csv", "train"}


@pytest.mark.parametrize("column", [True, False], ids=["column", "names of files"])
def test_groups_lie_on_one_side(column, tmp_path):
    whole = SET.whole
    rows_of = [["file", "label", "writer"]]
    for place, label in enumerate(whole[1]):
        name = f"w{place % 20:02}_{place}.png"
        forms.write(tmp_path / "set" / name, forms.png(whole[0][place]))
        rows_of.append([name, SET.name(label), f"writer {place % 20}"])
    forms.write(tmp_path / "set/labels.csv", forms.rows_text(rows_of))
    dataset = open_dataset(tmp_path / "set", group="writer" if column else r"w\d+")
    train, test = (set(part.groups.tolist()) for part in (dataset.train, dataset.test))
    assert len(train | test) == 20
    assert not train & test


def test_a_large_table_takes_bounded_memory(tmp_path, monkeypatch):
    sizes = []
    parse = rows.TextReader._parsed

    def watched(self, lines, *rest):
        sizes.append(sum(map(len, lines)))
        return parse(self, lines, *rest)

    monkeypatch.setattr(rows, "_BLOCK", 10_000)
    monkeypatch.setattr(rows.TextReader, "_parsed", watched)
    forms.table(
        tmp_path / "set.csv",
        SET,
        tuple(np.tile(array, (9, *[1] * (array.ndim - 1))) for array in SET.whole),
    )
    open_dataset(tmp_path / "set.csv", **SIZED)
    assert len(sizes) > 20
    assert max(sizes) < 11_000


def test_tables_of_emnist_are_turned_and_named_by_their_mapping_file(tmp_path):
    forms.write(tmp_path / "set/emnist-small-mapping.txt", "0 65 97\n1 66\n2 98\n")
    for part, (pixels, labels) in SET.parts.items():
        turned = (pixels[:, :, :10].swapaxes(1, 2), labels)
        forms.table(tmp_path / f"set/emnist-small-{part}.csv", SET, turned, header=None)
    dataset = open_dataset(tmp_path / "set")
    assert dataset.classes == ("A", "B", "b")
    assert (dataset.train.pixels == SET.train[0][:, :, :10]).all()
    assert dataset.account.counts == {"found": 3, "used": 3, "ignored": 0, "refused": 0}


def test_names_of_files_may_differ_in_their_suffix_or_its_letters(tmp_path):
    folder = forms.named_files(
        tmp_path / "set", SET, "{part}{place:03}.JPG", "images/{part}{place:03}.jpg"
    )
    assert_same(open_dataset(folder), SET)


def test_a_table_that_counts_something_else_leaves_folders_of_classes_alone(tmp_path):
    folder = forms.folders(tmp_path / "set", SET, {"": SET.whole}, "{name}/{place}.png")
    forms.write(folder / "history.csv", "epoch,loss\n1,0.5\n2,0.4\n3,0.3\n")
    forms.write(folder / "sizes.csv", "name,width,height\na,1,2\nb,3,4\n")
    wide = [[f"f{place}" for place in range(70)], [place / 7 for place in range(70)]]
    forms.write(folder / "features.csv", forms.rows_text(wide))
    forms.npys(folder, features=np.zeros((60, 70)))
    np.save(folder / "paths.npy", np.array(["a", None], dtype=object))
    dataset = open_dataset(folder)
    assert dataset.account.took_for.startswith("a folder a class")
    others = ("history.csv", "sizes.csv", "features.csv", "features.npy", "paths.npy")
    assert dataset.account.files("ignored") == dict.fromkeys(others, "no picture")


def test_strict_makes_a_row_without_its_file_an_error(tmp_path):
    folder = forms.named_files(tmp_path / "set", SET, "{part}{place:03}")
    (folder / "images/train003.png").unlink()
    assert open_dataset(folder).account.counts["refused"] == 1
    with pytest.raises(DataError, match=r"received train003 .named in row 4 of train.csv"):
        open_dataset(folder, strict=True)


@pytest.mark.parametrize("form", ["csv", "csv, gzip", "arff", "npz, flattened", "parquet", "idx"])
def test_what_memory_does_not_hold_is_refused_before_it_is_read(form, tmp_path, monkeypatch):
    path = ({**PARTED, **ROWS, **WHOLE}[form])(tmp_path / "set")
    monkeypatch.setattr(memory, "available_memory", lambda: 100)
    for reads in ("_blocks", "_contents"):
        for reader in (rows.TextReader, parquet._Reader):
            monkeypatch.setattr(reader, reads, pytest.fail, raising=False)
    with pytest.raises(DataError, match=r"100 bytes of memory available.*would take \d"):
        open_dataset(path, **SIZED)


def test_without_pyarrow_the_import_says_what_is_missing(tmp_path, monkeypatch):
    path = WHOLE["parquet"](tmp_path / "set")
    for module in ("pyarrow", "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ModuleNotFoundError) as missing:
        open_dataset(path)
    assert install_command("tables") in _sentence(missing.value)


def test_damage_of_any_kind_is_read_or_refused_in_one_sentence(tmp_path):
    """Bytes changed, taken away and put in, always the same ones."""
    rng = np.random.default_rng(0)
    files = [
        forms.table(tmp_path / "a.csv", SET, SET.whole),
        forms.arff(tmp_path / "a.arff", SET, SET.whole, sparse=True),
        forms.npz(tmp_path / "a.npz", X=SET.whole[0], y=SET.whole[1]),
        forms.hugging_face(tmp_path / "a.parquet", SET, SET.whole),
    ]
    sound = {path: path.read_bytes() for path in files}
    refused = 0
    for path, content in [*sound.items()] * 25:
        place, length = rng.integers(len(content)), rng.integers(1, 20)
        damaged = (
            content[:place] + rng.bytes(length) + content[place + length :],
            content[:place] + content[place + length :],
            content[:place] + rng.bytes(length) + content[place:],
            content[:place],
        )[rng.integers(4)]
        path.write_bytes(damaged)
        try:
            _ = open_dataset(path, **SIZED).test
        except HemlineError as refusal:
            assert "\n" not in str(refusal)
            refused += 1
    assert refused > 50
