"""Which files are pictures: by their names, or by their first bytes where names do not say."""

import contextlib

from hemline.data.account import Account
from hemline.data.raw import PictureFile
from hemline.photos import SUFFIXES
from hemline.photos.formats import BEGINNING, is_picture

_SYSTEM = {
    "__macosx": "macOS",
    "thumbs.db": "Windows",
    "ehthumbs.db": "Windows",
    "desktop.ini": "Windows",
    "$recycle.bin": "Windows",
    "@eadir": "a Synology store",
}
_OTHER_PICTURES = {
    **dict.fromkeys((".dng", ".cr2", ".nef", ".arw"), "camera raw"),
    ".svg": "SVG",
    ".jp2": "JPEG 2000",
    ".jxl": "JPEG XL",
    ".psd": "Photoshop",
}
_ARCHIVES = (".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".7z", ".rar")


def ignored_by_name(name: str) -> str:
    """Why a file or folder of this name is no data; empty if it may be.

    Args:
        name: within the data set, `/` between folders.
    """
    for piece in name.split("/"):
        if piece.startswith(".") and piece not in (".", ".."):
            return "hidden"
        if piece.lower() in _SYSTEM:
            return f"left by {_SYSTEM[piece.lower()]}"
    return ""


def suffix_of(name: str) -> str:
    """`.png` of `a/B.PNG`; empty where there is none."""
    stem, dot, suffix = name.rpartition("/")[2].rpartition(".")
    return dot + suffix.lower() if stem else ""


def enter(file: PictureFile, account: Account) -> bool:
    """Enter a file that may be data in the account; whether it is taken for a picture.

    Raises:
        DataError: it is refused, and the account is strict.
    """
    name, suffix = file.name, suffix_of(file.name)
    if suffix in SUFFIXES or _begins_like_a_picture(file):
        account.use(name)
        return True
    if suffix in _OTHER_PICTURES:
        kind = _OTHER_PICTURES[suffix]
        account.refuse(name, f"a {kind} picture, which Hemline does not read; convert it to PNG")
    elif suffix in _ARCHIVES:
        account.ignore(name, "an archive among the files; unpack it, or pass it by itself")
    else:
        account.ignore(name, "no picture")
    return False


def _begins_like_a_picture(file: PictureFile) -> bool:
    # What damaged archives raise has no common base; the file is no picture then.
    with contextlib.suppress(Exception), file.open() as stream:
        return is_picture(stream.read(BEGINNING))
    return False
