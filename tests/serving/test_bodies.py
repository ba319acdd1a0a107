"""What all bodies of a worker may take together."""

import asyncio

import pytest
from starlette.requests import Request

from hemline.serving import bodies
from hemline.serving.bodies import received
from hemline.serving.refusals import RefusedError


class Client:
    """Sends a body in parts, and then waits until it is let go."""

    def __init__(self, *parts, unfinished=False):
        self.parts, self.unfinished = list(parts), unfinished
        scope = {"type": "http", "method": "POST", "headers": []}
        self.request = Request(scope, self.receive)

    async def receive(self):
        if not self.parts and self.unfinished:
            await asyncio.Event().wait()
        body = self.parts.pop(0) if self.parts else b""
        more = bool(self.parts) or self.unfinished
        return {"type": "http.request", "body": body, "more_body": more}

    async def length(self):
        async with received(self.request, 1000, 30) as body:
            return len(body)


def test_unfinished_bodies_count_together_and_make_room_when_they_end(monkeypatch):
    monkeypatch.setattr(bodies, "_TOGETHER", 1000)

    async def scenario():
        slow = asyncio.create_task(Client(bytes(600), unfinished=True).length())
        await asyncio.sleep(0)
        assert await Client(bytes(300)).length() == 300
        with pytest.raises(RefusedError) as refused:
            await Client(bytes(300), bytes(300)).length()
        slow.cancel()
        await asyncio.wait({slow})
        assert await Client(bytes(300), bytes(300)).length() == 600
        return refused.value

    refused = asyncio.run(scenario())
    assert refused.status == 503
    assert refused.headers == {"Retry-After": "1", "Connection": "close"}


def test_one_alone_may_be_as_large_as_is_allowed(monkeypatch):
    monkeypatch.setattr(bodies, "_TOGETHER", 100)
    assert asyncio.run(Client(bytes(900)).length()) == 900
