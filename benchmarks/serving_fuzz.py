"""Bad requests by the thousand: none may end a process, bring a 5xx, or leave memory behind.

python benchmarks/serving_fuzz.py [--requests 10000] [--seed 0]
"""

import argparse
import asyncio
import collections
import io
import json
import random
import sys
import tempfile
from pathlib import Path

import httpx
import psutil
from common import ROOT, write_result
from PIL import Image

sys.path.insert(0, str(ROOT.parent))
from tests.photos.drawing import draw_photo
from tests.serving.running import request, serve

from hemline.data.fashion.sketches import draw_sketches

CLIENTS = 8


def garbled(content: bytes, dice: random.Random) -> bytes:
    """Some bytes changed, left out or put in."""
    data = bytearray(content)
    for _ in range(dice.randint(1, 20)):
        place = dice.randrange(len(data) + 1)
        end = place + dice.choice((0, 1, 1, 1, 2, 50))
        data[place:end] = dice.randbytes(dice.choice((0, 1, 1, 1, 2, 50)))
    return bytes(data[: dice.randrange(len(data) + 1)] if dice.random() < 0.2 else data)


def pictures() -> list[bytes]:
    """Small photographs in all kinds of files."""
    files = []
    for kind, mode in (
        ("PNG", "RGB"),
        ("PNG", "P"),
        ("JPEG", "RGB"),
        ("WEBP", "RGB"),
        ("GIF", "P"),
    ):
        buffer = io.BytesIO()
        photo: Image.Image = draw_photo("trousers", size=(60, 80))
        photo.convert(mode).save(buffer, kind)
        files.append(buffer.getvalue())
    return files


def bad_requests(dice: random.Random) -> dict[str, object]:
    """One request for httpx."""
    if dice.random() < 0.5:
        body = garbled(dice.choice(PICTURES), dice)
        if dice.random() < 0.3:
            name = dice.choice(("a.png", "\x00", "../../etc/passwd", "a" * 5000, "ü"))
            return {"url": "/classify", "files": [("files", (name, body))]}
        kind = dice.choice(
            ("image/png", "multipart/form-data; boundary=x", "nonsense", "text/html")
        )
        coding = dice.choice(("identity", "identity", "gzip", "deflate", "br"))
        headers = {"Content-Type": kind, "Content-Encoding": coding}
        return {"url": "/classify?steps=1", "content": body, "headers": headers}
    headers = {"Inference-Header-Content-Length": str(dice.choice((0, 10, 3000, 10**9)))}
    headers = headers if dice.random() < 0.3 else {}
    url = "/v2/models/photo/infer" if dice.random() < 0.95 else "/v2/models/bags/infer"
    return {"url": url, "content": garbled(TENSOR, dice), "headers": headers}


PICTURES = pictures()
TENSOR = json.dumps(request(draw_sketches(1, seed=4)[0])).encode()


async def client(url: str, seeds: list[int], statuses: collections.Counter[int]) -> None:
    """Send the requests of these seeds."""
    async with httpx.AsyncClient(base_url=url, timeout=60) as connection:
        for seed in seeds:
            dice = random.Random(seed)  # noqa: S311 - to be repeated
            answer = await connection.post(**bad_requests(dice))
            statuses[answer.status_code] += 1


async def attack(url: str, seeds: range) -> collections.Counter[int]:
    """All seeds, by several clients."""
    statuses: collections.Counter[int] = collections.Counter()
    shares = [list(seeds[number::CLIENTS]) for number in range(CLIENTS)]
    await asyncio.gather(*(client(url, share, statuses) for share in shares))
    return statuses


def main() -> None:
    """Attack, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    first, total = options.seed * options.requests, collections.Counter()
    memory = []
    with (
        tempfile.TemporaryDirectory() as folder,
        serve("photo", log=Path(folder) / "log") as server,
    ):
        before = {process.pid for process in server.descendants()}
        for part in range(10):
            size = options.requests // 10
            start = first + part * size
            total += asyncio.run(attack(server.url, range(start, start + size)))
            tree = [psutil.Process(server.process.pid), *server.descendants()]
            memory.append(sum(process.memory_info().rss for process in tree) / 1e6)
            print(part, dict(total), f"{memory[-1]:.0f} MB", file=sys.stderr)
        same = before == {process.pid for process in server.descendants()}
    statuses = ", ".join(f"{count:,} x {status}" for status, count in sorted(total.items()))
    write_result(
        "serving-fuzz",
        f"{total.total():,} garbled requests: {statuses}. Processes that ended: "
        f"{'none' if same else 'some'}. Memory of all processes after each tenth, MB: "
        f"{', '.join(f'{one:.0f}' for one in memory)}.",
    )


if __name__ == "__main__":
    main()
