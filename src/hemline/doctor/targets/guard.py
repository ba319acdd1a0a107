"""Stands between the doctor and a worker: when either ends, so does all that the worker began.

Run as a file, `python -I -S guard.py COMMAND...`: it takes from the standard library alone, so that
it is there at once. It adopts what its descendants leave behind (Linux), and hence finds a daemon
with an environment and a session of its own; it is a process, because no thread of the worker
would get its turn while a pipeline computes without letting go of the interpreter. Its first
standard input, which it never reads, tells it of the doctor's end, whatever ended that.
"""

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_PROCESSES = Path("/proc")
_SET_DEATH_SIGNAL, _SET_SUBREAPER = 1, 36  # of prctl
_GLANCE = 50  # ms between two looks at the worker
_PATIENCE = 5.0  # s that something which goes on starting others is hunted


def main() -> None:
    """Run a command until it ends or nobody listens any more; end as it did."""
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    _control(_SET_SUBREAPER, 1)
    # A group of its own: a pipeline that signals its group does not signal this process.
    worker = subprocess.Popen(sys.argv[1:], start_new_session=True).pid
    parent, pipe, status = os.getppid(), select.poll(), None
    pipe.register(0, 0)  # nothing but the end of the other side
    while status is None and not told and os.getppid() == parent and not pipe.poll(_GLANCE):
        status = _reap().get(worker)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(worker, signal.SIGKILL)  # for systems without /proc
    end_descendants(os.getpid())
    _reap()  # no zombie is left to others
    _end_like(status or 0)


def end_with_parent() -> None:
    """Have this process killed when the one that began it ends (Linux).

    That has to be a process of one thread: the signal comes with the end of the thread.
    """
    _control(_SET_DEATH_SIGNAL, signal.SIGKILL)


def end_descendants(ancestor: int) -> None:
    """Kill all that a process has begun, and what these begin meanwhile (Linux)."""
    deadline = time.monotonic() + _PATIENCE
    while (found := _below(ancestor)) and time.monotonic() < deadline:
        for process in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        if ancestor == os.getpid():
            _reap()


def _below(ancestor: int) -> list[int]:
    """The living descendants of a process."""
    living: dict[int, bool] = {}
    children: dict[int, list[int]] = {}
    for process, parent, lives in _table():
        living[process] = lives
        children.setdefault(parent, []).append(process)
    found, rest = [], [ancestor]
    while rest:
        rest += (below := children.get(rest.pop(), []))
        found += [process for process in below if living[process]]
    return found


def _table() -> Iterator[tuple[int, int, bool]]:
    """Number, parent, and whether it lives, of all processes."""
    for folder in _PROCESSES.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            # The name in brackets may hold anything.
            _, _, rest = (folder / "stat").read_bytes().rpartition(b")")
            state, parent, *_ = fields = rest.split()
            # Threads may outlive the first one, which is then a zombie.
            yield int(folder.name), int(parent), state not in b"ZX" or int(fields[17]) > 1


def _reap() -> dict[int, int]:
    """The status of every child that has ended, adopted ones as well."""
    ended = {}
    with contextlib.suppress(ChildProcessError):
        while (child := os.waitpid(-1, os.WNOHANG))[0]:
            ended[child[0]] = child[1]
    return ended


def _end_like(status: int) -> None:
    """With the exit code or the signal of another."""
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # one core is enough
        if -code not in {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


def _control(option: int, value: int) -> None:
    if sys.platform == "linux":
        library: Any = ctypes.CDLL(None)
        library.prctl(option, value, 0, 0, 0)


if __name__ == "__main__":
    main()
