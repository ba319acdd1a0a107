"""Around every request: the token, the security headers, the figures and the log."""

import hmac
import logging
import time
from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hemline.serving.metrics import count_request
from hemline.serving.origins import check_origin
from hemline.serving.refusals import RefusedError

# Without a token one may see the page, which holds nothing, and whether the server lives.
_HEALTH = "/v2/health/"
_OPEN = (_HEALTH, "/page/")
_POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' blob: data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = [
    (b"content-security-policy", _POLICY.encode()),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), geolocation=(), microphone=()"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
]
_NO_STORE = (b"cache-control", b"no-store")
_log = logging.getLogger("hemline.access")


class Guard:
    """Outermost of the application.

    Args:
        app: what is guarded.
        token: what clients have to send; None: nothing.
        names: of this server, beside its addresses and localhost.
    """

    def __init__(self, app: ASGIApp, token: str | None, names: tuple[str, ...] = ()) -> None:
        self._app, self._names = app, names
        self._token = None if token is None else token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":  # as GET is answered; uvicorn leaves the body out
            scope = {**scope, "method": "GET"}
        began, status = time.perf_counter(), 500

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _with_headers(message.get("headers", []))
            await send(message)

        try:
            await self._choose(scope)(scope, receive, send_on)
        finally:
            _note(scope, status, time.perf_counter() - began)

    def _choose(self, scope: Scope) -> ASGIApp:
        """What answers: the application, or a refusal."""
        path, headers = scope["path"], dict(scope["headers"])
        try:
            if not path.startswith(_HEALTH):  # which anything may ask for that watches
                check_origin(headers, scope["method"], self._names)
        except RefusedError as refused:
            return JSONResponse({"error": str(refused)}, refused.status, {"Connection": "close"})
        open_to_all = self._token is None or path == "/" or path.startswith(_OPEN)
        return self._app if open_to_all or self._has_token(headers) else _WITHOUT_TOKEN

    def _has_token(self, headers: Mapping[bytes, bytes]) -> bool:
        assert self._token is not None  # noqa: S101 - else nobody asks
        scheme, _, sent = headers.get(b"authorization", b"").partition(b" ")
        return scheme.lower() == b"bearer" and hmac.compare_digest(sent.strip(), self._token)


_WITHOUT_TOKEN = JSONResponse(
    {"error": "Expected the token of this server, received none or another; send it as Bearer."},
    401,
    {"WWW-Authenticate": "Bearer", "Connection": "close"},
)


def _with_headers(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    cached = any(name == b"cache-control" for name, _ in headers)
    return [*headers, *_HEADERS, *([] if cached else [_NO_STORE])]


def _note(scope: Scope, status: int, seconds: float) -> None:
    route = getattr(scope.get("route"), "path", "none")  # paths are endless, routes are few
    count_request(route, scope["method"], status, seconds)
    if _log.isEnabledFor(logging.INFO):
        fields: dict[str, Any] = {
            "client": (scope.get("client") or ["-"])[0],
            "method": scope["method"],
            "path": scope["path"][:200],
            "status": status,
            "milliseconds": round(1000 * seconds, 2),
        }
        _log.info("%(method)s %(path)s %(status)s %(milliseconds)s ms", fields, extra=fields)
