"""The four files of Fashion-MNIST (Xiao et al., 2017; release of 31 August 2017; MIT licence)."""

from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from hemline.data.idx import parse_idx
from hemline.errors import DataError
from hemline.photos.intake import Intake
from hemline.pixels import Form

NAME = "Fashion-MNIST"
INTAKE = Intake(Form(28, 28, 1, "dark"), find="garment")
TRAINING_PICTURES, MEAN = 60_000, 0.286  # of values 0..1: known without reading them
# Names of folders, as public collections of clothes and people use them.
ALIASES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("t-shirt", "top", "tee"), ("T-shirt/top",)),
    **dict.fromkeys(("trousers", "pants", "jeans", "leggings"), ("Trouser",)),
    **dict.fromkeys(("longsleeve", "sweater", "jumper", "sweatshirt", "hoodie"), ("Pullover",)),
    "gown": ("Dress",),
    **dict.fromkeys(("outwear", "outerwear", "jacket", "overcoat"), ("Coat",)),
    "sandals": ("Sandal",),
    "blouse": ("Shirt",),
    **dict.fromkeys(("sneakers", "trainers"), ("Sneaker",)),
    **dict.fromkeys(("handbag", "purse", "backpack"), ("Bag",)),
    **dict.fromkeys(("ankle-boot", "boots"), ("Ankle boot",)),
    **dict.fromkeys(("shoes", "footwear"), ("Sandal", "Sneaker", "Ankle boot")),
    # None of the ten, near to them as the names may be.
    **dict.fromkeys(("shorts", "skirt", "hat", "cap", "socks", "scarf", "gloves", "belt"), ()),
    **dict.fromkeys(("vest", "suit", "swimsuit", "underwear", "undershirt", "high heels"), ()),
}
MIRRORS = (
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
)


@dataclass(frozen=True)
class OfficialFile:
    """One file: its name without `.gz`, and the SHA-256 of its gzip and of its plain form."""

    name: str
    gzip_sha256: str
    plain_sha256: str


TRAIN_IMAGES = OfficialFile(
    "train-images-idx3-ubyte",
    "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
)
TRAIN_LABELS = OfficialFile(
    "train-labels-idx1-ubyte",
    "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
)
TEST_IMAGES = OfficialFile(
    "t10k-images-idx3-ubyte",
    "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
)
TEST_LABELS = OfficialFile(
    "t10k-labels-idx1-ubyte",
    "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
)
FILES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)


def verify(file: OfficialFile, plain: bytes, where: str) -> bytes:
    """Return `plain` if it is the content of `file`, bit for bit.

    Raises:
        DataError: it is not; the message says what it seems to be.
    """
    received = sha256(plain).hexdigest()
    if received == file.plain_sha256:
        return plain
    raise DataError(
        f"Expected {file.name} of Fashion-MNIST (31 August 2017, plain SHA-256 "
        f"{file.plain_sha256[:12]}…), received {where} with {received[:12]}…: "
        f"{_likeness(plain, where)}; delete it or point --data elsewhere."
    )


def _likeness(plain: bytes, where: str) -> str:
    try:
        array = parse_idx(plain, where)
    except DataError:
        return "not an idx file, or a truncated one"
    if array.ndim == 1:
        return _likeness_of_labels(array)
    if array.shape[1:] != (28, 28):
        return f"an idx file of shape {array.shape}"
    # Digits leave 81 % of a picture black, garments 50 %.
    if np.mean(array == 0) > 0.7:
        return "the original MNIST (digits) under the same file name"
    return "a release of before 31 August 2017, another part of the data, or a changed copy"


def _likeness_of_labels(labels: NDArray[np.uint8]) -> str:
    if labels.size and labels.max() > 9:
        return f"labels up to {labels.max()} where 0 to 9 are expected"
    counts = np.bincount(labels, minlength=10)
    # Fashion-MNIST has equally many of every class; the digits do not.
    if labels.size in (60_000, 10_000) and counts.max() > counts.min():
        return "the labels of the original MNIST (digits) or a changed copy"
    return "labels of another release, another part of the data, or a changed copy"
