"""Whom a browser may bring: this server's own page, by one of its own names.

A page of somebody else cannot read answers of another origin, unless its name is made to lead to
this machine (DNS rebinding); then `Host` is still that name. Addresses cannot be made to lead
anywhere else.
"""

import ipaddress
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from hemline.serving.refusals import RefusedError

ANY = "*"
_LOCAL = "localhost"
_SHOWN = 80  # characters of what was received


def check_origin(headers: Mapping[bytes, bytes], method: str, names: tuple[str, ...]) -> None:
    """Refuse what another site's page brings about.

    Args:
        headers: of the request; names in lower case.
        method: of the request.
        names: of this server, beside its addresses and localhost; `*` for all.

    Raises:
        RefusedError: 421, the request is meant for another host; 403, another site has caused it.
    """
    host = headers.get(b"host", b"").decode("latin-1")
    if host and not _is_own(_name(host), names):
        raise RefusedError(
            421,
            f"Expected the name of this server as Host, received {host[:_SHOWN]!r}; if it is one, "
            f"start the server with --allow-host {_name(host)[:_SHOWN]}.",
        )
    if _is_foreign(headers, method, names):
        raise RefusedError(
            403,
            "Expected a request of this server's own page or of a program, received one that "
            "another site has caused; ask from the page at /, or without a browser.",
        )


def _is_foreign(headers: Mapping[bytes, bytes], method: str, names: tuple[str, ...]) -> bool:
    if headers.get(b"sec-fetch-site") == b"cross-site":
        link = method == "GET" and headers.get(b"sec-fetch-mode") == b"navigate"
        return not (link and headers.get(b"sec-fetch-dest") == b"document")
    origin = headers.get(b"origin")
    return origin is not None and not _is_own(_host_of(origin.decode("latin-1")), names)


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).hostname or ""
    except ValueError:
        return ""


def _name(host: str) -> str:
    """Without its port; an IPv6 address without its brackets."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].rstrip(".").lower()


@lru_cache(maxsize=256)  # most requests name the server in the same way
def _is_own(name: str, names: tuple[str, ...]) -> bool:
    if ANY in names or name in names or name == _LOCAL or name.endswith(f".{_LOCAL}"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
