"""POST /classify: picture files in, classes out."""

import asyncio
import base64
import re
from collections.abc import AsyncGenerator
from typing import Annotated, Any, NamedTuple

import numpy as np
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from hemline.photos.formats import CERTAIN
from hemline.pixels import Form
from hemline.serving.bodies import received
from hemline.serving.documents import ERRORS
from hemline.serving.looking import Look
from hemline.serving.metrics import count_answers
from hemline.serving.model import Answered
from hemline.serving.photos import check_kind
from hemline.serving.refusals import RefusedError, busy
from hemline.serving.service import Service, service_of
from hemline.several import Garment, garments_in

MOST_FILES = 32
_MOST_SEEN = 400_000  # numbers of the pixels in one response
TOP = 10  # classes that are named where nobody says how many
_CHARSET = re.compile(r";\s*charset\*?\s*=\s*(\"[^\"]*\"|[^;]*)", re.IGNORECASE)  # names are UTF-8
_KINDS = tuple(f"image/{kind.lower()}" for kind in CERTAIN)
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


class OneGarment(BaseModel):
    """One of several garments in a photograph."""

    label: int
    class_name: str
    probability: float


class Picture(BaseModel):
    """What the model says of one picture.

    Attributes:
        name: of the file, if the request says it.
        label: number of the likeliest class, counted from 0.
        class_name: its name.
        probability: of this class.
        probabilities: of the `top` likeliest classes by name, the likeliest first.
        none_of_these: whether the picture is unlike all that the model has learned.
        ood_score: how unlike (the out-of-distribution score); `none_of_these` where it is above
            `threshold`.
        pixels: rows of what the model saw; a number a pixel, or red, green and blue in colour
            (with `seen=true`).
        steps: data URLs of the picture files on the way there (with `steps=true`).
        garments: where several lie apart in a photograph, what each of them is; the other fields
            take them for one.
    """

    name: str
    label: int
    class_name: str
    probability: float
    probabilities: dict[str, float]
    none_of_these: bool
    ood_score: float
    pixels: list[list[Any]] | None = None
    steps: dict[str, str] | None = None
    garments: list[OneGarment] | None = None


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
    top: Annotated[int, Query(ge=1, description="Classes to name, the likeliest first.")] = TOP,
    seen: Annotated[bool, Query(description="Also give the pixels that the model saw.")] = False,
    steps: Annotated[bool, Query(description="Also give the pictures on the way there.")] = False,
) -> Classified:
    """Classify pictures: one picture file as the body, or up to 32 in a form.

    Each is brought to the model's form as the model's pictures were for the training: whole, or
    the garment found and cut out. A picture in this form already is taken as it is.
    """
    settings = service.settings
    async with received(request, settings.megabytes * 1e6, settings.seconds) as body:
        files = await _files(request, body)
        for file in files:
            check_kind(file.content, file.name)
        if seen:
            check_seen(len(files), service.model.opened.intake.form)
        looks = await _look(request, service, files, steps=steps)
    parts = [part for look in looks for part in look.parts]
    every = await service.batcher.answer(np.stack([*(look.pixels for look in looks), *parts]))
    answered = every._replace(answers=every.answers.of(slice(len(looks))))
    count_answers(answered)
    counts = [len(look.parts) for look in looks]
    garments = garments_in(every.model.classifier, every.answers, counts)
    pictures = [
        _picture(file.name, look, answered, place, top, seen=seen, steps=steps, garments=found)
        for place, (file, look, found) in enumerate(zip(files, looks, garments, strict=True))
    ]
    return Classified(
        model=service.model.name,
        version=answered.model.version,
        threshold=answered.model.threshold,
        pictures=pictures,
    )


def check_seen(files: int, form: Form) -> None:
    """Refuse more numbers than are soon written as JSON."""
    if files > (most := max(1, _MOST_SEEN // form.values)):
        raise RefusedError(
            413,
            f"Expected at most {most} pictures of {form} beside seen=true, received {files}; send "
            "fewer at once, or ask for steps=true, which gives them as files.",
        )


async def _look(
    request: Request, service: Service, files: list[_File], *, steps: bool
) -> list[Look]:
    settings, intake = service.settings, service.model.opened.intake
    looks = asyncio.gather(
        *(service.photos.look(*one, intake, settings.megapixels, steps=steps) for one in files)
    )
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
    headers = Headers({"content-type": _CHARSET.sub("", request.headers["content-type"])})
    form = _InMemory(headers, _once(body), max_files=MOST_FILES, max_fields=0)
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
    name: str,
    look: Look,
    answered: Answered,
    place: int,
    top: int,
    *,
    seen: bool,
    steps: bool,
    garments: list[Garment],
) -> Picture:
    answers, classes = answered.answers, answered.model.classes
    probabilities, label = answers.probabilities[place], int(answers.labels[place])
    likeliest = np.argsort(-probabilities, kind="stable")[:top]
    return Picture(
        name=name,
        label=label,
        class_name=classes[label],
        probability=float(probabilities[label]),
        probabilities={classes[one]: float(probabilities[one]) for one in likeliest},
        none_of_these=bool(answered.none_of_these[place]),
        ood_score=float(answers.ood_score[place]),
        pixels=look.pixels.tolist() if seen else None,
        steps={step: _data_url(file) for step, file in look.steps.items()} if steps else None,
        garments=[
            OneGarment(label=label, class_name=kind, probability=share)
            for label, kind, share in garments
        ]
        or None,
    )


def _data_url(file: bytes) -> str:
    kind = "png" if file.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(file).decode()}"
