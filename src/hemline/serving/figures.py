"""The folder in which the workers of one server keep their figures, and what becomes of it."""

import contextlib
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from hemline.files import lock

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_PREFIX = "hemline-metrics-"
_LOCK = "lock"
_ROOM = 4 << 20  # bytes that the files of a worker take at first
_OLD = 3600.0  # seconds after which nobody is still about to lock a folder
_log = logging.getLogger("hemline.serving")


@contextlib.contextmanager
def figures_folder() -> Iterator[Path | None]:
    """Make a folder and let `FOLDER` name it; None where the disk does not allow one.

    What servers have left behind that were killed is removed before.
    """
    sweep()
    try:
        folder, locked = _new_folder()
    except OSError as error:
        _log.warning("every worker counts for itself: no folder for figures (%s)", error)
        yield None
        return
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(locked)


def offer(folder: Path | None) -> None:
    """Let a worker that begins now count in `folder`, or for itself where there is no room."""
    os.environ.pop(FOLDER, None)
    if folder is None:
        return
    try:
        folder.mkdir(exist_ok=True)  # somebody may have cleaned up
        with tempfile.TemporaryFile(dir=folder) as trial:
            reserve(trial.fileno(), _ROOM)
    except OSError as error:
        _log.warning("the next worker counts for itself: no room for figures (%s)", error)
    else:
        os.environ[FOLDER] = str(folder)


def reserve(descriptor: int, size: int) -> None:
    """Take the room of a file now: without it, writing to its memory would end the process.

    Raises:
        OSError: there is none.
    """
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)


def offered() -> Path | None:
    """The folder in which this worker counts, if it is not cleaned away; None: for itself."""
    folder = Path(os.environ.get(FOLDER, os.devnull))
    return folder if folder.is_dir() else None


def sweep() -> None:
    """Remove the folders of servers that have been killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            if (folder / _LOCK).exists() or time.time() - folder.stat().st_mtime > _OLD:
                os.close(_locked(folder))  # fails while its server lives
                shutil.rmtree(folder, ignore_errors=True)


def _new_folder() -> tuple[Path, int]:
    """A folder, and the open file that locks it.

    Raises:
        OSError: there is no room for one.
    """
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        return folder, _locked(folder)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _locked(folder: Path) -> int:
    """An open file that locks a folder as long as this process lives.

    Raises:
        OSError: another process has locked it, or there is no room.
    """
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        lock(descriptor)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
