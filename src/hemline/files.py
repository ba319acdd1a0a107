"""Files appear whole or not at all."""

import contextlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


def write_whole(path: Path, content: bytes | str) -> None:
    """Write `content` (text as UTF-8) to `path`: a reader sees the old file or the new one.

    Raises:
        OSError: the folder cannot be written or is full; `path` is then as it was.
    """
    data = content.encode() if isinstance(content, str) else content
    with whole_file(path) as temporary:
        temporary.write_bytes(data)


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary path to write to; when the block ends well, it becomes `path`.

    A link stays one, and its file changes; into a device or a pipe the content is written.
    """
    if takes_a_stream(path):
        with tempfile.TemporaryDirectory() as folder:
            temporary = Path(folder) / path.name
            yield temporary
            with path.open("wb") as stream:
                stream.write(temporary.read_bytes())
        return
    path = path.resolve()
    temporary = _temporary(path)
    try:
        yield temporary
        _flush(temporary)
        temporary.replace(path)
        _flush(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Give a temporary folder to write to; when the block ends well, it becomes `path`.

    There may be an empty folder at `path`, and nothing else.
    """
    path = path.resolve()
    temporary = _temporary(path)
    temporary.mkdir()
    try:
        yield temporary
        temporary.replace(path)
        _flush(path.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def is_endless(path: Path) -> bool:
    """Whether a path is a device or a pipe, which is written to and never replaced."""
    return path.exists() and not path.is_file() and not path.is_dir()


def takes_a_stream(path: Path) -> bool:
    """Whether what is written to a path goes elsewhere, as through `/dev/stdout`."""
    return is_endless(path) or path.is_relative_to("/dev/") or path.is_relative_to("/proc/")


def lock(descriptor: int) -> None:
    """Keep others from locking an open file for as long as this process has it open.

    Raises:
        OSError: another process has locked it.
    """
    with contextlib.suppress(ModuleNotFoundError):  # Windows
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _temporary(path: Path) -> Path:
    """A name beside `path`; the suffix stays, because some writers choose the format by it."""
    return path.with_name(f".{path.stem}.{os.getpid()}-{secrets.token_hex(4)}{path.suffix}")


def temporaries(path: Path) -> list[Path]:
    """Temporary files that a killed process has left beside `path`."""
    return list(path.parent.glob(f".{path.stem}.*-*{path.suffix}"))


def _flush(path: Path) -> None:
    if path.is_dir() and os.name == "nt":  # Windows cannot open a folder
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
