"""Calls that may never come back: they are waited for only so long."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

Given = TypeVar("Given")


async def in_time(call: Callable[[], Given], seconds: float) -> Given:
    """What a call gives, in a thread of its own.

    Raises:
        TimeoutError: it takes longer; the thread is left to itself, and holds up no end.
    """
    given: Future[Given] = Future()
    given.set_running_or_notify_cancel()  # so that nobody takes it back from the thread

    def work() -> None:
        try:
            given.set_result(call())
        except BaseException as error:  # belongs to whoever waits
            given.set_exception(error)

    Thread(target=work, daemon=True).start()
    return await asyncio.wait_for(asyncio.wrap_future(given), seconds)
