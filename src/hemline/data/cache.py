"""What Hemline keeps on disk so that the next start is faster; losing it costs time alone."""

import contextlib
import json
import os
import zlib
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from hemline.files import whole_file
from hemline.pixels import Pixels

LIMIT = 4_000_000_000  # bytes of decoded pictures that are kept
_FOLDER = "decoded"
_SUFFIX = ".pixels"


def cache_folder() -> Path:
    """Where Hemline keeps what it has downloaded or decoded (`HEMLINE_CACHE` moves it)."""
    named = os.environ.get("HEMLINE_CACHE")
    if named:
        return Path(named).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("hemline")


def key_of(facts: object, files: Iterable[tuple[str, bytes]]) -> str:
    """SHA-256 over all that decides what files become.

    Args:
        facts: how they become it, as JSON can hold it.
        files: the name and the digest of each.
    """
    key = sha256(json.dumps(facts).encode())
    for name, digest in files:
        key.update(f"{len(name)} {name}".encode())
        key.update(digest)
    return key.hexdigest()


def load_pixels(key: str) -> tuple[Pixels, dict[str, Any]] | None:
    """What `store_pixels` kept under `key`; None if it is not there, or not whole."""
    path = _path(key)
    try:
        with path.open("rb") as stream:
            about = json.loads(stream.readline())
            facts = stream.readline()
            pixels = np.fromfile(stream, np.uint8).reshape(about["shape"])
        if about != _about(key, facts, pixels):
            return None
        os.utime(path)  # used last
        return pixels, json.loads(facts)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def store_pixels(key: str, pixels: Pixels, facts: Mapping[str, Any]) -> None:
    """Keep pixels with what JSON can hold of them; where the disk does not allow it, do not."""
    if pixels.nbytes > LIMIT // 2:  # it would drive out all others
        return
    text = json.dumps(facts).encode() + b"\n"
    path = _path(key)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as temporary, temporary.open("wb") as stream:
            stream.write(json.dumps(_about(key, text, pixels)).encode() + b"\n" + text)
            pixels.tofile(stream)
        _tidy(path.parent)


def _about(key: str, facts: bytes, pixels: Pixels) -> dict[str, Any]:
    crc = zlib.crc32(pixels.data, zlib.crc32(facts))
    return {"key": key, "shape": list(pixels.shape), "crc32": crc}


def _path(key: str) -> Path:
    return cache_folder() / _FOLDER / f"{key}{_SUFFIX}"


def _tidy(folder: Path) -> None:
    """Remove what was used least lately until the rest is within the limit."""
    files = [(file, file.stat()) for file in folder.glob(f"*{_SUFFIX}")]
    total = 0
    for file, status in sorted(files, key=lambda entry: -entry[1].st_mtime):
        total += status.st_size
        if total > LIMIT:
            file.unlink(missing_ok=True)
