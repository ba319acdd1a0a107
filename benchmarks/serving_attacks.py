"""What `serving_fuzz.py` sends: garbled, costly, foreign and unfinished requests."""

import contextlib
import gzip
import io
import json
import random
import socket
import sys
from collections.abc import Callable
from typing import Any

from common import ROOT
from PIL import Image

sys.path.insert(0, str(ROOT.parent))
from tests.photos.costly import (
    chunk,
    in_front,
    jpeg,
    many_scans,
    png,
    segment,
    single_scans,
    sixteen_bits,
    thin_lines,
)
from tests.photos.drawing import draw_photo
from tests.serving.running import request

from hemline.data.fashion.sketches import draw_sketches

INFER = "/v2/models/photo/infer"
_VALUES = ('"a"', "true", "[]", "{}", "1.5", "null", "1e9", "-1", "7" * 30)
_NAMES = ("a.png", "\x00", "../../etc/passwd", "a" * 5000, "ü", "\x1b[31m", "=cmd")
Dice = random.Random


def garbled(content: bytes, dice: Dice) -> bytes:
    """Some bytes changed, left out or put in."""
    data = bytearray(content)
    for _ in range(dice.randint(1, 20)):
        place = dice.randrange(len(data) + 1)
        end = place + dice.choice((0, 1, 1, 1, 2, 50))
        data[place:end] = dice.randbytes(dice.choice((0, 1, 1, 1, 2, 50)))
    return bytes(data[: dice.randrange(len(data) + 1)] if dice.random() < 0.2 else data)


def _pictures() -> list[bytes]:
    files = []
    kinds = [("PNG", "RGB"), ("PNG", "P"), ("JPEG", "RGB"), ("WEBP", "RGB"), ("GIF", "P")]
    for kind, mode in kinds:
        buffer = io.BytesIO()
        photo: Image.Image = draw_photo("trousers", size=(60, 80))
        photo.convert(mode).save(buffer, kind)
        files.append(buffer.getvalue())
    return files


_PICTURES = _pictures()
_COSTLY = [many_scans(1000), many_scans(20_000, (100, 100)), sixteen_bits((2000, 2000))]
_COSTLY += [thin_lines(seed) for seed in range(5)]
_COSTLY += [single_scans(5000), single_scans(5000, kind=b"\xff\xc9")]
_COSTLY += [in_front(jpeg(), segment(0xFE, b"") * 200_000)]
_COSTLY += [png(8, 8, bytes(200), pieces=chunk(b"tEXt", b"a\0b") * 50_000)]
_COSTLY += [b"P5" + b"\n#" * 500_000 + b"\n8 8\n255\n" + bytes(64)]
# What costs more to read than its bytes say.
_HEAVY = ("[],", "{},", '"",', '"a",', "[[]],", '{"a":[]},', "[" * 50)
_TENSOR = json.dumps(request(draw_sketches(1, seed=4)[0])).encode()


def picture(dice: Dice) -> dict[str, Any]:
    """A garbled or costly picture, as it is or in a form."""
    body = dice.choice(_COSTLY) if dice.random() < 0.1 else garbled(dice.choice(_PICTURES), dice)
    if dice.random() < 0.3:
        return {"url": "/classify", "files": [("files", (dice.choice(_NAMES), body))]}
    kinds = ("image/png", "multipart/form-data; boundary=x; charset=utf-7", "nonsense", "text/html")
    coding = dice.choice(("identity", "identity", "gzip", "deflate", "br"))
    headers = {"Content-Type": dice.choice(kinds), "Content-Encoding": coding}
    return {"url": "/classify?steps=1", "content": body, "headers": headers}


def tensor(dice: Dice) -> dict[str, Any]:
    """A garbled tensor, or one of values that are no pixels; plain or gzip."""
    body = garbled(_TENSOR, dice)
    if dice.random() < 0.3:
        count = dice.choice((1, 784, 100_000))
        long = f'"{"x" * dice.choice((1, 60_000))}"'
        data = ",".join([long, *[dice.choice(_VALUES)] * count])
        inner = f'"name":"pixels","shape":[1,28,28],"datatype":"UINT8","data":[{data}]'
        body = f'{{"inputs":[{{{inner}}}]}}'.encode()
    elif dice.random() < 0.2:
        data = dice.choice(_HEAVY) * dice.choice((1000, 500_000))
        body = b'{"inputs":[%s]}' % data.rstrip(",").encode()
    lengths = ("0", "10", "3000", "9" * 5000, "-1", "many")
    headers = {"Inference-Header-Content-Length": dice.choice(lengths)}
    headers = headers if dice.random() < 0.3 else {}
    if dice.random() < 0.5:
        body, headers = gzip.compress(body, 1), headers | {"Content-Encoding": "gzip"}
    url = INFER if dice.random() < 0.95 else "/v2/models/bags/infer"
    return {"url": url, "content": body, "headers": headers}


def foreign(dice: Dice) -> dict[str, Any]:
    """A request that another site's page brings about."""
    headers = dice.choice(
        (
            {"Host": "evil.example"},
            {"Origin": "https://evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Host": "\x80" * 100},
        )
    )
    return {"url": dice.choice(("/classify", INFER, "/about")), "content": b"", "headers": headers}


def by_http(dice: Dice) -> dict[str, Any]:
    """One request for httpx, without its token."""
    return dice.choices((picture, tensor, foreign), (5, 4, 1))[0](dice)


def _trailers(dice: Dice) -> list[bytes]:
    line = b"X: " + b"x" * dice.choice((10, 1000)) + b"\r\n"
    return [b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", *[line] * 2000]


def _extensions(_: Dice) -> list[bytes]:
    return [b"Transfer-Encoding: chunked\r\n\r\n1;", *[b"x" * 1000] * 2000]


def _half_a_body(dice: Dice) -> list[bytes]:
    return [b"Content-Length: %d\r\n\r\n" % dice.choice((10, 10**6, 10**9)), b"x" * 5]


def _long_head(_: Dice) -> list[bytes]:
    return [b"X: " + b"x" * 1000 + b"\r\n"] * 200


def _pipeline(_: Dice) -> list[bytes]:
    again = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
    return [b"\r\n" + again * 300]


def _nothing(_: Dice) -> list[bytes]:
    return []


def _half_a_pipeline(_: Dice) -> list[bytes]:
    return [b"\r\nGET /v2 HTTP/1.1\r\nHost: localhost\r\n\r\n" * 5, b"GET / HTTP/1.1\r\nX"]


_RAW = (
    _trailers,
    _extensions,
    _half_a_body,
    _long_head,
    _pipeline,
    _nothing,
    _half_a_pipeline,
)


def by_hand(dice: Dice, port: int, token: bytes) -> int:
    """Send what no client library sends, and hear the beginning of the answer: its status, or 0."""
    path = dice.choice((b"/classify", b"/nowhere", b"/v2/health/live", INFER.encode()))
    head = b"POST %s HTTP/1.1\r\nHost: localhost\r\n%s" % (path, token)
    make: Callable[[Dice], list[bytes]] = dice.choice(_RAW)
    said = b""
    with (
        contextlib.suppress(OSError),
        socket.create_connection(("127.0.0.1", port), timeout=8) as connection,
    ):
        with contextlib.suppress(ConnectionError):
            connection.sendall(head + b"".join(make(dice)))
        if dice.random() < 0.7:  # others leave without a word
            said = connection.recv(100)
    status = said.split(b" ")[1:2]
    return int(status[0]) if status and status[0].isdigit() else 0
