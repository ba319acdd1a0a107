"""A full server: who is waited for the longest makes room, and who is refused hears of it."""

import asyncio
import contextlib
import select
import socket
import threading
import time

import pytest
import uvicorn

from hemline.serving import connections
from hemline.serving.connections import MOST, PATIENCE, Connection
from tests.serving import running
from tests.serving.running import until
from tests.serving.test_connections import LIVE, head

FILE = b"GET /page/ort/ort.wasm.bundle.min.mjs HTTP/1.1\r\nHost: localhost\r\n\r\n"
SLOW = {
    "heads": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ",
    "bodies": head("/classify", b"Content-Length: 1000000") + b"x",
    "readers": FILE * 8,
    "idle": LIVE,
}


def whole(connection):
    """All that is said until the connection ends, which a reset must not cut short."""
    with connection:
        said = b""
        while part := connection.recv(1 << 20):
            said += part
        return said


def ask(server):
    """Send a request, and only then look at the answer."""
    made = running.connect(server)
    made.sendall(LIVE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    return whole(made)


@contextlib.contextmanager
def filled(server, data):
    """All connections taken, each by a client that sends so much and then does nothing."""
    until(lambda: b" 200 OK" in ask(server))
    with contextlib.ExitStack() as held:
        made = [held.enter_context(running.connect(server, SO_RCVBUF=4096)) for _ in range(MOST)]
        for one in made:
            one.sendall(data)
        yield made


@pytest.mark.parametrize("kind", SLOW)
def test_a_full_server_makes_room_for_those_who_are_not_slow(kind, server):
    with filled(server, SLOW[kind]):
        until(lambda: b" 200 OK" in ask(server))
        time.sleep(PATIENCE + 0.5)  # the server may have been at work until then
        for _ in range(20):
            assert b" 200 OK" in ask(server)
    assert "Traceback" not in server.log.read_text()


def test_readers_of_a_little_at_a_time_keep_nobody_out(server):
    with filled(server, SLOW["readers"]) as readers:
        deadline = time.monotonic() + PATIENCE + 1
        while time.monotonic() < deadline:
            for one in readers:
                if select.select([one], [], [], 0)[0]:
                    one.recv(1000)
            time.sleep(0.2)
        until(lambda: b" 200 OK" in ask(server), 2)


def test_who_finds_no_place_is_told_so(server):
    with filled(server, SLOW["bodies"]):
        refused = [ask(server) for _ in range(20)]
    for said in refused:
        assert b" 503 " in said
        assert b"retry-after: 1" in said
        assert said.endswith(b'try again."}')


def test_who_makes_room_is_told_so(server):
    with filled(server, SLOW["bodies"]) as held:
        time.sleep(PATIENCE + 0.5)
        assert b" 200 OK" in ask(server)
        (cut,) = [one for one in held if select.select([one], [], [], 0)[0]]
        assert b" 503 " in whole(cut)


REFUSED = {
    "431": b"GET / HTTP/1.1\r\nX: " + 1_000_000 * b"x",
    "400": b"\x16\x03\x01 hello\r\n\r\n" + 1_000_000 * b"x",
    "403": head("/classify", b"Origin: https://evil.example", b"Content-Length: 3000000")
    + 3_000_000 * b"x",
}


@pytest.mark.parametrize("status", REFUSED)
def test_a_refusal_arrives_although_more_was_sent_than_read(status, server):
    made = running.connect(server)
    made.sendall(REFUSED[status])
    assert f" {status} ".encode() in whole(made)


@contextlib.contextmanager
def answering(app, loop):
    """An application behind connections of ours."""
    config = uvicorn.Config(app, port=0, http=Connection, ws="none", loop=loop, lifespan="off")
    inside, listener = uvicorn.Server(config), socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=inside.run, args=([listener],))
    thread.start()
    try:
        yield lambda: socket.create_connection(listener.getsockname(), timeout=30)
    finally:
        inside.should_exit = True
        thread.join()


def answers(body, seconds):
    """An application that waits, and answers."""

    async def app(scope, receive, send):
        await asyncio.sleep(seconds)
        length = (b"content-length", b"%d" % len(body))
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        await send({"type": "http.response.body", "body": body})

    return app


LOOPS = ["asyncio", "uvloop"]


@pytest.mark.parametrize("loop", LOOPS)
def test_a_head_that_begins_behind_answers_has_to_end_soon(loop, monkeypatch):
    monkeypatch.setattr(connections, "HEAD_SECONDS", 1)
    with answering(answers(bytes(10_000_000), 0), loop) as connect, connect() as made:
        made.sendall(LIVE * 4 + SLOW["heads"])
        time.sleep(1.5)  # the answers cannot be given yet
        left = 40_000_000
        while left > 0:
            left -= len(made.recv(1 << 20))
        began = time.monotonic()
        with contextlib.suppress(OSError):
            while time.monotonic() - began < 6:
                made.sendall(b"x")
                time.sleep(0.1)
        assert time.monotonic() - began < 4


@pytest.mark.parametrize("loop", LOOPS)
def test_the_work_of_the_server_is_not_the_waiting_of_a_client(loop, monkeypatch):
    monkeypatch.setattr(connections, "MOST", 2)
    monkeypatch.setattr(connections, "PATIENCE", 0.5)

    with answering(answers(b"at last", 2), loop) as connect:
        working = [connect() for _ in range(2)]
        for one in working:
            one.sendall(LIVE)
        time.sleep(1)
        assert b" 503 " in whole(connect())
        for one in working:
            until(lambda: b"at last" in one.recv(1000, socket.MSG_PEEK))  # noqa: B023
        time.sleep(1)  # now it is their turn
        newcomer = connect()
        newcomer.sendall(LIVE)
        until(lambda: b"at last" in newcomer.recv(1000, socket.MSG_PEEK))
        for one in (*working, newcomer):
            one.close()


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("line", [b"", b"Connection: close\r\n"])
def test_an_answer_has_to_be_taken_in_time(line, loop, monkeypatch):
    monkeypatch.setattr(connections, "TAKE_SECONDS", 1)
    monkeypatch.setattr(connections, "TAKE_BYTES", 50_000_000)

    with answering(answers(bytes(20_000_000), 0), loop) as connect, connect() as made:
        made.sendall(LIVE[:-2] + line + b"\r\n")
        time.sleep(2)
        got = 0
        with contextlib.suppress(ConnectionResetError):
            while part := made.recv(1 << 20):
                got += len(part)
        assert got < 20_000_000
