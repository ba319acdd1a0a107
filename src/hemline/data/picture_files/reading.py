"""Pictures of a part, decoded once: what the files became is kept for the next time."""

from hashlib import file_digest, sha256

from hemline.data.account import Account
from hemline.data.building.deciding import USUAL
from hemline.data.cache import key_of, load_pixels, store_pixels
from hemline.data.memory import fits
from hemline.data.options import DataOptions
from hemline.data.picture_files.decoding import Decoded, Progress, decode_files, survey
from hemline.data.raw import FilePart, Loaded, PictureFile, RawPart
from hemline.errors import HemlineError
from hemline.photos.intake import Intake
from hemline.pixels import Form

_VERSION = 2  # of how files become pixels: what an earlier one kept is made anew


def read_files(
    part: FilePart, wish: DataOptions | Intake, account: Account, progress: Progress | None = None
) -> Loaded:
    """The pictures of a part in one form; files that are none are refused in the account.

    Args:
        part: files, not decoded.
        wish: the intake, or what the user says of it.
        account: of the data set.
        progress: is told the share that is done.

    Raises:
        DataError: the pixels would not fit into memory, no file is a picture, or one is refused
            and the account is strict.
    """
    if not fits(len(part.files) * _most_values(wish)):
        survey(part.files, wish)  # before all of them are read for their digests
    key = _key(part, wish)
    decoded = _recalled(key)
    if decoded is None:
        decoded = decode_files(part.files, wish, progress or (lambda _: None))
        store_pixels(key, decoded.pixels, _facts(decoded))
    for place, reason in decoded.refused.items():
        account.refuse(part.files[place].name, reason)
    return Loaded(_without_refused(part, decoded), decoded.intake)


def _most_values(wish: DataOptions | Intake) -> int:
    """Numbers in a picture, as many as there can be before the data were looked at."""
    if isinstance(wish, Intake):
        return wish.form.values
    width, height = wish.size or (USUAL, USUAL)
    return 3 * width * height


def _key(part: FilePart, wish: DataOptions | Intake) -> str:
    """Of all that decides the pixels: names and contents of files, and the intake."""
    facts: list[object] = [_VERSION, _about(wish)]
    if part.sealed:
        with part.sealed.open("rb") as stream:
            facts.append(file_digest(stream, "sha256").hexdigest())
    return key_of(
        facts, ((file.name, b"" if part.sealed else _digest(file)) for file in part.files)
    )


def _about(wish: DataOptions | Intake) -> list[object]:
    if isinstance(wish, Intake):
        return [wish.form.size, wish.form.channels, wish.fit, wish.find]
    return [wish.size, wish.colour, wish.fit, wish.find]


def _digest(file: PictureFile) -> bytes:
    try:
        return sha256(file.read()).digest()
    except (OSError, HemlineError) as error:
        return sha256(str(error).encode()).digest()


def _facts(decoded: Decoded) -> dict[str, object]:
    return {
        "form": decoded.intake.form.describe(),
        "intake": decoded.intake.describe(),
        "origins": [origin.hex() for origin in decoded.origins],
        "refused": decoded.refused,
        "changed": decoded.changed,
    }


def _recalled(key: str) -> Decoded | None:
    kept = load_pixels(key)
    if kept is None:
        return None
    pixels, facts = kept
    return Decoded(
        pixels,
        Intake.parse(Form.parse(facts["form"]), facts["intake"]),
        [bytes.fromhex(origin) for origin in facts["origins"]],
        {int(place): reason for place, reason in facts["refused"].items()},
        changed=facts["changed"],
    )


def _without_refused(part: FilePart, decoded: Decoded) -> RawPart:
    kept = [place for place in range(len(part.files)) if place not in decoded.refused]
    return RawPart(
        decoded.pixels,
        [part.classes[place] for place in kept],
        [part.files[place].name for place in kept],
        None if part.groups is None else [part.groups[place] for place in kept],
        digests=None if decoded.changed else decoded.origins,
        origins=decoded.origins,
        decoded=True,
    )
