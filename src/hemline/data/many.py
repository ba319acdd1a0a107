"""Many files read on all cores, in their order, with no more than a few in memory."""

import itertools
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import NamedTuple

from hemline.cores import cores as available
from hemline.data.pictures import NamedPixels, read_pictures
from hemline.errors import DataError, HemlineError
from hemline.photos.intake import Intake

_AHEAD = 4  # files in the queue for each core: enough that none waits, and soon done after Ctrl-C
_FEW = 6  # up to here starting processes takes longer than reading
_NO_PROCESS = (
    "Expected processes that read pictures, received none that starts; in a script, begin what it "
    'does with if __name__ == "__main__", or every process does it again.'
)


class FileRead(NamedTuple):
    """A file with its pictures, or with a sentence that says why there are none."""

    path: Path
    pictures: list[NamedPixels]
    error: str


class _Task(NamedTuple):
    path: Path
    intake: Intake
    megapixels: float
    steps: bool


def read_many(
    paths: Iterable[Path],
    intake: Intake,
    *,
    megapixels: float,
    steps: int = 0,
    cores: int | None = None,
) -> Generator[FileRead]:
    """Read files on all cores; each as `read_pictures` does, bad ones with their error.

    Args:
        paths: of the files; read no further ahead than there is work for.
        intake: how each becomes pixels.
        megapixels: larger pictures are refused before they are decoded.
        steps: of so many files, the first, the pictures keep what was `seen` on the way.
        cores: left out: all that the process may use.

    Yields:
        One `FileRead` a path, in the order of `paths`.

    Raises:
        DataError: no process can be started, as when a script calls this while it is imported.
    """
    every = enumerate(paths)
    tasks: Iterator[_Task] = (
        _Task(path, intake, megapixels, place < steps) for place, path in every
    )
    first = list(itertools.islice(tasks, _FEW + 1))
    tasks = itertools.chain(first, tasks)
    cores = cores or available()
    if len(first) <= _FEW or cores == 1:
        yield from map(_read, tasks)
    else:
        yield from _read_apart(tasks, cores)


def _read_apart(tasks: Iterator[_Task], cores: int) -> Iterator[FileRead]:
    """Read in processes; if one of them dies, find out by which file."""
    waiting: deque[tuple[_Task, Future[FileRead]]] = deque()
    pool = _pool(cores)
    started = pool.submit(os.getpid)  # tells a file that ends its process from no process at all
    try:
        while True:
            some = itertools.islice(tasks, _AHEAD * cores - len(waiting))
            waiting += [(task, _submitted(pool, task)) for task in some]
            if not waiting:
                return
            try:
                yield waiting[0][1].result()
                waiting.popleft()
            except BrokenExecutor:
                if started.exception():
                    raise DataError(_NO_PROCESS) from None
                pool.shutdown(cancel_futures=True)
                yield from [_read_alone(task) for task, _ in waiting]
                pool, waiting = _pool(cores), deque()
    finally:
        pool.shutdown(cancel_futures=True)


def _submitted(pool: ProcessPoolExecutor, task: _Task) -> "Future[FileRead]":
    try:
        return pool.submit(_read, task)
    except BrokenExecutor as error:  # by an earlier file; this one keeps its place in the queue
        future: Future[FileRead] = Future()
        future.set_exception(error)
        return future


def _read_alone(task: _Task) -> FileRead:
    with _pool(1) as pool:
        try:
            return pool.submit(_read, task).result()
        except BrokenExecutor:
            path = task.path
            return FileRead(
                path,
                [],
                f"Expected a whole picture, received {path} that ends the process reading it; "
                "obtain it again.",
            )


def _read(task: _Task) -> FileRead:
    path, intake, megapixels, steps = task
    try:
        pictures = list(read_pictures(path, intake, megapixels=megapixels))
    except HemlineError as error:
        return FileRead(path, [], str(error))
    except MemoryError:
        return FileRead(
            path, [], f"Expected a picture that fits into memory, received {path}; shrink it."
        )
    if not steps:  # they are a hundred times larger than the pixels
        pictures = [replace(picture, seen=None) for picture in pictures]
    return FileRead(path, pictures, "")


def _pool(cores: int) -> ProcessPoolExecutor:
    # A forked process would inherit ONNX Runtime's threads, which do not survive that.
    return ProcessPoolExecutor(cores, mp_context=get_context("spawn"), initializer=_settle)


def _settle() -> None:
    """Make a worker use one core, leave Ctrl-C to its parent, and end when its parent does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
