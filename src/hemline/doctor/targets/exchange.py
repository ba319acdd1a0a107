"""One request and its reply, within a limit of time and of bytes."""

import json
import socket
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from threading import Timer
from urllib.parse import urlsplit

from hemline.errors import TargetError

_LARGEST = 1 << 23  # bytes of one reply: 200 pictures of a thousand classes take half of that


class ForeignError(TargetError):
    """Somebody answers, but not as was expected."""


class Exchange:
    """A server, asked one request at a time, each on a connection of its own.

    Args:
        name: the URL as the user wrote it.
        limit: seconds for each reply.
        wanted: what is expected to be there, in words.
    """

    def __init__(self, name: str, limit: float, wanted: str) -> None:
        self._name, self._limit, self._wanted = name, limit, wanted

    def send(self, url: str, data: bytes | None, kind: str) -> tuple[int, bytes]:
        """GET, or POST where there are data of such a kind; status and text of the reply.

        No redirection is followed.

        Raises:
            TargetError: nobody answers in time.
            ForeignError: what comes back is no reply.
        """
        try:
            connection = self._connect(url)
        except OSError as error:
            raise self._silent(error) from error
        # A limit on the socket is one for each read, and a reply can come byte by byte.
        watch = Timer(self._limit, _hang_up, [connection.sock])
        deadline = time.monotonic() + self._limit  # before the watch begins, or it may be early
        watch.start()
        try:
            method = "GET" if data is None else "POST"
            connection.request(method, _path(url), data, {"Content-Type": kind})
            reply = connection.getresponse()
            status, text = reply.status, self._body(reply)
        except (OSError, HTTPException) as error:
            if time.monotonic() >= deadline:
                raise self._silent(TimeoutError()) from error
            raise self.foreign(f"no whole reply ({type(error).__name__})") from error
        finally:
            watch.cancel()
            connection.close()
        if time.monotonic() >= deadline:
            raise self._silent(TimeoutError())
        return status, text

    def foreign(self, what: str) -> ForeignError:
        """Something else came than was expected."""
        return ForeignError(
            f"Expected {self._wanted} at {self._name}, received {what}; correct the URL."
        )

    def _connect(self, url: str) -> HTTPConnection:
        try:
            parts = urlsplit(url)
            kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
            connection = kind(parts.netloc, timeout=self._limit)
        except (ValueError, HTTPException) as error:
            raise TargetError(f"Expected a URL, received {url} ({error}); correct it.") from error
        connection.connect()
        return connection

    def _body(self, reply: HTTPResponse) -> bytes:
        """The reply, unless it is a flood."""
        text = reply.read(_LARGEST + 1)
        if len(text) > _LARGEST:
            raise self.foreign(f"more than {_LARGEST >> 20} megabytes")
        return text

    def _silent(self, error: OSError) -> TargetError:
        slow = isinstance(error, TimeoutError)
        what = f"none within {self._limit:g} s" if slow else f"none ({error})"
        host = urlsplit(self._name).netloc
        return TargetError(
            f"Expected an answer from {host}, received {what}; start the server, "
            "correct the URL, or allow more with --limit."
        )


def complaint(status: int, text: bytes) -> str:
    """What a reply that is no answer says, in a line."""
    try:
        said = json.loads(text)
        said = said.get("error") or said.get("detail") or said.get("message") or ""
    except (ValueError, AttributeError, RecursionError):
        said = ""
    return f"status {status} {said}".strip()[:200]


def _path(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _hang_up(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
