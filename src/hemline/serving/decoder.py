"""A process that decodes photographs, one at a time, within limits of time and memory."""

import contextlib
import os
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from hemline.errors import HemlineError, PhotoError
from hemline.serving.looking import begin, look

_BYTES = 1 << 30  # that a photograph may take beside what the process has
_ENDING = 5.0  # seconds
_READY = "ready"


class DecoderDiedError(HemlineError):
    """The process has ended over a photograph."""


class Decoder:
    """A process that is replaced when it dies, or takes too long. Not for several threads at once.

    Args:
        seconds: that a photograph may take.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
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
        """
        if not self._process.is_alive():  # whatever ended it was not this photograph
            self._replace()
        try:
            if self._waits:  # importing is not the photograph's time
                self._pipe.recv()
                self._waits = False
            self._pipe.send(arguments)
            if not self._pipe.poll(self._seconds):
                self._replace()
                raise PhotoError(
                    f"Expected a picture that is decoded within {self._seconds:g} s, received "
                    f"{arguments[1]} that takes longer; save it anew, or smaller."
                )
            answer = self._pipe.recv()
        except (EOFError, OSError) as error:
            self._replace()
            raise DecoderDiedError("the process has ended") from error
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _replace(self) -> None:
        self.close()
        self._start()

    def close(self) -> None:
        """End the process, whatever it does."""
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
