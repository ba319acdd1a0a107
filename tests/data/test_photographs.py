"""Photographs to train with: a folder a kind, what cannot be read left out and named."""

import shutil

import numpy as np
import pytest

from hemline.data import read_photographs
from hemline.data.fashion.official import INTAKE
from hemline.data.folder_names import labels_of
from hemline.errors import DataError
from hemline.photos import see
from tests.photos.drawing import COLOURS, draw_photo

NONE, ANY_SHOE = 10, 11


@pytest.fixture
def folder(tmp_path):
    for place, kind in enumerate(["dress", "T-shirt", "shoes", "hat"]):
        (tmp_path / kind).mkdir()
        for number in range(2 if kind == "dress" else 1):
            photo = draw_photo("t-shirt", COLOURS["red"], "plain", seed=2 * place + number)
            photo.save(tmp_path / kind / f"{number}.png")
    (tmp_path / "hat" / "bad.png").write_bytes(b"no picture")
    (tmp_path / "hat" / "notes.txt").write_text("left alone")
    (tmp_path / "empty").mkdir()
    return tmp_path


def test_folders_name_the_labels_and_reading_again_gives_the_same(folder, sketches, monkeypatch):
    read = read_photographs(folder, sketches)
    monkeypatch.setenv("HEMLINE_CACHE", str(folder / "empty"))
    again = read_photographs(folder, sketches)
    assert read.checksum == again.checksum
    assert np.array_equal(read.labels, again.labels)
    assert len(read) == 5
    assert sorted(read.labels.tolist()) == sorted([3, 3, 0, ANY_SHOE, NONE])
    assert len(read.unread) == 1
    assert "bad.png" in read.unread[0]


def test_they_are_seen_as_a_model_sees_them(folder, sketches):
    read = read_photographs(folder, sketches)
    files = sorted(folder.glob("*/?.png"))
    assert len(files) == len(read)
    for file, pixels in zip(files, read.pixels, strict=True):
        assert np.array_equal(pixels, see(file, INTAKE).pixels)


def test_a_folder_without_folders_is_refused(tmp_path, sketches):
    with pytest.raises(DataError, match="folders of photographs"):
        read_photographs(tmp_path, sketches)


def taken_for(names, sketches, tmp_path):
    for name in names:
        (tmp_path / name).mkdir(parents=True)
        draw_photo("t-shirt", COLOURS["red"], "plain").save(tmp_path / name / "a.png")
    return {each.name: each.classes for each in read_photographs(tmp_path, sketches).folders}


EVERYDAY = {
    "T-shirt/top": ["tshirt", "T-Shirts", "t_shirt", "Tops", "tee", "t shirt"],
    "Trouser": ["trouser", "Trousers", "TROUSERS", "pants", "jeans"],
    "Dress": ["dress", "dresses", "Dresses"],
    "Ankle boot": ["Ankle boot", "ankle-boots", "Ankle_Boots", "ankleboot", "boots"],
    "Pullover": ["pullover", "pullovers", "sweater", "Hoodies"],
    "Bag": ["bags", "handbag", "Purses"],
    "Coat": ["coats", "jackets"],
    "Sneaker": ["sneakers", "trainers"],
}
PAIRS = [(name, meant) for meant, names in EVERYDAY.items() for name in names]


@pytest.mark.parametrize(("name", "meant"), PAIRS)
def test_plurals_spellings_and_everyday_names_are_known(name, meant, sketches):
    [labels] = labels_of([name], sketches.classes, sketches.aliases)
    assert [sketches.classes[label] for label in labels] == [meant]


@pytest.mark.parametrize("name", ["skirt", "Shorts", "hats", "none-shirtz", "chair", "none"])
def test_what_is_no_class_is_none_of_them(name, sketches):
    assert labels_of([name], sketches.classes, sketches.aliases) == [()]


@pytest.mark.parametrize("name", ["trouzers", "snekers", "Pulover", "Ankle bot", "sandel"])
def test_a_name_near_to_a_class_is_asked_about(name, sketches, tmp_path):
    with pytest.raises(DataError, match=f"received {name}, which is near to .* none-{name}"):
        taken_for([name], sketches, tmp_path)


def test_folders_tell_what_they_were_taken_for(sketches, tmp_path):
    found = taken_for(["dresses", "shoes", "hat"], sketches, tmp_path)
    assert found == {
        "dresses": ("Dress",),
        "shoes": ("Sandal", "Sneaker", "Ankle boot"),
        "hat": (),
    }


@pytest.fixture
def small(folder):
    """One photograph each of a dress and of any shoe, and one file that is none."""
    for name in ("T-shirt", "hat/0.png", "dress/1.png"):
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return folder


def test_what_was_read_once_is_soon_read_again(small, sketches, monkeypatch):
    folder, shares = small, []
    first = read_photographs(folder, sketches, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    monkeypatch.setattr("hemline.data.photographs.read_many", None)
    again = read_photographs(folder, sketches)
    for name in ("pixels", "labels"):
        assert np.array_equal(getattr(first, name), getattr(again, name))
    assert (first.unread, first.folders) == (again.unread, again.folders)


def test_what_has_changed_is_read_anew(small, sketches):
    other, seen = draw_photo("trousers", COLOURS["blue"]), set()
    changes = [
        lambda: None,
        lambda: other.save(small / "dress" / "0.png"),
        lambda: (small / "dress").rename(small / "coat"),
        lambda: other.save(small / "coat" / "new.png"),
    ]
    for change in changes:
        change()
        seen.add(read_photographs(small, sketches).checksum)
    assert len(seen) == len(changes)
