"""Connections of people who mean no good, or whose line is bad: cut off, and not too many."""

import asyncio
import json
import socket
import struct
from types import SimpleNamespace
from typing import ClassVar

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
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
PATIENCE = 2.0  # seconds to wait for a client while another one has no place
LEAVE_SECONDS = 0.5  # in which what still comes is thrown away, so that a refusal arrives
LEAVE_BYTES = 20_000_000  # that are thrown away then, at most
MOST_LEAVING = 128  # connections that have this time at once, beside the others
TAKE_SECONDS, TAKE_BYTES = 60.0, 50_000  # to take an answer; and one more for so many bytes each
_PIECE = 1 << 14  # bytes between two looks at the limits
_RESET = struct.pack("ii", 1, 0)  # linger, for no time
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
    _in_head = False  # whether a head has begun and not ended
    _deaf = False  # whether what comes is thrown away
    _draining = False
    _gone = False  # whether it is cut off already
    _since = 0.0  # when the client's turn began, where it is its turn
    _untaken_since: float | None = None  # where the client leaves much of an answer
    _taking: asyncio.TimerHandle | None = None
    _leaving: ClassVar[set["Connection"]] = set()  # of this worker: have heard their last word
    _look_at = 0.0  # when somebody may have waited for too long, at the earliest

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, unless there are too many who are not slow."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(low=0, high=HIGH_WATER_LIMIT)  # taken is wholly taken
        self._door = SimpleNamespace(
            write=transport.write, is_closing=transport.is_closing, close=self._end
        )
        self._since = self.loop.time()
        self._watch()
        if len(self.connections) - len(self._leaving) > MOST and not self._make_room():
            self._refuse(503, f"Expected at most {MOST} connections, received one more; try again.")

    def data_received(self, data: bytes) -> None:
        """Take some bytes, unless a head or its like has no end."""
        if self in self._leaving:
            self._throw_away(data)
            return
        for start in range(0, len(data), _PIECE):
            if self._deaf or self.transport.is_closing():
                return
            piece = data[start : start + _PIECE]
            self._frame += len(piece)
            super().data_received(piece)
            if self._frame > HEAD_BYTES and not self._deaf:
                self._refuse(
                    431, f"Expected a head of at most {HEAD_BYTES} bytes, received more; send less."
                )
        # A whole request needs no timer; a part of a head does, and what was no request: an empty
        # line, the rest of one.
        if self._timer is None and not self._deaf and (self._in_head or self._is_idle()):
            self._watch()

    def on_message_begin(self) -> None:
        """A request begins: its head has to come soon."""
        super().on_message_begin()
        if not self._deaf:
            self._in_head = True
            self._unwatch()

    def on_headers_complete(self) -> None:
        """The head is there."""
        if self._deaf:
            return
        self._unwatch()
        self._in_head = False
        if len(self.pipeline) >= MOST_AHEAD:  # who sends on will have to send it again
            self._deaf = True
            self.cycle.keep_alive = False
            return
        super().on_headers_complete()
        self.cycle.transport = self._door  # type: ignore[assignment]
        self._whole, self._since = False, self.loop.time()
        if self._draining:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Some of the body: the route that reads it limits it."""
        self._frame = max(0, self._frame - len(body))
        if not self._deaf:
            super().on_body(body)

    def on_chunk_header(self) -> None:
        """The frame of a chunk may be as long as what it holds, and is no head."""
        self._frame = max(0, self._frame - _CHUNK)

    def on_message_complete(self) -> None:
        """The request is there, with its trailers; the next head begins at nothing."""
        if self._deaf:
            return
        self._frame, self._whole = 0, True
        self._unwatch()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """An answer is through; if its request is not, or the next has begun, it has to be soon."""
        if self in self._leaving:
            return
        super().on_response_complete()
        self._since = self.loop.time()
        if self.transport.is_closing() or not self._is_idle():
            return
        if not self._whole:
            self._unwatch()
            self._timer = self.loop.call_later(LINGER_SECONDS, self._close)
        elif self._in_head:  # its time may have passed while nobody could read it
            self._unset_keepalive_if_required()
            self._watch()

    def pause_writing(self) -> None:
        """The client leaves much of an answer: it has a time for all of it."""
        super().pause_writing()
        self._untaken_since = self.loop.time()
        self._limit_taking()

    def resume_writing(self) -> None:
        """The client has taken all that there was."""
        super().resume_writing()
        self._untaken_since, self._since = None, self.loop.time()
        self._unlimit_taking()

    def timeout_keep_alive_handler(self) -> None:
        """Nothing has come for a while."""
        self._close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._unwatch()
        self._unlimit_taking()
        self._leaving.discard(self)
        self._door.close = self.transport.close  # no ring of references is left
        self._let_go()
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
            self._close()

    def _make_room(self) -> bool:
        """Cut off whoever has been waited for the longest, if that is long; gives whether."""
        now = self.loop.time()
        if now < Connection._look_at:
            return False
        others = [one for one in self.connections if isinstance(one, Connection)]
        slowest = min(others, key=lambda one: one._waits_since(now))
        since = slowest._waits_since(now)
        if now - since < PATIENCE:
            Connection._look_at = since + PATIENCE
            return False
        slowest._give_way(now)
        return True

    def _waits_since(self, now: float) -> float:
        """Since when it is the client's turn; now, where the server is at work or it leaves."""
        if self._gone or self in self._leaving:
            return now
        if self._untaken_since is not None:
            return self._untaken_since
        reading = not self._whole and not self.flow.read_paused
        return self._since if reading or self._is_idle() else now

    def _give_way(self, now: float) -> None:
        if self._untaken_since is not None or self.transport.is_closing():
            self._cut_off()
        else:
            self._since = now  # who does not even take this is cut off next time
            self._refuse(
                503,
                f"Expected a whole request within {PATIENCE:g} s while all {MOST} connections are "
                "taken, received a part; try again.",
            )

    def _watch(self) -> None:
        self._unwatch()
        self._timer = self.loop.call_later(HEAD_SECONDS, self._time_out)

    def _unwatch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _time_out(self) -> None:
        self._timer = None
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
        if not self._is_halfway():
            self.transport.write(STATUS_LINE[status] + head + again + b"\r\n" + body)
        self._leave()

    def _is_halfway(self) -> bool:
        """Whether the head of an answer is written and its body is not."""
        running = self._running
        return running is not None and running.response_started and not running.response_complete

    def _end(self) -> None:
        """End after an answer, of whose request there may be more to come."""
        if self._whole:
            self._close()
        else:
            self._leave()

    def _leave(self) -> None:
        """Say that this was all, and throw away what still comes.

        What is unread when a connection is closed makes the kernel reset it, and the client may
        lose what it was told.
        """
        self._deaf = True
        self._let_go()
        self._unwatch()
        if self.transport.is_closing() or len(self._leaving) >= MOST_LEAVING:
            self._close()
            return
        self._leaving.add(self)
        self._frame = 0
        self._unset_keepalive_if_required()
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._timer = self.loop.call_later(LEAVE_SECONDS, self._close)

    def _throw_away(self, data: bytes) -> None:
        self._frame += len(data)
        if self._frame > LEAVE_BYTES:
            self._close()

    def _close(self) -> None:
        self._leaving.discard(self)
        if not self.transport.is_closing():
            self.transport.close()
        if self.transport.get_write_buffer_size():
            self._limit_taking()

    def _cut_off(self) -> None:
        """End with a reset: the kernel would go on to hold what the client leaves."""
        self._gone = True
        sock = self.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.transport.abort()

    def _let_go(self) -> None:
        """Nobody waits for answers any more; uvicorn knows of the newest request only."""
        self.pipeline.clear()
        for cycle in (self._running, self.cycle):
            if cycle is not None:
                cycle.disconnected = True
                cycle.message_event.set()

    def _limit_taking(self) -> None:
        if self._taking is None:
            seconds = TAKE_SECONDS + self.transport.get_write_buffer_size() / TAKE_BYTES
            self._taking = self.loop.call_later(seconds, self._cut_off)

    def _unlimit_taking(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None


def give_up_after(listener: socket.socket, seconds: float) -> None:
    """Drop connections of this listener whose client takes nothing of what is sent for so long."""
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux
        milliseconds = int(1000 * seconds)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
