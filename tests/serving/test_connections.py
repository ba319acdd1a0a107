"""What a connection may cost, whatever its requests are for: a real server, and raw bytes."""

import itertools
import json
import socket
import time

import pytest

from hemline.serving.connections import HEAD_BYTES, HEAD_SECONDS, LINGER_SECONDS, MOST_AHEAD
from tests.serving import running
from tests.serving.running import request, until

INFER = "/v2/models/garments/infer"
LIVE = b"GET /v2/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
MEGABYTE = 1_000_000


@pytest.fixture
def connect(server):
    """Open connections that are closed in the end."""
    made = []

    def opened():
        made.append(running.connect(server))
        return made[-1]

    yield opened
    for connection in made:
        connection.close()


def head(path, *lines, method=b"POST"):
    first = b"%s %s HTTP/1.1\r\nHost: localhost\r\n" % (method, path.encode())
    return first + b"".join(line + b"\r\n" for line in lines) + b"\r\n"


def send_until_refused(connection, pieces):
    """Send for as long as the other side takes it; gives how many bytes that were."""
    sent = 0
    try:
        for piece in pieces:
            connection.sendall(piece)
            sent += len(piece)
    except OSError:
        pass
    return sent


def heard(connection):
    """All that is said until the connection ends."""
    return running.seconds_until_closed(connection)[1]


CHUNKED = b"Transfer-Encoding: chunked"
ROUTES = {
    "one that reads": ("/classify", b"POST"),
    "one that does not": ("/v2/health/live", b"GET"),
    "none": ("/nowhere", b"POST"),
    "another method": ("/about", b"POST"),
}


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("line", [b"X: " + bytes(1000 * [120]) + b"\r\n", bytes(1000 * [120])])
def test_trailers_have_an_end(route, line, connect):
    path, method = ROUTES[route]
    connection = connect()
    connection.sendall(head(path, CHUNKED, method=method) + b"1\r\nx\r\n0\r\nX: ")
    sent = send_until_refused(connection, itertools.repeat(line, 100_000))
    assert sent < 50 * MEGABYTE  # what the network holds, and a little more
    said = heard(connection)
    assert b" 431 " in said or not said or b" 404 " in said or b" 405 " in said or b" 200 " in said


def test_trailers_of_usual_length_are_taken(server, connect, photo):
    connection = connect()
    body = b"%x\r\n%s\r\n0\r\nX-Sum: %s\r\n\r\n" % (len(photo), photo, b"1" * 1000)
    connection.sendall(head("/classify", CHUNKED, b"Connection: close") + body)
    assert b" 200 OK" in heard(connection)


def test_chunks_may_be_small_and_many(connect, photo):
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in photo)
    assert len(chunks) - len(photo) > HEAD_BYTES / 2
    connection = connect()
    connection.sendall(head("/classify", CHUNKED, b"Connection: close"))
    for _ in range(3):  # the first of many requests' worth of frames
        connection.sendall(chunks)
    connection.sendall(b"0\r\n\r\n")
    assert b" 200 OK" in heard(connection)


def test_extensions_of_chunks_have_an_end(connect):
    connection = connect()
    connection.sendall(head("/classify", CHUNKED) + b"1;")
    sent = send_until_refused(connection, itertools.repeat(bytes(1000 * [120]), 100_000))
    assert sent < 50 * MEGABYTE
    assert b" 431 " in (said := heard(connection)) or not said


@pytest.mark.parametrize("route", ["one that does not", "none", "another method"])
def test_a_body_that_is_not_wanted_has_to_end_soon(route, connect):
    path, method = ROUTES[route]
    connection = connect()
    connection.sendall(head(path, b"Content-Length: 1000000", method=method) + b"x")
    began = time.monotonic()
    send_until_refused(connection, slowly(b"x", LINGER_SECONDS + 10))
    assert time.monotonic() - began < LINGER_SECONDS + 5


