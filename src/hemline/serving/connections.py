"""Connections of people who mean no good, or whose line is bad: cut off, and not too many."""

import asyncio
import json
import socket

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

MOST = 512  # connections of one worker
HEAD_SECONDS = 5.0  # until the head of a request is there
HEAD_BYTES = 1 << 16
DRAIN_SECONDS = 0.5  # in which a client learns that the connection ends


class Connection(HttpToolsProtocol):
    """Uvicorn's, with limits on how many, how slow and how long, and an end that loses nothing."""

    _timer: asyncio.TimerHandle | None = None
    _running: RequestResponseCycle | None = None
    _head = 0  # bytes of an unfinished head
    _draining = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, unless there are too many."""
        super().connection_made(transport)
        self._watch()
        if len(self.connections) > MOST:
            self._refuse(503, f"Expected at most {MOST} connections, received one more; try again.")

    def data_received(self, data: bytes) -> None:
        """Take some bytes, unless a head has no end."""
        if self._timer is not None and self._head > HEAD_BYTES:
            self._refuse(
                431, f"Expected a head of at most {HEAD_BYTES} bytes, received more; send less."
            )
        elif not self.transport.is_closing():
            self._head += len(data)
            super().data_received(data)

    def on_message_begin(self) -> None:
        """A request begins: its head has to come soon."""
        super().on_message_begin()
        self._watch()

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._unwatch()
        super().on_headers_complete()
        if self._draining:
            self.cycle.keep_alive = False

    def on_response_complete(self) -> None:
        """The next head begins at nothing."""
        self._head = 0
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._unwatch()
        if self._running is not None:  # uvicorn knows of the newest request only
            self._running.disconnected = True
            self._running.message_event.set()
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def shutdown(self) -> None:
        """End after the request that is under way, or after one that is on its way already."""
        self._draining = True
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(DRAIN_SECONDS, self._end_if_idle)
        else:
            self.cycle.keep_alive = False

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words
        """What is not HTTP."""
        self._refuse(400, "Expected a request in HTTP/1.1, received none; mend the client.")

    def _end_if_idle(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()

    def _watch(self) -> None:
        self._unwatch()
        self._timer = self.loop.call_later(HEAD_SECONDS, self._time_out)

    def _unwatch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _time_out(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self._refuse(
                408,
                f"Expected a request within {HEAD_SECONDS:g} s, received a part; send it faster.",
            )

    def _refuse(self, status: int, sentence: str) -> None:
        body = json.dumps({"error": sentence}).encode()
        head = (
            b"content-type: application/json\r\nconnection: close\r\ncontent-length: %d\r\n"
            % len(body)
        )
        again = b"retry-after: 1\r\n" if status == 503 else b""
        self.transport.write(STATUS_LINE[status] + head + again + b"\r\n" + body)
        self.transport.close()


def give_up_after(listener: socket.socket, seconds: float) -> None:
    """Drop connections of this listener whose client takes nothing of what is sent for so long."""
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
        milliseconds = int(1000 * seconds)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
