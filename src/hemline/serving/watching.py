"""Workers are watched over: one that ends is replaced; one that cannot begin is given time."""

import logging
import time
from collections.abc import Callable
from multiprocessing.context import SpawnProcess

from hemline.errors import HemlineError

LOOK_EVERY = 0.2  # seconds between looks at the workers
_SOON = 5.0  # seconds; a worker that ends within them has not begun well
_PAUSE, _LONGEST = 0.2, 1.5  # seconds before another try: twice as long every time, up to these
_TRIES = 5  # of every worker in turn, after which none of them will do better
_log = logging.getLogger("hemline.serving")


class Place:
    """Of one worker, whichever process it is now.

    Args:
        begin: starts a process.

    Attributes:
        failures: processes in a row that have ended soon.
        ended: how the last one did.
    """

    def __init__(self, begin: Callable[[], SpawnProcess]) -> None:
        self._begin = begin
        self._process: SpawnProcess | None = None
        self._began = self._due = 0.0
        self.ended: object = None
        self.failures = 0
        self.look()

    def look(self) -> None:
        """Start a process if there is none and its time has come."""
        now = time.monotonic()
        if self._process is not None and self._process.is_alive():
            if now - self._began > _SOON:
                self.failures = 0
            return
        if self._process is not None:
            self._has_ended(self._process.exitcode, soon=now - self._began < _SOON)
        if now >= self._due:
            self._start(now)

    def _start(self, now: float) -> None:
        try:
            self._process, self._began = self._begin(), now
        except OSError as error:  # no memory, no files, no processes left
            self._has_ended(error, soon=True)

    def _has_ended(self, how: object, *, soon: bool) -> None:
        self.failures = self.failures + 1 if soon else 0
        pause = min(_PAUSE * 2 ** (self.failures - 1), _LONGEST) if soon else 0.0
        self._process, self.ended, self._due = None, how, time.monotonic() + pause
        _log.error("a worker has ended with %s, and is replaced in %g s", how, pause)

    def end(self) -> None:
        """Ask the process to end."""
        if self._process is not None:
            self._process.terminate()

    def wait(self, deadline: float) -> None:
        """Wait until the process has ended; kill it at a time of `time.monotonic()`."""
        if self._process is None:
            return
        self._process.join(max(0.0, deadline - time.monotonic()))
        if self._process.is_alive():
            _log.error("a worker did not end in time, and is killed")
            self._process.kill()
            self._process.join()


def keep(places: list[Place]) -> None:
    """Look at all places.

    Raises:
        HemlineError: at none of them a worker will begin.
    """
    for place in places:
        place.look()
    if all(place.failures >= _TRIES for place in places):
        raise HemlineError(
            f"Expected workers that begin, received {_TRIES} in a row that ended at once, the "
            f"last with {places[0].ended}; the log says why."
        )
