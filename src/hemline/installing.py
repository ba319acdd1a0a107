"""How to add an extra to this installation: from where it came, not from where a name leads."""

import json
import shlex
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse


def install_command(extra: str) -> str:
    """The command that installs the packages of an extra."""
    return f"pip install {_wanted(extra)}"


def _wanted(extra: str) -> str:
    try:
        found = distribution("hemline")
        origin = json.loads(found.read_text("direct_url.json") or "{}")
    except (PackageNotFoundError, ValueError):  # lies on the path, as a checkout does
        return _checkout(Path(__file__).parents[2], extra, editable=True)
    if "dir_info" in origin:
        folder = Path(unquote(urlparse(origin["url"]).path))
        return _checkout(folder, extra, editable=bool(origin["dir_info"].get("editable")))
    if origin:
        return shlex.quote(f"hemline[{extra}] @ {_address(origin)}")
    return shlex.quote(f"hemline[{extra}]=={found.version}")  # from an index: there is this one


def _checkout(folder: Path, extra: str, *, editable: bool) -> str:
    wanted = shlex.quote(f"{folder}[{extra}]")
    return f"--editable {wanted}" if editable else wanted


def _address(origin: dict[str, Any]) -> str:
    """As pip wants it: a wheel as it is, a repository with its commit (PEP 610)."""
    if repository := origin.get("vcs_info"):
        return f"{repository['vcs']}+{origin['url']}@{repository['commit_id']}"
    return str(origin["url"])
