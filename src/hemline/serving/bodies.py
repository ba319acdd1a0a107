"""Bodies of requests: read whole, within a limit that holds as received and decompressed."""

import asyncio
import contextlib
import zlib
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect, Request

from hemline.serving.refusals import RefusedError, busy, cut_off

_WINDOWS = {"gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
_LINGER = 1.0  # seconds in which the rest of a refused body is thrown away
_TOGETHER = 400_000_000  # bytes of all bodies that a worker holds; one alone may be larger


class _Plain:
    held = 0  # bytes of all readers

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._received = bytearray()

    def take(self, data: bytes) -> None:
        _Plain.held += len(data)
        self._received += data
        if len(self._received) > self._limit:
            raise _too_large(self._limit)
        if len(self._received) < _Plain.held > _TOGETHER:
            raise _too_much()

    def whole(self) -> bytes:
        return bytes(self._received)

    def forget(self) -> None:
        _Plain.held -= len(self._received)


class _Packed(_Plain):
    """Decompresses as it receives, and never more than the limit."""

    def __init__(self, limit: int, coding: str) -> None:
        super().__init__(limit)
        self._coding, self._packed = coding, 0
        self._unpacker = zlib.decompressobj(_WINDOWS[coding])

    def take(self, data: bytes) -> None:
        self._packed += len(data)
        if self._packed > self._limit:
            raise _too_large(self._limit)
        try:
            super().take(self._unpacker.decompress(data, self._limit + 1 - len(self._received)))
        except zlib.error as error:
            raise self._damaged() from error

    def whole(self) -> bytes:
        if not self._unpacker.eof or self._unpacker.unused_data:
            raise self._damaged()
        return super().whole()

    def _damaged(self) -> RefusedError:
        return cut_off(
            400, f"Expected one whole {self._coding} body, received a damaged one; send it again."
        )


@contextlib.asynccontextmanager
async def received(request: Request, limit: float, seconds: float) -> AsyncIterator[bytes]:
    """The decompressed body, at most `limit` bytes, arrived within `seconds`.

    Raises:
        RefusedError: too large, too slow, damaged, in another coding than gzip or deflate, or too
            much beside the others that are held.
    """
    reader = _reader(request, int(limit))
    try:
        yield await _arrived(request, reader, limit, seconds)
    finally:
        reader.forget()


async def _arrived(request: Request, reader: _Plain, limit: float, seconds: float) -> bytes:
    try:
        async with asyncio.timeout(seconds):
            await _read(request, reader, int(limit))
    except TimeoutError as error:
        raise cut_off(
            408, f"Expected the whole body within {seconds:g} s, received a part; send it faster."
        ) from error
    except ClientDisconnect as error:
        raise cut_off(400, "Expected a whole body, received a part; send it again.") from error
    return reader.whole()


def _reader(request: Request, limit: int) -> _Plain:
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding == "identity":
        return _Plain(limit)
    if coding in _WINDOWS:
        return _Packed(limit, coding)
    raise cut_off(
        415, f"Expected a body as it is, gzip or deflate, received {coding[:40]!r}; send it plain."
    )


async def _read(request: Request, reader: _Plain, limit: int) -> None:
    stream = request.stream()
    try:
        if int(request.headers.get("content-length", "0")) > limit:
            raise _too_large(limit)
        async for data in stream:
            reader.take(data)
    except RefusedError:
        await _throw_away(stream)
        raise


async def _throw_away(stream: object) -> None:
    """A client that is still sending would not see an answer before the connection closes."""
    try:
        async with asyncio.timeout(_LINGER):
            async for _ in stream:  # type: ignore[attr-defined]
                pass
    except (TimeoutError, ClientDisconnect):
        pass


def _too_large(limit: int) -> RefusedError:
    return cut_off(
        413, f"Expected a body of at most {limit:,} bytes, received a larger one; send less."
    )


def _too_much() -> RefusedError:
    refused = busy(f"received bodies of more than {_TOGETHER:,} bytes together")
    refused.headers["Connection"] = "close"
    return refused
