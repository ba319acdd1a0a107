"""What the routes of one worker share, from its start to its end."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import parent_process

from fastapi import Request

from hemline.serving.batching import Batcher
from hemline.serving.figures import sweep
from hemline.serving.looking import when_parent_ends
from hemline.serving.metrics import claim_room, forget_the_dead
from hemline.serving.model import ServedModel
from hemline.serving.photos import DECODE_SECONDS, PhotoPool
from hemline.serving.settings import Settings

_PATIENCE = 5.0  # seconds in which a model is opened, before clients are let in without one


@dataclass(frozen=True)
class Service:
    """The model, the way to ask it, and the way to decode photographs."""

    settings: Settings
    model: ServedModel
    batcher: Batcher
    photos: PhotoPool


async def service_of(request: Request) -> Service:
    """The service of the worker that received a request."""
    # Not a plain function: FastAPI would send it to a thread, which takes longer than the answer.
    service: Service = request.app.state.service
    return service


@contextlib.asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Service]:
    """Run a service; the model becomes ready beside it."""
    when_parent_ends(lambda: os.kill(os.getpid(), signal.SIGTERM))
    claim_room()
    forget_the_dead()
    model = ServedModel(settings.model)
    photos = PhotoPool(
        settings.processes, settings.photo_queue, min(settings.seconds, DECODE_SECONDS)
    )
    with ThreadPoolExecutor(1, "model") as thread:
        following = asyncio.create_task(model.follow())
        with contextlib.suppress(TimeoutError):  # others, who have a model, may take the clients
            await asyncio.wait_for(model.tried.wait(), _PATIENCE)
        try:
            yield Service(settings, model, Batcher(model.answer, thread, settings.queue), photos)
        finally:
            following.cancel()
            photos.close()
            if (watching := parent_process()) is not None and not watching.is_alive():
                sweep()
