"""The application of one worker."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from hemline.errors import HemlineError
from hemline.serving import classify, pages, protocol
from hemline.serving.guard import Guard
from hemline.serving.photos import POOL
from hemline.serving.refusals import RefusedError
from hemline.serving.service import running
from hemline.serving.settings import Settings

_ABOUT = (
    "Pictures and their classes, by a model file of Hemline. Every error is 4xx, or 503 where it "
    'is worth another try, with {"error": "..."}.'
)


def create_app(settings: Settings) -> ASGIApp:
    """The API and the page, guarded."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        async with running(settings) as app.state.service:
            yield {POOL: app.state.service.photos}  # for the worker, when it ends

    app = FastAPI(
        title="Hemline",
        description=_ABOUT,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # it would redirect to whatever host a request names
    )
    for module in (protocol, classify, pages):
        app.include_router(module.router)
    app.add_exception_handler(HemlineError, _refused)
    app.add_exception_handler(HTTPException, _not_here)
    app.add_exception_handler(RequestValidationError, _not_asked_for)
    app.add_exception_handler(Exception, _failed)
    return Guard(app, settings.token, settings.names)


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, RefusedError):
        return _error(error.status, str(error), error.headers)
    return _error(400, str(error))


async def _not_here(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    path = request.url.path[:80]
    said = f"a path of this server, received {path!r}"
    if error.status_code == 405:
        said = f"a method that {path} takes, received {request.method}"
    return _error(error.status_code, f"Expected {said}; see /docs.", dict(error.headers or {}))


async def _not_asked_for(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    first = error.errors()[0]
    place, received = first["loc"][-1], str(first["input"])[:40]
    said = f"Expected another {place}, received {received!r} ({first['msg']}); see /docs."
    return _error(400, said)


async def _failed(_request: Request, _mistake: Exception) -> JSONResponse:
    return _error(500, "The server has made a mistake, which is in its log.")


def _error(status: int, sentence: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": sentence}, status, headers)
