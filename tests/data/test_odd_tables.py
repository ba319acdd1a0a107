"""Tables as programs write them without being asked: labels, indices, shards and paths."""

import io

import numpy as np
import pytest

from hemline.data import open_dataset
from hemline.errors import DataError
from tests.data import forms
from tests.data.folders import draw

RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 256, (60, 64))
LABELS = np.arange(60) % 3


def pictures(folder, count=20, suffix=".png"):
    folder.mkdir(parents=True, exist_ok=True)
    for place in range(count):
        draw(place).save(folder / f"img_{place:03}{suffix}", "PNG")


@pytest.mark.parametrize("word", ["none", "None", "NONE", "NA", "-"])
def test_a_class_may_be_called_none(word, tmp_path):
    pictures(tmp_path / "set/images")
    rows = [["file", "label"]]
    rows += [[f"img_{place:03}.png", (word, "scratch")[place % 2]] for place in range(20)]
    forms.write(tmp_path / "set/labels.csv", forms.rows_text(rows))
    dataset = open_dataset(tmp_path / "set")
    assert sorted(dataset.classes) == sorted([word, "scratch"])
    assert len(dataset.train) + len(dataset.test) == 20


def saved(form):
    """Labels and pixels in one table, as text."""
    stream = io.StringIO()
    table = np.column_stack([LABELS, PIXELS])
    if form == "savetxt":
        np.savetxt(stream, table, delimiter=",")
    elif form == "savetxt, labels behind":
        np.savetxt(stream, np.roll(table, -1, axis=1), delimiter=",")
    else:
        head = [*map(str, range(65))] if form != "an index and a name" else ["label", *range(64)]
        rows = [head, *(table.astype(float) if form == "floats" else table).tolist()]
        if form != "floats":  # that of pandas, which has no name
            rows = [["", *rows[0]], *([place, *row] for place, row in enumerate(rows[1:]))]
        return forms.rows_text(rows)
    return stream.getvalue()


@pytest.mark.parametrize(
    "form", ["savetxt", "savetxt, labels behind", "floats", "an index", "an index and a name"]
)
def test_what_numpy_and_pandas_write_by_themselves_is_read(form, tmp_path):
    (tmp_path / "table.csv").write_text(saved(form))
    dataset = open_dataset(tmp_path / "table.csv")
    assert dataset.classes == ("0", "1", "2")
    assert str(dataset.form).startswith("8x8 grey")
    found = {bytes(picture.ravel()) for picture in dataset.train.pixels}
    assert found <= {bytes(row) for row in PIXELS.astype(np.uint8)}
    wanted = {bytes(row): label for row, label in zip(PIXELS.astype(np.uint8), LABELS, strict=True)}
    for picture, label in zip(dataset.train.pixels, dataset.train.labels, strict=True):
        assert wanted[bytes(picture.ravel())] == label


@pytest.mark.parametrize("name", ["isic_id", "ID_code", "Image ID", "image", "file_stem"])
def test_names_without_suffix_are_found_by_what_their_column_is_called(name, tmp_path):
    pictures(tmp_path / "set/images")
    rows = [[name, "benign_malignant"]]
    rows += [[f"img_{place:03}", ("benign", "malign")[place % 2]] for place in range(20)]
    forms.write(tmp_path / "set/metadata.csv", forms.rows_text(rows))
    assert open_dataset(tmp_path / "set").classes == ("benign", "malign")


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_missing_shard_is_named(missing, tmp_path):
    for number in {0, 1, 2} - {missing}:
        rows = [["label", *(f"pixel{place}" for place in range(64))]]
        rows += [[LABELS[at], *PIXELS[at]] for at in range(20 * number, 20 * number + 20)]
        forms.write(tmp_path / f"set/train-{number:05}-of-00003.csv", forms.rows_text(rows))
    with pytest.raises(
        DataError, match=f"Expected 3 files of train, .* with 2, without number {missing}"
    ):
        open_dataset(tmp_path / "set")


@pytest.mark.parametrize("absolute", [True, False])
def test_a_table_whose_files_lie_elsewhere_says_so(absolute, tmp_path):
    pictures(tmp_path / "elsewhere/images")
    begin = f"{tmp_path}/elsewhere/images" if absolute else "../elsewhere/images"
    rows = [["path", "label"]]
    rows += [[f"{begin}/img_{place:03}.png", place % 2] for place in range(20)]
    forms.write(tmp_path / "set/list.csv", forms.rows_text(rows))
    with pytest.raises(DataError, match=r"img_000.png, which lies elsewhere; put the table into"):
        open_dataset(tmp_path / "set/list.csv")
    pictures(tmp_path / "set/images")  # a copy, perhaps, or others of the same names
    notes = open_dataset(tmp_path / "set").account.notes
    assert any("img_000.png, which lies elsewhere; files of the same names in" in n for n in notes)


def test_files_that_lie_beside_the_table_are_nobodys_business(tmp_path):
    pictures(tmp_path / "set/images")
    rows = [["path", "label"]]
    rows += [[f"{tmp_path}/set/images/img_{place:03}.png", place % 2] for place in range(20)]
    forms.write(tmp_path / "set/list.csv", forms.rows_text(rows))
    dataset = open_dataset(tmp_path / "set")
    assert not dataset.account.notes
    assert len(dataset.train) + len(dataset.test) == 20


def test_a_wide_table_among_many_folders_is_soon_put_aside(tmp_path):
    """Not every column is looked for in every folder."""
    for number in range(300):
        folder = tmp_path / f"set/{number}"
        folder.mkdir(parents=True)
        for place in range(2):
            draw(2 * number + place).save(folder / f"{place}.png")
    rows = [[f"v{column}" for column in range(60)]]
    rows += [[f"{row},{column}" for column in range(60)] for row in range(60)]
    forms.write(tmp_path / "set/measures.csv", forms.rows_text(rows, ";"))
    assert len(open_dataset(tmp_path / "set").classes) == 300
