"""A worker: uvicorn, that ends without losing those who have connected already."""

import asyncio
import contextlib
import functools
import socket
import sys

import uvicorn

from hemline.serving.app import create_app
from hemline.serving.connections import Connection
from hemline.serving.logs import log_config
from hemline.serving.settings import Settings

BACKLOG = 2048
# Seconds; after Python's own 5 ms a busy event loop would let the model hand over its answers.
_SWITCH = 0.0005


def work(listener: socket.socket, settings: Settings, json_logs: bool) -> None:
    """Answer what comes through `listener` until SIGTERM or SIGINT."""
    sys.setswitchinterval(_SWITCH)
    config = uvicorn.Config(
        functools.partial(create_app, settings),
        factory=True,
        http=Connection,
        ws="none",
        access_log=False,
        backlog=BACKLOG,
        log_config=log_config(as_json=json_logs),
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=int(2 * settings.seconds),
    )
    _Server(config).run([listener])


class _Server(uvicorn.Server):
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take those in who wait for a connection, then let nobody in, then finish."""
        for listener in sockets or []:
            waiting = _let_nobody_in(listener)
            for client in waiting:
                await asyncio.get_running_loop().connect_accepted_socket(self._connection, client)
        await super().shutdown(sockets)

    def _connection(self) -> Connection:
        return Connection(self.config, self.server_state, self.lifespan.state)


def _let_nobody_in(listener: socket.socket) -> list[socket.socket]:
    """Close a listener for all workers at once; gives whom nobody had accepted yet."""
    waiting = []
    with contextlib.suppress(OSError):  # nobody waits any more, or another worker was first
        while True:
            waiting.append(listener.accept()[0])
    with contextlib.suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    return waiting
