"""What an operator may choose."""

from dataclasses import dataclass, field

from hemline.cores import cores
from hemline.models import PHOTO


@dataclass(frozen=True)
class Settings:
    """Of each worker.

    Attributes:
        model: file, run folder, or name of a shipped model.
        token: what clients have to send as `Authorization: Bearer ...`; None: nothing.
        names: of this server, beside its addresses and localhost; `*` for any.
        megabytes: larger bodies of pictures are refused, as received and decompressed.
        megapixels: larger pictures are refused undecoded.
        queue: pictures that may wait for the model.
        photo_queue: photographs that may wait to be decoded.
        seconds: that a request may take to arrive, and again to be answered.
        processes: that decode photographs.
    """

    model: str = PHOTO
    token: str | None = None
    names: tuple[str, ...] = ()
    megabytes: float = 20
    megapixels: float = 50
    queue: int = 2048
    photo_queue: int = 64
    seconds: float = 30
    processes: int = field(default_factory=cores)
