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
MOST_AHEAD = 16  # requests that are sent before the answer to the first
HEAD_SECONDS = 5.0  # until the head of a request is there
HEAD_BYTES = 1 << 16  # of all of a request that is no body: its head, its trailers
LINGER_SECONDS = 2.0  # in which the rest of a body is thrown away that was answered before its end
DRAIN_SECONDS = 0.5  # in which a client learns that the connection ends
_PIECE = 1 << 14  # bytes between two looks at the limits
_CHUNK = 16  # bytes of the frame of a chunk


class Connection(HttpToolsProtocol):
    """Uvicorn's, with limits on how many, how slow and how long, and an end that loses nothing.

    Whatever the route does with a request, its head, its frame and the time after its answer are
    limited here; its body by the route that reads it.
    """

    _timer: asyncio.TimerHandle | None = None
    _running: RequestResponseCycle | None = None
    _frame = 0  # bytes of a request that are no body
    _whole = True  # whether the newest request has arrived to its end
    _too_far_ahead = False
    _draining = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, unless there are too many."""
        super().connection_made(transport)
        self._watch()
        if len(self.connections) > MOST:
            self._refuse(503, f"Expected at most {MOST} connections, received one more; try again.")

    def data_received(self, data: bytes) -> None:
        """Take some bytes, unless a head or its like has no end."""
        for start in range(0, len(data), _PIECE):
            if self.transport.is_closing() or self._too_far_ahead:
                return
            piece = data[start : start + _PIECE]
            self._frame += len(piece)
            super().data_received(piece)
            if self._frame > HEAD_BYTES and not self.transport.is_closing():
                self._refuse(
                    431, f"Expected a head of at most {HEAD_BYTES} bytes, received more; send less."
                )
        if self._is_idle() and self._timer is None and not self.transport.is_closing():
            self._watch()  # what came was no request: an empty line, the rest of one

    def on_message_begin(self) -> None:
        """A request begins: its head has to come soon."""
        super().on_message_begin()
        self._watch()

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._unwatch()
        if len(self.pipeline) >= MOST_AHEAD:  # who sends on will have to send it again
            self._too_far_ahead = True
            self.cycle.keep_alive = False
            return
        super().on_headers_complete()
        self._whole = False
        if self._draining:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Some of the body: the route that reads it limits it."""
        self._frame = max(0, self._frame - len(body))
        if not self._too_far_ahead:
            super().on_body(body)

    def on_chunk_header(self) -> None:
        """The frame of a chunk may be as long as what it holds, and is no head."""
        self._frame = max(0, self._frame - _CHUNK)

    def on_message_complete(self) -> None:
        """The request is there, with its trailers; the next head begins at nothing."""
        self._frame, self._whole = 0, True
        self._unwatch()
        if not self._too_far_ahead:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """An answer is through; if its request is not, it has to be soon."""
        super().on_response_complete()
        if not self._whole and self._is_idle():
            self._unwatch()
            self._timer = self.loop.call_later(LINGER_SECONDS, self.transport.close)

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
        if self._is_idle():
            self.loop.call_later(DRAIN_SECONDS, self._end_if_idle)
        else:
            self.cycle.keep_alive = False

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's words
        """What is not HTTP."""
        self._refuse(400, "Expected a request in HTTP/1.1, received none; mend the client.")

    def _is_idle(self) -> bool:
        """Whether all requests are answered whose heads are there."""
        return self.cycle is None or self.cycle.response_complete

    def _end_if_idle(self) -> None:
        if self._is_idle():
            self.transport.close()

    def _watch(self) -> None:
        self._unwatch()
        self._timer = self.loop.call_later(HEAD_SECONDS, self._time_out)

    def _unwatch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _time_out(self) -> None:
        if self._is_idle():
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
