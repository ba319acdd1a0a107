"""Files appear whole or not at all."""

import errno
import os
import subprocess
import sys
import threading
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


def test_a_link_stays_one_and_its_file_changes(tmp_path):
    path, link, far = tmp_path / "file.bin", tmp_path / "link", tmp_path / "far"
    link.symlink_to(far)
    far.symlink_to(path)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert far.is_symlink()
    assert path.read_bytes() == b"new"


def test_a_link_to_nothing_makes_the_file(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "file.bin")
    write_whole(tmp_path / "link", b"new")
    assert (tmp_path / "file.bin").read_bytes() == b"new"


def test_a_device_stays_one():
    before = Path("/dev/null").stat()
    write_whole(Path("/dev/null"), b"gone")
    assert Path("/dev/null").stat().st_rdev == before.st_rdev
    assert Path("/dev/null").is_char_device()
    with pytest.raises(OSError, match="No space"):
        write_whole(Path("/dev/full"), b"too much")


WRITES = "from hemline.files import write_whole; from pathlib import Path; import sys; "
WRITES += "write_whole(Path(sys.argv[1]), b'content')"


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
@pytest.mark.parametrize("to", ["a pipe", "a file"])
def test_standard_output_by_its_name_is_written_to(name, to, tmp_path):
    command, out = [sys.executable, "-c", WRITES, name], tmp_path / "out"
    if to == "a pipe":
        assert subprocess.run(command, capture_output=True, check=True).stdout == b"content"
        return
    with out.open("wb") as stream:
        subprocess.run(command, stdout=stream, check=True)
        assert os.fstat(stream.fileno()).st_ino == out.stat().st_ino
    assert out.read_bytes() == b"content"


def test_a_pipe_stays_one(tmp_path):
    pipe, heard = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: heard.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, b"content")
    reader.join(10)
    assert heard == [b"content"]
    assert pipe.is_fifo()
