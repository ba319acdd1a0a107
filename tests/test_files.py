"""Files appear whole or not at all."""

import errno
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hemline.files import whole_file, write_whole


@given(content=st.one_of(st.binary(), st.text()))
def test_what_is_written_is_read_back(content, tmp_path_factory):
    path = tmp_path_factory.mktemp("files") / "file.bin"
    write_whole(path, content)
    assert path.read_bytes() == (content if isinstance(content, bytes) else content.encode())


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "file.bin"
    write_whole(path, b"old")

    def full(self: Path, data: bytes) -> int:
        with self.open("wb") as stream:
            stream.write(data[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"new content")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_temporary_file_keeps_the_suffix_and_vanishes_on_failure(tmp_path):
    def fail() -> None:
        with whole_file(tmp_path / "a.npy") as temporary:
            assert temporary.suffix == ".npy"
            temporary.write_bytes(b"half")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail()
    assert list(tmp_path.iterdir()) == []
