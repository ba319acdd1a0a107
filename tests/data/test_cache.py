"""What is decoded once is decoded once, and a cache that fails costs time alone."""

import os

import numpy as np
import pytest

from hemline.data import cache, open_dataset
from hemline.data.cache import cache_folder, load_pixels, store_pixels
from hemline.data.picture_files import reading
from tests.data.folders import draw, write_classes, write_parts, zipped

PIXELS = np.random.default_rng(0).integers(0, 256, (5, 8, 9, 3), np.uint8)


def entries() -> list:
    return sorted((cache_folder() / "decoded").glob("*"))


@pytest.fixture
def decodings(monkeypatch) -> list[int]:
    """How many files each decoding took."""
    counts: list[int] = []
    decode = reading.decode_files

    def counted(files, *others):
        counts.append(len(files))
        return decode(files, *others)

    monkeypatch.setattr(reading, "decode_files", counted)
    return counts


def test_what_was_stored_comes_back():
    store_pixels("key", PIXELS, {"names": ["é", "a"]})
    pixels, facts = load_pixels("key")
    assert np.array_equal(pixels, PIXELS)
    assert facts == {"names": ["é", "a"]}
    assert load_pixels("other") is None


@pytest.mark.parametrize("place", [3, 70, -1])
def test_a_changed_byte_anywhere_is_not_believed(place):
    store_pixels("key", PIXELS, {"names": ["a"]})
    (path,) = entries()
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    assert load_pixels("key") is None


@pytest.mark.parametrize(
    "content", [b"", b"{}\n{}\n", b"[]\n", b"\xff\xfe", b'{"shape": [-1]}\n1\n']
)
def test_what_is_no_entry_is_not_believed(content):
    store_pixels("key", PIXELS, {})
    (path,) = entries()
    path.write_bytes(content)
    assert load_pixels("key") is None


def test_an_entry_is_known_by_its_key():
    store_pixels("key", PIXELS, {})
    (path,) = entries()
    path.rename(path.with_stem("other"))
    assert load_pixels("other") is None


def test_the_cache_is_bounded_and_loses_what_was_not_used_lately(monkeypatch):
    monkeypatch.setattr(cache, "LIMIT", 3 * PIXELS.nbytes + 1000)
    for age, key in enumerate(["first", "second", "third"]):
        store_pixels(key, PIXELS, {})
        path = cache_folder() / "decoded" / f"{key}.pixels"
        os.utime(path, (1000 + age, 1000 + age))
    assert load_pixels("first")  # used now
    store_pixels("fourth", PIXELS, {})
    assert [path.stem for path in entries()] == ["first", "fourth", "third"]
    store_pixels("huge", np.zeros((10, *PIXELS.shape[1:]), np.uint8), {})
    assert load_pixels("huge") is None


def test_the_second_time_nothing_is_decoded(decodings, tmp_path):
    write_parts(tmp_path)
    first = open_dataset(tmp_path)
    second = open_dataset(tmp_path)
    assert decodings == [18]  # the test part was not asked for
    assert second.train.checksum == first.train.checksum
    assert second.intake == first.intake
    assert second.test.checksum == first.test.checksum
    assert decodings == [18, 18]


@pytest.mark.parametrize("archive", [False, True])
def test_what_decides_the_pixels_is_decoded_anew(archive, decodings, tmp_path):
    folder = write_classes(tmp_path / "data")

    def opened(**options):
        path = zipped(folder, tmp_path / "data.zip") if archive else folder
        return open_dataset(path, **options)

    opened()
    for options in ({"size": 9}, {"colour": True}, {"fit": "crop"}):
        opened(**options)
    draw(99).save(folder / "a" / "1.png")  # another content
    changed = opened()
    (folder / "a" / "1.png").rename(folder / "a" / "9.png")  # another name
    opened()
    assert decodings == [18] * 6
    assert any((picture == np.asarray(draw(99))).all() for picture in changed.train.pixels)


def test_a_folder_that_was_moved_is_known(decodings, tmp_path):
    folder = write_classes(tmp_path / "data")
    open_dataset(folder)
    open_dataset(folder.rename(tmp_path / "elsewhere"))
    assert decodings == [18]


def test_a_broken_entry_is_made_anew(decodings, tmp_path):
    write_classes(tmp_path)
    first = open_dataset(tmp_path)
    (path,) = entries()
    path.write_bytes(path.read_bytes()[:-5])
    assert open_dataset(tmp_path).train.checksum == first.train.checksum
    assert open_dataset(tmp_path).train.checksum == first.train.checksum
    assert decodings == [18, 18]


def test_a_cache_that_cannot_be_written_is_no_error(decodings, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("HEMLINE_CACHE", str(tmp_path / "file" / "cache"))
    folder = write_classes(tmp_path / "data")
    checksums = {open_dataset(folder).train.checksum for _ in range(2)}
    assert len(checksums) == 1
    assert decodings == [18, 18]
