"""A process that decodes photographs, one at a time, within limits of time and memory."""

import contextlib
import os
import threading
import time
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from hemline.errors import HemlineError, PhotoError
from hemline.serving.heap import give_back
from hemline.serving.looking import begin, look

_BYTES = 1 << 30  # that a photograph may take beside what the process has
_ENDING = 5.0  # seconds
_HURRY = 2.0  # seconds that photographs are still given once the server ends
_LOOK = 0.1  # seconds between looks at whether it does
_READY = "ready"


class DecoderDiedError(HemlineError):
    """The process has ended over a photograph."""


class EndingError(HemlineError):
    """The server ends, and no process is left to decode."""


class Decoder:
    """A process that is replaced when it dies, or takes too long. Asked by one thread at a time.

    Args:
        seconds: that a photograph may take.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds, self._last = seconds, float("inf")
        self._changing, self._closed = threading.Lock(), False
        self._start()

    def _start(self) -> None:
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self._waits = True  # until the process says that it is ready

    def ask(self, *arguments: Any) -> Any:
        """What `look` gives for these arguments, or raises.

        Raises:
            PhotoError: it takes longer than it may.
            DecoderDiedError: the process has ended meanwhile.
            EndingError: it was closed, or had to hurry.
        """
        if self._closed or time.monotonic() > self._last:
            raise EndingError("the server ends")
        if not self._process.is_alive():  # whatever ended it was not this photograph
            self._replace()
        try:
            answer = self._answer_to(arguments)
        except (EOFError, OSError) as error:
            self._replace()
            raise DecoderDiedError("the process has ended") from error
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _answer_to(self, arguments: tuple[Any, ...]) -> object:
        if self._waits:  # importing is not the photograph's time
            self._pipe.recv()
            self._waits = False
        self._pipe.send(arguments)
        if self._answers():
            return self._pipe.recv()
        self._replace()
        raise PhotoError(
            f"Expected a picture that is decoded within {self._seconds:g} s, received "
            f"{arguments[1]} that takes longer; save it anew, or smaller."
        )

    def _answers(self) -> bool:
        """Whether it does in time; nothing is decoded any more where there is a hurry."""
        begun = time.monotonic()
        while not self._pipe.poll(min(_LOOK, self._seconds)):
            now = time.monotonic()
            if now > max(self._last, begun + _HURRY):
                self.close()
            if self._closed or now > begun + self._seconds:
                return False
        return True

    def _replace(self) -> None:
        with self._changing:
            self._end()
            if self._closed:
                raise EndingError("the server ends")
            self._start()

    def hurry(self) -> None:
        """Give what is decoded now two seconds, and begin with nothing after them."""
        self._last = time.monotonic() + _HURRY

    def close(self) -> None:
        """End the process, whatever it does; none follows."""
        self._closed = True  # at once, for whoever is about to start one
        with self._changing:
            self._end()

    def _end(self) -> None:
        self._process.kill()
        self._process.join(_ENDING)
        self._pipe.close()


def _work(pipe: Connection) -> None:
    begin()
    _limit_memory()
    with contextlib.suppress(EOFError, OSError):  # nobody asks any more
        pipe.send(_READY)
        while True:
            pipe.send(_answer(pipe.recv()))
            give_back()


def _answer(arguments: tuple[Any, ...]) -> object:
    try:
        return look(*arguments)
    except MemoryError:
        return PhotoError(
            f"Expected a picture that is decoded within {_BYTES >> 20:,} MB of memory, received "
            f"{arguments[1]} that takes more; shrink it."
        )
    except Exception as error:  # belongs to whoever asked; the process goes on
        return error


def _limit_memory() -> None:
    """Let this process take no more than a photograph needs, where the system can see to it."""
    with contextlib.suppress(ImportError, OSError, ValueError):  # other systems than Linux
        import resource

        with open("/proc/self/statm") as stream:  # noqa: PTH123
            pages = int(stream.read().split()[5])  # data and stack
        most = pages * os.sysconf("SC_PAGE_SIZE") + _BYTES
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
