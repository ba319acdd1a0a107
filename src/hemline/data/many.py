"""Many files read on all cores, in their order, with no more than a few in memory."""

import itertools
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import NamedTuple

from hemline.data.pictures import NamedPixels, read_pictures
from hemline.errors import HemlineError

_AHEAD = 4  # files in the queue for each core: enough that none waits, and soon done after Ctrl-C
_FEW = 6  # up to here starting processes takes longer than reading


class FileRead(NamedTuple):
    """A file with its pictures, or with a sentence that says why there are none."""

    path: Path
    pictures: list[NamedPixels]
    error: str


def read_many(
    paths: Iterable[Path], *, megapixels: float, steps: bool = False, cores: int | None = None
) -> Iterator[FileRead]:
    """Read files on all cores; each as `read_pictures` does, bad ones with their error.

    Args:
        paths: of the files; read no further ahead than there is work for.
        megapixels: larger pictures are refused before they are decoded.
        steps: whether the pictures keep the steps in which they were made, as `seen`.
        cores: left out: all that the process may use.

    Yields:
        One `FileRead` a path, in the order of `paths`.
    """
    paths = iter(paths)
    first = list(itertools.islice(paths, _FEW + 1))
    cores = cores or _cores()
    if len(first) <= _FEW or cores == 1:
        for path in itertools.chain(first, paths):
            yield _read(path, megapixels, steps)
        return
    yield from _read_apart(itertools.chain(first, paths), megapixels, steps, cores)


def _read_apart(
    paths: Iterator[Path], megapixels: float, steps: bool, cores: int
) -> Iterator[FileRead]:
    """Read in processes; if one of them dies, find out by which file."""
    pool = _pool(cores)
    try:
        waiting = _submitted(pool, paths, _AHEAD * cores, megapixels, steps)
        while waiting:
            path, future = waiting.popleft()
            try:
                yield future.result()
            except BrokenExecutor:
                suspects = [path, *(path for path, _ in waiting)]
                for suspect in suspects:
                    yield _read_alone(suspect, megapixels, steps)
                pool, waiting = _pool(cores), deque()
            missing = _AHEAD * cores - len(waiting)
            waiting += _submitted(pool, paths, missing, megapixels, steps)
    finally:
        pool.shutdown(cancel_futures=True)


def _submitted(
    pool: ProcessPoolExecutor, paths: Iterator[Path], count: int, megapixels: float, steps: bool
) -> deque[tuple[Path, "Future[FileRead]"]]:
    some = itertools.islice(paths, count)
    return deque((path, pool.submit(_read, path, megapixels, steps)) for path in some)


def _read_alone(path: Path, megapixels: float, steps: bool) -> FileRead:
    with _pool(1) as pool:
        try:
            return pool.submit(_read, path, megapixels, steps).result()
        except BrokenExecutor:
            reason = f"Expected a whole picture, received {path} that ends the process reading it."
            return FileRead(path, [], reason)


def _read(path: Path, megapixels: float, steps: bool) -> FileRead:
    try:
        pictures = list(read_pictures(path, megapixels=megapixels))
    except HemlineError as error:
        return FileRead(path, [], str(error))
    except MemoryError:
        return FileRead(path, [], f"Expected a picture that fits into memory, received {path}.")
    if not steps:  # they are a hundred times larger than the pixels
        pictures = [replace(picture, seen=None) for picture in pictures]
    return FileRead(path, pictures, "")


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):  # fewer than the machine has, in a container for instance
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _pool(cores: int) -> ProcessPoolExecutor:
    # A forked process would inherit ONNX Runtime's threads, which do not survive that.
    return ProcessPoolExecutor(cores, mp_context=get_context("spawn"), initializer=_settle)


def _settle() -> None:
    """Make a worker use one core, leave Ctrl-C to its parent, and end when its parent does."""
    import cv2

    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
