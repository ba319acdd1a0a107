"""What a target has started ends with it, even where its guard was ended before.

Processes hand their environment on, so a mark in it finds them all; Linux alone shows the
environment of other processes.
"""

import contextlib
import os
import signal
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

_NAME = "HEMLINE_EXAMINED"
_PROCESSES = Path("/proc")
_TRIES = 20  # that something which goes on starting others is hunted


class Mark:
    """In the environment of a target."""

    def __init__(self) -> None:
        self._value = uuid.uuid4().hex

    @property
    def environment(self) -> Mapping[str, str]:
        """That of this process, with the mark."""
        return os.environ | {_NAME: self._value}

    def end_all(self) -> None:
        """Kill every process that bears the mark."""
        for _ in range(_TRIES):
            found = list(self._bearers())
            for process in found:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(process, signal.SIGKILL)
            if not found:
                return

    def _bearers(self) -> Iterator[int]:
        """Living ones: of a process that has ended, no environment is left."""
        entry = f"{_NAME}={self._value}".encode()
        for folder in _PROCESSES.glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if entry in (folder / "environ").read_bytes().split(b"\0"):
                    yield int(folder.name)
