"""Photographs are decoded in processes of their own: the event loop never waits for one."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, cast

from hemline.photos import Intake
from hemline.photos.formats import BEGINNING, CERTAIN, format_of
from hemline.photos.opening import reads_heic
from hemline.serving.decoder import Decoder, DecoderDiedError, EndingError
from hemline.serving.looking import Look
from hemline.serving.metrics import PHOTOS_WAITING
from hemline.serving.refusals import RefusedError, busy

POOL = "photos"  # under which a worker finds it in what its application shares
DECODE_SECONDS = 10.0  # that a photograph may take at most; those of phones take less than one


def check_kind(content: bytes, name: str) -> None:
    """Admit formats that are read here and known by how they begin.

    Raises:
        RefusedError: the file begins like none of them.
    """
    admitted = [kind for kind in CERTAIN if kind != "HEIC" or reads_heic()]
    kind = format_of(content[:BEGINNING])
    if kind not in admitted:
        received = (
            f"{name} that is {kind or 'none'}; convert it" if content else "nothing; send one"
        )
        *most, last = admitted
        raise RefusedError(
            415, f"Expected a {', '.join(most)} or {last} file, received {received}."
        )


class PhotoPool:
    """Processes that decode; one that dies, or takes too long over a photograph, is replaced.

    Args:
        processes: how many.
        most: photographs that may be decoded or wait for it.
        seconds: that decoding one may take.
    """

    def __init__(self, processes: int, most: int, seconds: float) -> None:
        self._most, self._waiting = most, 0
        self._decoders = [Decoder(seconds) for _ in range(processes)]
        self._free: asyncio.Queue[Decoder] = asyncio.Queue()
        for decoder in self._decoders:
            self._free.put_nowait(decoder)
        self._threads = ThreadPoolExecutor(processes, "photos")  # each waits for a process

    async def look(
        self, content: bytes, name: str, intake: Intake, megapixels: float, *, steps: bool
    ) -> Look:
        """Decode a picture file and bring it to a form.

        Raises:
            RefusedError: too many wait already, or decoding it ends the process that tries.
            HemlineError: what `hemline.photos.see` raises, or it takes too much time or memory.
        """
        if self._waiting >= self._most:
            raise busy(f"received one while {self._waiting} photographs wait")
        self._count(1)
        try:
            return await self._look(name, content, name, intake, megapixels, steps)
        finally:
            self._count(-1)

    async def _look(self, name: str, *asked: Any) -> Look:
        loop = asyncio.get_running_loop()
        for _ in range(2):  # it may not have been this picture that ended the process
            decoder = await self._free.get()
            asking = loop.run_in_executor(self._threads, decoder.ask, *asked)
            asking.add_done_callback(partial(self._give_back, decoder))
            try:
                return cast("Look", await asyncio.shield(asking))  # it goes on if a client leaves
            except DecoderDiedError:
                continue
            except EndingError as error:
                raise busy(f"received {name} while this server ends") from error
        raise busy(f"received {name}, on which decoding has ended twice")

    def _give_back(self, decoder: Decoder, asking: "asyncio.Future[Any]") -> None:
        asking.cancelled() or asking.exception()  # its client may have left
        self._free.put_nowait(decoder)

    def _count(self, photos: int) -> None:
        self._waiting += photos
        PHOTOS_WAITING.inc(photos)

    def hurry(self) -> None:
        """The server ends: photographs that take long are not waited for."""
        for decoder in self._decoders:
            decoder.hurry()

    def close(self) -> None:
        """End the processes."""
        for decoder in self._decoders:
            decoder.close()
        self._threads.shutdown(wait=False, cancel_futures=True)
