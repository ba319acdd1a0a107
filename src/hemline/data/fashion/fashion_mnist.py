"""The four official files of Fashion-MNIST: where they are looked for, obtained and read."""

import contextlib
import os
from hashlib import sha256
from pathlib import Path
from typing import Any

from hemline.data.account import Account
from hemline.data.cache import cache_folder
from hemline.data.dataset import Dataset, Split
from hemline.data.fashion.official import (
    ALIASES,
    FILES,
    INTAKE,
    MIRRORS,
    NAME,
    TEST_IMAGES,
    TEST_LABELS,
    TRAIN_IMAGES,
    TRAIN_LABELS,
    OfficialFile,
    verify,
)
from hemline.data.idx import gunzip, parse_idx
from hemline.errors import DataError
from hemline.files import write_whole
from hemline.labels import CLASSES

_SHARED = "/usr/local/share:/usr/share"  # where the XDG variable does not say otherwise


def find_official() -> Path:
    """A folder with all four files: where others leave them, or else the cache, filled.

    Raises:
        DataError: they are nowhere to be had.
    """
    return find_nearby() or download()


def find_nearby() -> Path | None:
    """A folder of this machine with all four files, where one habitually lies."""
    return next((folder for folder in _habitual_folders() if _is_complete(folder)), None)


def is_official(folder: Path) -> bool:
    """Whether the four files lie in `folder`, as far as one can tell by one of them."""
    if not _is_complete(folder):
        return False
    path, content = _read(folder, TRAIN_LABELS)
    with contextlib.suppress(DataError):
        plain = gunzip(content, str(path))
        return sha256(plain).hexdigest() == TRAIN_LABELS.plain_sha256
    return False


def open_official(folder: Path) -> Dataset:
    """The data set of the four files in `folder`; each is read, and verified, when it is needed."""

    def split(images: OfficialFile, labels: OfficialFile) -> Split:
        pixels = parse_idx(_plain(folder, images), images.name)
        return Split(pixels, parse_idx(_plain(folder, labels), labels.name))

    return Dataset(
        name=NAME,
        source=str(folder),
        classes=CLASSES,
        intake=INTAKE,
        keeps_class=True,
        aliases=ALIASES,
        load_train=lambda: split(TRAIN_IMAGES, TRAIN_LABELS),
        load_test=lambda: split(TEST_IMAGES, TEST_LABELS),
        account=_account(folder),
        files=lambda: [_describe(folder, file) for file in FILES],
    )


def _account(folder: Path) -> Account:
    account = Account(took_for="the four official files of Fashion-MNIST")
    for file in FILES:
        account.use((_find(folder, file) or Path(file.name)).name)
    return account


def _is_complete(folder: Path) -> bool:
    return all(_find(folder, file) for file in FILES)


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
        f"({'; '.join(reasons)}); check the network, or on Debian and Ubuntu apt-get install "
        "dataset-fashion-mnist, or point --data or HEMLINE_DATA at a folder with the four files, "
        "or try --data sketches."
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


def _habitual_folders() -> list[Path]:
    keras = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras"))
    shared = (os.environ.get("XDG_DATA_DIRS") or _SHARED).split(os.pathsep)
    return [
        cache_folder(),
        keras / "datasets" / "fashion-mnist",
        Path("data") / "FashionMNIST" / "raw",
        *(Path(folder) / "datasets" / "fashion-mnist" for folder in shared),  # Debian's package
    ]


def _find(folder: Path, file: OfficialFile) -> Path | None:
    # The plain form first: it needs no decompressing.
    candidates = (folder / file.name, folder / f"{file.name}.gz")
    return next((path for path in candidates if path.is_file()), None)


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
