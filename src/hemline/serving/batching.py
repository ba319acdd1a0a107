"""Requests that come while the model is busy are answered together; a lone one never waits."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np

from hemline.classifier import Answers
from hemline.pixels import Pixels
from hemline.serving.metrics import BATCH, WAITING
from hemline.serving.model import Answered
from hemline.serving.refusals import busy

_LARGEST = 64  # pictures: more at once are no faster each, and the first would wait for the last


class _Asked(NamedTuple):
    pixels: Pixels
    answered: asyncio.Future[Answered]


class Batcher:
    """Asks a model in a thread of its own.

    Args:
        answer: called with pixels, uint8 `(n, h, w)` or `(n, h, w, 3)`, from one request or from
            several of the same form.
        thread: where it is called; one call at a time.
        most: pictures that may wait.
    """

    def __init__(self, answer: Callable[[Pixels], Answered], thread: Executor, most: int) -> None:
        self._answer, self._thread, self._most = answer, thread, most
        self._queue: deque[_Asked] = deque()
        self._waiting = 0
        self._working: asyncio.Task[None] | None = None

    async def answer(self, pixels: Pixels) -> Answered:
        """The answers to pixels, uint8 `(n, h, w)` or `(n, h, w, 3)`.

        Raises:
            RefusedError: too many pictures wait already.
        """
        if self._waiting and self._waiting + len(pixels) > self._most:
            raise busy(f"received one while {self._waiting:,} pictures wait")
        asked = _Asked(pixels, asyncio.get_running_loop().create_future())
        self._queue.append(asked)
        self._count(len(pixels))
        if self._working is None:
            self._working = asyncio.create_task(self._work())
        return await asked.answered

    async def _work(self) -> None:
        try:
            while batch := self._next():
                await self._work_off(batch)
        finally:
            self._working = None

    def _next(self) -> list[_Asked]:
        batch: list[_Asked] = []
        size = 0
        while self._queue and (not batch or _fits(self._queue[0], batch[0], size)):
            asked = self._queue.popleft()
            self._count(-len(asked.pixels))
            if not asked.answered.done():  # else its client has gone
                batch.append(asked)
                size += len(asked.pixels)
        return batch

    async def _work_off(self, batch: list[_Asked]) -> None:
        pixels = np.concatenate([asked.pixels for asked in batch])
        BATCH.observe(len(pixels))
        loop = asyncio.get_running_loop()
        try:
            answered = await loop.run_in_executor(self._thread, self._answer, pixels)
        except Exception as error:  # belongs to those who asked
            for asked in batch:
                if not asked.answered.done():
                    asked.answered.set_exception(error)
            return
        ends = np.cumsum([len(asked.pixels) for asked in batch])
        parts = zip(*(np.split(array, ends[:-1]) for array in answered.answers), strict=True)
        for asked, part in zip(batch, parts, strict=True):
            if not asked.answered.done():
                asked.answered.set_result(answered._replace(answers=Answers(*part)))

    def _count(self, pictures: int) -> None:
        self._waiting += pictures
        WAITING.inc(pictures)


def _fits(asked: _Asked, first: _Asked, size: int) -> bool:
    """A new model may have another form than the one before it."""
    same = asked.pixels.shape[1:] == first.pixels.shape[1:]
    return same and size + len(asked.pixels) <= _LARGEST
