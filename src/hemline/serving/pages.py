"""The page, what belongs to it, and the figures of operation."""

import hashlib
import mimetypes
from importlib import resources
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from hemline.photos.eye import FILE as EYE
from hemline.serving.documents import ERRORS
from hemline.serving.metrics import exposition
from hemline.serving.refusals import RefusedError
from hemline.serving.service import Service, service_of

_TYPES = {".mjs": "text/javascript", ".js": "text/javascript", ".wasm": "application/wasm"}
_AGAIN = "no-cache"  # kept by browsers, and asked for again whether it is still the same
router = APIRouter()
ServiceOf = Annotated[Service, Depends(service_of)]


class About(BaseModel):
    """What the page has to know of the model and of the server.

    Attributes:
        classes: names, in the order of the labels.
        form: height, width, channels and background of the pixels that the model takes.
        intake: `fit`, how a picture of another aspect is fitted; `find`, what is cut out of it.
        threshold: of the out-of-distribution score; above it a picture is none of the classes.
    """

    model: str
    version: str
    trained_on: str
    classes: list[str]
    form: dict[str, Any]
    intake: dict[str, Any]
    threshold: float
    megabytes: float
    megapixels: float


class _File(NamedTuple):
    content: bytes
    kind: str
    coding: str | None
    tag: str


def _tag(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _read_files() -> dict[str, _File]:
    """All files of the page by path; only these can be asked for."""
    folder = resources.files("hemline.serving") / "page"
    files = {}
    with resources.as_file(folder) as root:
        for file in (path for path in root.rglob("*") if path.is_file()):
            packed = file.suffix == ".gz"
            plain = file.with_suffix("") if packed else file
            kind = _TYPES.get(plain.suffix) or mimetypes.guess_type(plain.name)[0] or "text/plain"
            name = plain.relative_to(root).as_posix()
            content = file.read_bytes()
            files[name] = _File(content, kind, "gzip" if packed else None, _tag(content))
    eye = EYE.read_bytes()
    return files | {EYE.name: _File(eye, "application/octet-stream", None, _tag(eye))}


_FILES = _read_files()


@router.get("/", include_in_schema=False)
async def page(request: Request) -> Response:
    """The page."""
    return _answer(request, _FILES["index.html"])


@router.get("/docs", include_in_schema=False)
async def docs(request: Request) -> Response:
    """The description of the API, for people."""
    return _answer(request, _FILES["docs.html"])


@router.get("/page/{path:path}", include_in_schema=False)
async def file(request: Request, path: str) -> Response:
    """What the page is made of."""
    if path not in _FILES:
        raise RefusedError(404, "Expected a file of the page, received another; see /.")
    return _answer(request, _FILES[path])


@router.get("/about", tags=["Operation"], responses=ERRORS)
async def about(service: ServiceOf) -> About:
    """The model, and the limits of this server."""
    opened = service.model.opened
    intake = opened.intake
    return About(
        model=service.model.name,
        version=opened.version,
        trained_on=opened.classifier.trained_on,
        classes=opened.classes,
        form=intake.form.describe(),
        intake=intake.describe(),
        threshold=opened.threshold,
        megabytes=service.settings.megabytes,
        megapixels=service.settings.megapixels,
    )


@router.get("/model.onnx", tags=["Operation"], responses=ERRORS)
async def model(request: Request, service: ServiceOf) -> Response:
    """The model file, for the browser that runs it itself."""
    opened = service.model.opened
    file = _File(opened.content, "application/octet-stream", None, opened.version)
    return _answer(request, file)


@router.get("/metrics", tags=["Operation"])
async def metrics() -> Response:
    """Figures for Prometheus."""
    return Response(exposition(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _answer(request: Request, file: _File) -> Response:
    tag = f'"{file.tag}"'
    headers = {"ETag": tag, "Cache-Control": _AGAIN}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    if file.coding is not None:
        headers["Content-Encoding"] = file.coding
    return Response(file.content, media_type=file.kind, headers=headers)
