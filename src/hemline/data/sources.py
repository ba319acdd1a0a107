"""Where the files of Fashion-MNIST are looked for, in order, and how they are obtained."""

import contextlib
import os
from hashlib import sha256
from pathlib import Path
from typing import Any

from hemline.data.dataset import Dataset, Split
from hemline.data.idx import gunzip, parse_idx
from hemline.data.official import (
    FILES,
    MIRRORS,
    NAME,
    TEST_IMAGES,
    TEST_LABELS,
    TRAIN_IMAGES,
    TRAIN_LABELS,
    OfficialFile,
    verify,
)
from hemline.errors import DataError
from hemline.files import write_whole

SKETCHES = "sketches"
SKETCHES_NAME = "sketches (drawn by code, not Fashion-MNIST)"
SKETCH_COUNTS = {"train": 12_000, "test": 2_000}


def open_dataset(where: str | Path | None = None) -> Dataset:
    """Open Fashion-MNIST, or the drawn `sketches` if `where` asks for them.

    Looked for in this order: `where`, the environment variable `HEMLINE_DATA`, Hemline's own
    cache, the folders that Keras and torchvision leave, the public mirrors.

    Raises:
        DataError: a named folder lacks a file, or the data are nowhere to be had.
    """
    named = str(where or os.environ.get("HEMLINE_DATA", ""))
    if named == SKETCHES:
        return _sketches()
    if named:
        return _fashion_mnist(_checked_folder(Path(named).expanduser()))
    for folder in _habitual_folders():
        if all(_find(folder, file) for file in FILES):
            return _fashion_mnist(folder)
    return _fashion_mnist(download())


def cache_folder() -> Path:
    """Where Hemline keeps what it has downloaded or decoded (`HEMLINE_CACHE` moves it)."""
    named = os.environ.get("HEMLINE_CACHE")
    if named:
        return Path(named).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("hemline")


def download() -> Path:
    """Fetch what is missing of the four files into the cache, from the first mirror that answers.

    Raises:
        DataError: no mirror gave a file with the right checksum, or the cache cannot be written.
    """
    folder = cache_folder()
    for file in FILES:
        if not _find(folder, file):
            _fetch(file, folder)
    return folder


def _fetch(file: OfficialFile, folder: Path) -> None:
    import pooch

    pooch.get_logger().setLevel("ERROR")
    reasons = []
    for mirror in MIRRORS:
        try:
            pooch.retrieve(
                url=f"{mirror}{file.name}.gz",
                known_hash=f"sha256:{file.gzip_sha256}",
                fname=f"{file.name}.gz",
                path=folder,
                downloader=pooch.HTTPDownloader(timeout=20),
            )
        except (OSError, ValueError) as error:  # no network, no room, or a wrong checksum
            reasons.append(f"{mirror.split('/')[2]}: {_short(error)}")
        else:
            return
    raise DataError(
        f"Expected {file.name}.gz from one of {len(MIRRORS)} mirrors, received none "
        f"({'; '.join(reasons)}); check the network, or point --data or HEMLINE_DATA at a folder "
        "with the four files, or try --data sketches."
    )


def _short(error: Exception) -> str:
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"status {error.response.status_code}"
    if isinstance(error, requests.RequestException):
        return "no network"
    if isinstance(error, ValueError):
        return "wrong checksum"
    return getattr(error, "strerror", None) or type(error).__name__


def _checked_folder(folder: Path) -> Path:
    try:
        names = {path.name for path in folder.iterdir()}
    except OSError as error:
        raise DataError(
            f"Expected a folder with the four files of Fashion-MNIST, received {folder} that "
            f"cannot be read ({error.strerror}); correct --data or HEMLINE_DATA."
        ) from error
    for file in FILES:
        if file.name not in names and f"{file.name}.gz" not in names:
            raise DataError(
                f"Expected {file.name}.gz (or without .gz) in {folder}, received a folder without "
                "it; correct --data or HEMLINE_DATA, or leave them out to download."
            )
    return folder


def _habitual_folders() -> list[Path]:
    keras = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras"))
    return [
        cache_folder(),
        keras / "datasets" / "fashion-mnist",
        Path("data") / "FashionMNIST" / "raw",
    ]


def _find(folder: Path, file: OfficialFile) -> Path | None:
    # The plain form first: it needs no decompressing.
    candidates = (folder / file.name, folder / f"{file.name}.gz")
    return next((path for path in candidates if path.is_file()), None)


def _fashion_mnist(folder: Path) -> Dataset:
    def split(images: OfficialFile, labels: OfficialFile) -> Split:
        pixels = parse_idx(_plain(folder, images), images.name)
        return Split(pixels, parse_idx(_plain(folder, labels), labels.name))

    return Dataset(
        name=NAME,
        source=str(folder),
        drawn=False,
        load_train=lambda: split(TRAIN_IMAGES, TRAIN_LABELS),
        load_test=lambda: split(TEST_IMAGES, TEST_LABELS),
        files=lambda: [_describe(folder, file) for file in FILES],
    )


def _sketches() -> Dataset:
    def split(part: str, seed: int) -> Split:
        from hemline.data.sketches import draw_sketches

        return Split(*draw_sketches(SKETCH_COUNTS[part], seed=seed))

    return Dataset(
        name=SKETCHES_NAME,
        source="drawn by code",
        drawn=True,
        load_train=lambda: split("train", 1),
        load_test=lambda: split("test", 2),
    )


def _plain(folder: Path, file: OfficialFile) -> bytes:
    """The verified idx bytes of one file, from the decoded copy in the cache where it helps."""
    path, content = _read(folder, file)
    if path.suffix != ".gz":
        return verify(file, content, str(path))
    decoded = cache_folder() / file.name
    if sha256(content).hexdigest() == file.gzip_sha256:
        with contextlib.suppress(OSError, DataError):
            return verify(file, decoded.read_bytes(), str(decoded))
    plain = verify(file, gunzip(content, str(path)), str(path))
    # A start that is not faster is no reason to fail: the disk may be full or read-only.
    with contextlib.suppress(OSError):
        decoded.parent.mkdir(parents=True, exist_ok=True)
        write_whole(decoded, plain)
    return plain


def _read(folder: Path, file: OfficialFile) -> tuple[Path, bytes]:
    path = _find(folder, file) or folder / f"{file.name}.gz"
    try:
        return path, path.read_bytes()
    except OSError as error:
        raise DataError(
            f"Expected to read {path}, received an error ({error.strerror}); "
            "correct --data or HEMLINE_DATA, or the file's permissions."
        ) from error


def _describe(folder: Path, file: OfficialFile) -> dict[str, Any]:
    path, content = _read(folder, file)
    return {"file": path.name, "bytes": len(content), "sha256": sha256(content).hexdigest()}
