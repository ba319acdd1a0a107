"""What each costly request costs a server: its answer, seconds, and memory at its peak.

    python benchmarks/serving_limits.py

Each one is sent once to a server of one worker, which answers others all the while.
"""

import contextlib
import gzip
import itertools
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import psutil
from common import ROOT, command_line, write_result

sys.path.insert(0, str(ROOT.parent))
from serving_attacks import INFER
from tests.photos.costly import many_scans, sixteen_bits, thin_lines
from tests.photos.drawing import draw_photo
from tests.serving.conftest import encoded
from tests.serving.running import Server, connect, seconds_until_closed, serve

EVERY = 0.01  # seconds between looks at the memory
CLOSED = "closed"


def strings() -> bytes:
    """A tensor of one long string and very many short ones."""
    data = ",".join([f'"{"x" * 70_000}"', *['"a"'] * 17_000])
    inner = f'"name":"pixels","shape":[17001],"datatype":"BYTES","data":[{data}]'
    return f'{{"inputs":[{{{inner}}}]}}'.encode()


def posted(path: str, content: bytes, **headers: str) -> Callable[[Server], object]:
    """A request that an ordinary client can send."""
    return lambda server: server.post(path, content=content, headers=headers).status_code


def raw(head: bytes, pieces: Iterator[bytes], most: int = 2000) -> Callable[[Server], object]:
    """Bytes for as long as they are taken, up to so many megabytes; what is said then."""

    def send(server: Server) -> object:
        with connect(server) as connection:
            with contextlib.suppress(OSError):
                connection.sendall(head)
                for piece in itertools.islice(pieces, most):
                    connection.sendall(piece)
            said = seconds_until_closed(connection)[1].split(b" ", 2)[1:2]
        return said[0].decode() if said else CLOSED

    return send


def slow_bodies(server: Server) -> object:
    """All connections of a worker, each with a body that never ends, for no route at all."""
    head = b"POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nx"
    with contextlib.ExitStack() as stack:
        for _ in range(512):
            stack.enter_context(connect(server)).sendall(head)
        began = time.monotonic()
        while (status := server.get("/v2/health/live").status_code) != 200:
            time.sleep(0.05)
        return f"{status} to the next, after {time.monotonic() - began:.1f} s"


HEAD = b"POST %s HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = HEAD % b"/classify" + b"Transfer-Encoding: chunked\r\n\r\n"
AHEAD = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20_000
MEGABYTE = 1 << 20
REQUESTS: dict[str, Callable[[Server], object]] = {
    "140 kB of strings for a tensor": posted(INFER, strings()),
    "... compressed": posted(INFER, gzip.compress(strings()), **{"Content-Encoding": "gzip"}),
    "trailers of 2 GB": raw(CHUNKED + b"1\r\nx\r\n0\r\nX: ", itertools.repeat(b"x" * MEGABYTE)),
    "an extension of 2 GB": raw(CHUNKED + b"1;", itertools.repeat(b"x" * MEGABYTE)),
    "500,000 requests, no answer read": raw(b"", itertools.repeat(AHEAD), 25),
    "512 slow bodies on a path that is none": slow_bodies,
    "a JPEG of 20,000 scans": posted("/classify", many_scans(20_000, (100, 100))),
    "a PNG of 50 megapixels in 16 bits": posted("/classify", sixteen_bits()),
    "a PNG of lines thinner than a pixel": posted("/classify", thin_lines(3)),
    "a header of 5,000 digits": posted(
        INFER, b"{}", **{"Inference-Header-Content-Length": "9" * 5000}
    ),
}


class Cost(NamedTuple):
    """Of one request: what came of it, until when, and the most memory meanwhile."""

    answer: object
    seconds: float
    megabytes: float


def megabytes(server: Server) -> float:
    """Of all processes of a server."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return sum(process.memory_info().rss for process in server.processes()) / 1e6
    return 0.0


def measure(server: Server, send: Callable[[Server], object]) -> Cost:
    """Send it, and look at the memory meanwhile."""
    before, seen, over = megabytes(server), [0.0], threading.Event()

    def watch() -> None:
        while not over.wait(EVERY):
            seen.append(megabytes(server))

    watching = threading.Thread(target=watch)
    watching.start()
    began = time.perf_counter()
    answer = send(server)
    seconds = time.perf_counter() - began
    over.set()
    watching.join()
    return Cost(answer, seconds, max(0.0, max(seen) - before))


def main() -> None:
    """Send each once, and write the table."""
    command_line(__doc__).parse_args()
    rows = [
        "| what is sent | answer | seconds | memory at its peak |",
        "| --- | --- | ---: | ---: |",
    ]
    with (
        tempfile.TemporaryDirectory() as folder,
        serve("photo", log=Path(folder) / "log") as server,
    ):
        for _ in range(3):  # nothing is imported or allocated for the first time after this
            server.post("/classify", content=encoded(draw_photo("trousers"), "JPEG"))
        for name, send in REQUESTS.items():
            cost = measure(server, send)
            print(name, cost, file=sys.stderr, flush=True)
            cells = [name, str(cost.answer), f"{cost.seconds:.2f}", f"+{cost.megabytes:.0f} MB"]
            rows.append(f"| {' | '.join(cells)} |")
    write_result("serving-limits", "\n".join(rows))


if __name__ == "__main__":
    main()
