"""Photographs are decoded in processes of their own: the event loop never waits for one."""

import asyncio
import os
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any

from hemline.photos import Intake
from hemline.serving.looking import Look, begin, look
from hemline.serving.metrics import PHOTOS_WAITING
from hemline.serving.refusals import RefusedError, busy

# What a picture file begins with; WebP has its length between the two.
_STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_WEBP = (b"RIFF", b"WEBP")


def check_kind(content: bytes, name: str) -> None:
    """Admit PNG, JPEG and WebP only.

    Raises:
        RefusedError: the file begins like none of them.
    """
    webp = (content[:4], content[8:12]) == _WEBP
    if not webp and not content.startswith(_STARTS):
        received = f"{name} that is none; convert it" if content else "nothing; send one"
        raise RefusedError(415, f"Expected a PNG, JPEG or WebP file, received {received}.")


class PhotoPool:
    """Processes that decode; one that dies is replaced.

    Args:
        processes: how many.
        most: photographs that may be decoded or wait for it.
    """

    def __init__(self, processes: int, most: int) -> None:
        self._processes, self._most = processes, most
        self._waiting = 0
        self._pool = self._begin()

    def _begin(self) -> ProcessPoolExecutor:
        pool = ProcessPoolExecutor(self._processes, get_context("spawn"), begin)
        for _ in range(self._processes):  # they begin now, not with the first photograph
            pool.submit(os.getpid)
        return pool

    async def look(
        self, content: bytes, name: str, intake: Intake, megapixels: float, *, steps: bool
    ) -> Look:
        """Decode a picture file and bring it to a form.

        Raises:
            RefusedError: too many wait already, or decoding it ends the process that tries.
            HemlineError: what `hemline.photos.see` raises.
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
            pool = self._pool
            try:
                return await loop.run_in_executor(pool, look, *asked)
            except BrokenProcessPool:
                self._replace(pool)
        raise busy(f"received {name}, on which decoding has ended twice")

    def _replace(self, broken: ProcessPoolExecutor) -> None:
        if broken is self._pool:
            broken.shutdown(wait=False)
            self._pool = self._begin()

    def _count(self, photos: int) -> None:
        self._waiting += photos
        PHOTOS_WAITING.inc(photos)

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown(cancel_futures=True)
