"""Folders and globs: what they mean, in which order."""

from pathlib import Path

import pytest

from hemline.errors import DataError
from hemline.photos import pictures_in


@pytest.fixture
def folder(tmp_path):
    for name in (
        "b.jpg",
        "a.PNG",
        "c/d/e.webp",
        "c/a.gif",
        "notes.txt",
        ".hidden.png",
        ".git/x.png",
    ):
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "photos"


def names(paths, folder):
    return [path.relative_to(folder).as_posix() for path in paths]


def test_a_folder_means_all_pictures_below_it_sorted(folder):
    assert names(pictures_in(folder), folder) == ["a.PNG", "b.jpg", "c/a.gif", "c/d/e.webp"]


def test_a_glob_means_the_files_that_it_matches(folder):
    assert names(pictures_in(folder / "*.jpg"), folder) == ["b.jpg"]
    assert names(pictures_in(folder / "**" / "*.[gw]*"), folder) == ["c/a.gif", "c/d/e.webp"]


def test_a_file_means_itself_even_if_its_name_looks_like_a_glob(folder):
    odd = folder / "photo[1].jpg"
    odd.touch()
    assert pictures_in(odd) == [odd]
    assert pictures_in(Path("missing.jpg")) == [Path("missing.jpg")]


def test_a_folder_without_pictures_and_a_glob_without_files_are_errors(folder):
    (folder / "empty").mkdir()
    with pytest.raises(DataError, match="empty without any"):
        pictures_in(folder / "empty")
    with pytest.raises(DataError, match=r"\*.bmp that matches no file"):
        pictures_in(folder / "*.bmp")
