"""POST /classify: picture files in, garments out."""

import asyncio
import base64
from collections.abc import AsyncGenerator
from typing import Annotated, Any, NamedTuple

import numpy as np
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from hemline.labels import CLASSES
from hemline.serving.bodies import received
from hemline.serving.documents import ERRORS
from hemline.serving.looking import Look
from hemline.serving.metrics import count_answers
from hemline.serving.model import Answered
from hemline.serving.photos import check_kind
from hemline.serving.refusals import RefusedError, busy
from hemline.serving.service import Service, service_of

MOST_FILES = 32
_KINDS = ("image/png", "image/jpeg", "image/webp")
_FILE = {"type": "string", "format": "binary"}
_FORM = {
    "type": "object",
    "required": ["files"],
    "properties": {
        "files": {"type": "array", "items": _FILE, "minItems": 1, "maxItems": MOST_FILES}
    },
}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"multipart/form-data": {"schema": _FORM}}
        | {kind: {"schema": _FILE} for kind in _KINDS},
    }
}
router = APIRouter(tags=["Pictures"], responses=ERRORS)


class Picture(BaseModel):
    """What the model says of one picture.

    Attributes:
        name: of the file, if the request says it.
        label: 0 to 9.
        class_name: its name.
        probability: of this class.
        probabilities: of all ten classes, by name.
        none_of_these: whether the picture is unlike all that the model has learned.
        foreign: how unlike; `none_of_these` where it is above `threshold`.
        pixels: the 28x28 that the model saw, 0 for the background (with `seen=true`).
        steps: data URLs of the picture files on the way there (with `steps=true`).
    """

    name: str
    label: int
    class_name: str
    probability: float
    probabilities: dict[str, float]
    none_of_these: bool
    foreign: float
    pixels: list[list[int]] | None = None
    steps: dict[str, str] | None = None


class Classified(BaseModel):
    """The pictures of a request in its order, and who answered."""

    model: str
    version: str
    threshold: float
    pictures: list[Picture]


class _File(NamedTuple):
    content: bytes
    name: str


@router.post("/classify", openapi_extra=_BODY, response_model_exclude_none=True)
async def classify(
    request: Request,
    service: Annotated[Service, Depends(service_of)],
    seen: Annotated[bool, Query(description="Also give the 28x28 that the model saw.")] = False,
    steps: Annotated[bool, Query(description="Also give the pictures on the way there.")] = False,
) -> Classified:
    """Classify photographs: one picture file as the body, or up to 32 in a form.

    The garment is found, cut out and brought into the data set's form; a 28x28 grey picture with
    a black background is taken as it is.
    """
    settings = service.settings
    async with received(request, settings.megabytes * 1e6, settings.seconds) as body:
        files = await _files(request, body)
        for file in files:
            check_kind(file.content, file.name)
        looks = await _look(request, service, files, steps=steps)
    answered = await service.batcher.answer(np.stack([look.pixels for look in looks]))
    count_answers(answered)
    pictures = [
        _picture(file.name, look, answered, place, seen=seen, steps=steps)
        for place, (file, look) in enumerate(zip(files, looks, strict=True))
    ]
    return Classified(
        model=service.model.name,
        version=answered.model.version,
        threshold=answered.model.threshold,
        pictures=pictures,
    )


async def _look(
    request: Request, service: Service, files: list[_File], *, steps: bool
) -> list[Look]:
    pool, settings = service.photos, service.settings
    looks = asyncio.gather(*(pool.look(*file, settings.megapixels, steps=steps) for file in files))
    leaving = asyncio.create_task(_wait_until_left(request))
    leaving.add_done_callback(lambda _: looks.cancel())
    try:
        async with asyncio.timeout(settings.seconds):
            return await looks
    except TimeoutError:
        raise busy(f"received photographs that took more than {settings.seconds:g} s") from None
    except asyncio.CancelledError:
        if not leaving.done():
            raise
        raise RefusedError(499, "Expected a client that waits, received none.") from None
    finally:
        leaving.cancel()


async def _wait_until_left(request: Request) -> None:
    """Photographs that nobody waits for any more would hold up those of others."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _files(request: Request, body: bytes) -> list[_File]:
    if not request.headers.get("content-type", "").lower().startswith("multipart/"):
        return [_File(body, "the picture")]
    form = _InMemory(request.headers, _once(body), max_files=MOST_FILES, max_fields=0)
    try:
        parts = (await form.parse()).getlist("files")
    except (MultiPartException, KeyError, UnicodeDecodeError) as error:
        said = getattr(error, "message", "") or "a damaged one"
        raise RefusedError(
            400, f"Expected a form of picture files named files, received another ({said})."
        ) from error
    files = [
        _File(await part.read(), part.filename or "the picture")
        for part in parts
        if isinstance(part, UploadFile)
    ]
    if not files:
        raise RefusedError(400, "Expected picture files named files, received none; add some.")
    return files


class _InMemory(MultiPartParser):
    """The body is in memory already, and nothing of it goes to a disk."""

    spool_max_size = 1 << 62


async def _once(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body


def _picture(
    name: str, look: Look, answered: Answered, place: int, *, seen: bool, steps: bool
) -> Picture:
    answers = answered.answers
    probabilities, label = answers.probabilities[place], int(answers.labels[place])
    return Picture(
        name=name,
        label=label,
        class_name=CLASSES[label],
        probability=float(probabilities[label]),
        probabilities=dict(zip(CLASSES, probabilities.tolist(), strict=True)),
        none_of_these=bool(answered.none_of_these[place]),
        foreign=float(answers.foreign[place]),
        pixels=look.pixels.tolist() if seen else None,
        steps={step: _data_url(file) for step, file in look.steps.items()} if steps else None,
    )


def _data_url(file: bytes) -> str:
    kind = "png" if file.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(file).decode()}"