def slowly(data, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        yield data
        time.sleep(0.1)


def test_after_a_body_that_was_not_wanted_the_connection_goes_on(connect):
    connection = connect()
    connection.sendall(head("/nowhere", b"Content-Length: 10") + b"12345")
    until(lambda: b" 404 " in connection.recv(1 << 16, socket.MSG_PEEK))
    connection.sendall(b"67890" + LIVE)
    until(lambda: b" 200 OK" in connection.recv(1 << 16, socket.MSG_PEEK))


@pytest.mark.parametrize("data", [b"\r\n", b""])
def test_who_sends_nothing_is_not_kept(data, connect):
    connection = connect()
    connection.sendall(LIVE)
    assert b" 200 OK" in connection.recv(1 << 16)
    connection.sendall(data)
    began = time.monotonic()
    heard(connection)
    assert time.monotonic() - began < HEAD_SECONDS + 5


def test_requests_far_ahead_of_their_answers_are_left_for_another_connection(connect):
    connection = connect()
    connection.sendall(LIVE * 5 * MOST_AHEAD)
    said = heard(connection)
    assert MOST_AHEAD <= said.count(b" 200 OK") <= MOST_AHEAD + 1
    assert said.lower().count(b"connection: close") == 1


def test_some_requests_ahead_are_answered_in_order(connect, pixels):
    body = json.dumps(request(pixels[:1])).encode()
    ask = head(INFER, b"Content-Length: %d" % len(body)) + body
    connection = connect()
    connection.sendall(ask + LIVE + head("/nowhere", method=b"GET") + LIVE)
    until(lambda: connection.recv(1 << 16, socket.MSG_PEEK).count(b"HTTP/1.1") == 4)
    said = connection.recv(1 << 16)
    statuses = [part.split(b" ")[1] for part in said.split(b"HTTP/1.1")[1:]]
    assert statuses == [b"200", b"200", b"404", b"200"]


def in_chunks(body, size):
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    framed = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    return head("/classify", CHUNKED) + framed + b"0\r\n\r\n"


def of_length(body):
    return head("/classify", b"Content-Length: %d" % len(body)) + body


FRAMINGS = {
    "its length": of_length,
    "chunks": lambda body: in_chunks(body, 10_000),
    "one chunk": lambda body: in_chunks(body, len(body)),
    "small chunks": lambda body: in_chunks(body, 50),
}


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize(("padding", "piece"), [(0, len(LIVE) - 1), (3 * HEAD_BYTES, 1)])
def test_a_request_in_pieces_after_a_long_body(framing, padding, piece, connect, photo):
    connection = connect()
    padded = photo + bytes(padding)  # what follows a JPEG is nobody's business
    connection.sendall(FRAMINGS[framing](padded))
    for start in range(0, len(LIVE), piece):  # before the answer to the first, and after it
        connection.sendall(LIVE[start : start + piece])
        time.sleep(0.01)
    until(lambda: connection.recv(1 << 16, socket.MSG_PEEK).count(b" 200 OK") == 2)


def test_requests_in_pieces_between_long_bodies(connect, photo):
    connection = connect()
    for framing in FRAMINGS.values():
        asked = framing(photo + bytes(HEAD_BYTES)) + LIVE
        for start in range(0, len(asked), 9_999):
            connection.sendall(asked[start : start + 9_999])
    count = 2 * len(FRAMINGS)
    until(lambda: connection.recv(1 << 16, socket.MSG_PEEK).count(b" 200 OK") == count)


def test_many_who_are_not_wanted_keep_nobody_out(server, connect):
    held = [connect() for _ in range(300)]
    for connection in held:
        connection.sendall(head("/nowhere", b"Content-Length: 1000000") + b"x")
    for _ in range(20):
        assert server.get("/v2/health/live").status_code == 200
        time.sleep(0.1)
    time.sleep(LINGER_SECONDS)
    assert not any(send_until_refused(connection, [b"x"] * 5) == 5 for connection in held)
