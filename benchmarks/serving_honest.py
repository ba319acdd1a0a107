"""Clients that want an answer, while others attack the server: a process of their own.

    python benchmarks/serving_honest.py URL [TOKEN]

One asks for tensors and a photograph in turn; one asks every 20 ms whether the server lives, which
shows how long its event loop is away. When standard input ends, what they have seen is printed.
"""

import asyncio
import json
import sys
import time

import httpx
from serving_attacks import INFER
from tests.photos.drawing import COLOURS, draw_photo
from tests.serving.conftest import encoded
from tests.serving.running import request

from hemline.data.fashion.sketches import draw_sketches


class Honest:
    """Seconds of every answer, and what was refused."""

    def __init__(self, url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._options = {"base_url": url, "headers": headers, "timeout": 60}
        self.tensors: list[float] = []
        self.photos: list[float] = []
        self.alive: list[float] = []
        self.refused: list[int] = []

    async def run(self) -> None:
        """Until standard input ends."""
        asking = [asyncio.create_task(one()) for one in (self._ask, self._ask_whether_alive)]
        await asyncio.to_thread(sys.stdin.read)
        for one in asking:
            one.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    async def _ask(self) -> None:
        tensor = {"json": request(draw_sketches(1, seed=4)[0])}
        photo = draw_photo("trousers", COLOURS["blue"], size=(300, 400))
        picture = {"content": encoded(photo, "JPEG")}
        async with httpx.AsyncClient(**self._options) as connection:
            while True:
                for _ in range(10):
                    await self._timed(connection.post(INFER, **tensor), self.tensors)
                    await asyncio.sleep(0.02)
                await self._timed(connection.post("/classify", **picture), self.photos)

    async def _ask_whether_alive(self) -> None:
        async with httpx.AsyncClient(**self._options) as connection:
            while True:
                await self._timed(connection.get("/v2/health/live"), self.alive)
                await asyncio.sleep(0.02)

    async def _timed(self, asked, seconds: list[float]) -> None:
        began = time.perf_counter()
        answer = await asked
        seconds.append(time.perf_counter() - began)
        if answer.status_code != 200:
            self.refused.append(answer.status_code)


def main() -> None:
    """Ask, and print what came of it."""
    honest = Honest(sys.argv[1], "".join(sys.argv[2:]))
    asyncio.run(honest.run())
    seen = ("tensors", "photos", "alive", "refused")
    print(json.dumps({name: getattr(honest, name) for name in seen}))


if __name__ == "__main__":
    main()
