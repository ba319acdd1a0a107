"""A worker: uvicorn, that ends without losing those who have connected already."""

import asyncio
import contextlib
import functools
import logging
import os
import signal
import socket
import sys
import threading
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from types import FrameType

import uvicorn

from hemline.serving.app import create_app
from hemline.serving.connections import Connection as Protocol
from hemline.serving.figures import sweep
from hemline.serving.heap import leave_to_others
from hemline.serving.logs import log_config
from hemline.serving.photos import POOL
from hemline.serving.settings import Settings

BACKLOG = 2048
# Seconds; after Python's own 5 ms a busy event loop would let the model hand over its answers.
_SWITCH = 0.0005
_HESITATE, _HESITATE_MOST = 0.0001, 0.002  # seconds; for each client, and at most
# Times as long as a request may take: for those under way; and until a model that does not come
# back is no longer waited for.
_GRACE, _GIVEN_UP = 2, 2.5
_FULL = 0.5  # seconds until other clients may have left
_log = logging.getLogger("hemline.serving")


def work(
    listener: socket.socket, settings: Settings, json_logs: bool, alone: bool, ending: Connection
) -> None:
    """Answer what comes through `listener` until SIGTERM.

    Args:
        listener: where clients come in.
        settings: of the worker.
        json_logs: whether logs are JSON lines.
        alone: whether no other worker takes clients from the listener.
        ending: can be read once the whole server ends, and not this worker alone.
    """
    sys.setswitchinterval(_SWITCH)
    leave_to_others()
    config = uvicorn.Config(
        functools.partial(create_app, settings),
        factory=True,
        http=Protocol,
        ws="none",
        access_log=False,
        backlog=BACKLOG,
        log_config=log_config(as_json=json_logs),
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=int(_GRACE * settings.seconds),
    )
    _Server(config, alone, ending, _GIVEN_UP * settings.seconds).run([listener])


class _Server(uvicorn.Server):
    """Uvicorn's, but for how connections come in and how it ends."""

    def __init__(
        self, config: uvicorn.Config, alone: bool, ending: Connection, most: float
    ) -> None:
        super().__init__(config)
        self._alone, self._ending, self._most = alone, ending, most
        self._beginning: set[asyncio.Task[object]] = set()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End at SIGTERM; Ctrl-C is told to all processes, and means the one that watches."""
        if sig != signal.SIGINT:
            super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Take one connection at a time: uvicorn's way, the first worker awake takes them all."""
        await super().startup(sockets=[])
        for listener in sockets or []:
            listener.setblocking(False)
            self._listen(listener)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let nobody in, or leave them to other workers and to the one that follows; finish."""
        if (photos := self.lifespan.state.get(POOL)) is not None:  # it may end before it begins
            photos.hurry()
        _give_up_after(self._most)
        for listener in sockets or []:
            self._pause(listener)
            if self._ending.poll():
                for client in _let_nobody_in(listener):
                    self._take_in(client)
        await asyncio.gather(*self._beginning, return_exceptions=True)
        await super().shutdown(sockets)

    def _listen(self, listener: socket.socket) -> None:
        if not self.should_exit:
            asyncio.get_running_loop().add_reader(listener, self._accept, listener)

    def _pause(self, listener: socket.socket) -> None:
        asyncio.get_running_loop().remove_reader(listener)

    def _accept(self, listener: socket.socket) -> None:
        seconds = 0.0
        if not self._alone:  # whoever has more clients hesitates longer before the next
            seconds = min(_HESITATE * len(self.server_state.connections), _HESITATE_MOST)
        try:
            self._take_in(listener.accept()[0])
        except (BlockingIOError, ConnectionAbortedError):
            pass  # another worker was first, or the client has left
        except OSError:  # no file can be opened any more
            seconds = _FULL
        if seconds:
            self._pause(listener)
            asyncio.get_running_loop().call_later(seconds, self._listen, listener)

    def _take_in(self, client: socket.socket) -> None:
        client.setblocking(False)
        loop = asyncio.get_running_loop()
        task = loop.create_task(loop.connect_accepted_socket(self._connection, client))
        self._beginning.add(task)
        task.add_done_callback(self._beginning.discard)

    def _connection(self) -> Protocol:
        return Protocol(self.config, self.server_state, self.lifespan.state)


def _give_up_after(seconds: float) -> None:
    """End the process then, whatever it waits for; no thread can be stopped otherwise."""

    def end() -> None:
        _log.error("a model has not come back in %g s, and is not waited for any longer", seconds)
        if (watching := parent_process()) is None or not watching.is_alive():
            sweep()
        os._exit(1)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()


def _let_nobody_in(listener: socket.socket) -> list[socket.socket]:
    """Close a listener for all workers at once; gives whom nobody had accepted yet."""
    waiting = []
    with contextlib.suppress(OSError):  # nobody waits any more, or another worker was first
        while True:
            waiting.append(listener.accept()[0])
    with contextlib.suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    return waiting
