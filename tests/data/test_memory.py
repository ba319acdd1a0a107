"""What does not fit into memory is refused before it is read."""

import numpy as np
import pytest

from hemline.data import memory, open_dataset
from hemline.data.memory import available_memory, require_memory
from hemline.data.picture_files import decoding, reading
from hemline.errors import DataError
from tests.data.folders import write_classes


def test_there_is_some_memory_here():
    known = available_memory()
    assert known is None or known > 1_000_000


@pytest.mark.parametrize(
    ("files", "available"),
    [
        ({"meminfo": "MemTotal: 9 kB\nMemAvailable:  8 kB\n"}, 8192),
        ({"meminfo": "MemAvailable: 8 kB\n", "max": "max", "current": "5"}, 8192),
        ({"meminfo": "MemAvailable: 8 kB\n", "max": "6000\n", "current": "5000\n"}, 1000),
        ({"meminfo": "MemAvailable: 8 kB\n", "max": "6000\n", "current": "7000\n"}, 0),
        ({"meminfo": "nothing of use", "max": "6000", "current": "1000"}, 5000),
        ({}, None),
    ],
)
def test_the_machine_and_the_container_are_asked(files, available, tmp_path, monkeypatch):
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    monkeypatch.setattr(memory, "_MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "_LIMITS", ((tmp_path / "max", tmp_path / "current"),))
    assert available_memory() == available


def test_where_nobody_knows_nothing_is_refused(monkeypatch):
    monkeypatch.setattr(memory, "available_memory", lambda: None)
    require_memory(10**18, "everything")


def test_a_folder_larger_than_the_memory_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    write_classes(tmp_path, size=(64, 64), colour=True)
    needed = 18 * 64 * 64 * 3
    monkeypatch.setattr(memory, "available_memory", lambda: needed - 1)
    monkeypatch.setattr(decoding, "_picture", lambda *_: pytest.fail("decodes a picture"))
    monkeypatch.setattr(reading, "_digest", lambda *_: pytest.fail("reads a picture whole"))
    with pytest.raises(DataError, match=f"18 pictures of 64x64 colour, .* take {needed:,} bytes"):
        open_dataset(tmp_path)


def test_arrays_that_would_grow_larger_than_the_memory_are_refused(tmp_path, monkeypatch):
    labels = np.arange(20) % 2
    pixels = np.random.default_rng(0).integers(0, 256, (20, 8, 8), np.uint8)
    np.savez(tmp_path / "set.npz", x=pixels, y=labels)
    monkeypatch.setattr(memory, "available_memory", lambda: 100_000)
    assert len(open_dataset(tmp_path).train) > 10
    with pytest.raises(DataError, match=r"20 pictures of 224x224 grey, .* take 1,003,520 bytes"):
        open_dataset(tmp_path, size=224)
