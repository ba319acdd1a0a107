"""Sound pipelines that take pictures of Pillow, paths of files or bytes, one or many a call."""

from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from sklearn.ensemble import RandomForestClassifier
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid

from hemline.labels import CLASSES

from .base import Unseen
from .sets_sound import Data, Network, cached, classical, rows, subset, trained

Picture = Image.Image
Step = Callable[[Picture], Any]


def from_path(path: str | Path) -> Picture:
    """A picture by the name of its file."""
    return Image.open(path)


def from_bytes(content: bytes) -> Picture:
    """A picture by what its file holds."""
    return Image.open(BytesIO(content))


def from_picture(picture: Picture) -> Picture:
    """A picture that somebody else has opened."""
    if not isinstance(picture, Picture):
        raise TypeError(f"expected a picture of Pillow, got {type(picture).__name__}")
    return picture


def upright(picture: Picture) -> Picture:
    """Turned as its EXIF tag says."""
    return ImageOps.exif_transpose(picture)


def opaque(picture: Picture) -> Picture:
    """What is transparent becomes black."""
    if not picture.has_transparency_data:
        return picture
    ground = Image.new("RGBA", picture.size, (0, 0, 0, 255))
    return Image.alpha_composite(ground, picture.convert("RGBA")).convert("RGB")


def in_mode(mode: str) -> Step:
    """Grey or colour."""
    return lambda picture: picture.convert(mode)


def padded(edge: int) -> Step:
    """A square on black, nothing cut off."""
    return lambda picture: ImageOps.pad(picture, (edge, edge), color=0)


def thumbnail(edge: int) -> Step:
    """The same by hand: made smaller, then pasted into the middle."""

    def place(picture: Picture) -> Picture:
        scale = edge / max(picture.size)
        width, height = (max(1, round(side * scale)) for side in picture.size)
        square = Image.new(picture.mode, (edge, edge))
        square.paste(picture.resize((width, height)), ((edge - width) // 2, (edge - height) // 2))
        return square

    return place


def framed(edge: int) -> Step:
    """A square with the colours at the border carried on, nothing cut off."""

    def frame(picture: Picture) -> Picture:
        around = [(max(picture.size) - side) // 2 for side in (picture.height, picture.width)]
        rest = [max(picture.size) - side for side in (picture.height, picture.width)]
        sides = [(one, both - one) for one, both in zip(around, rest, strict=True)]
        square = np.pad(np.asarray(picture), [*sides, (0, 0)], mode="edge")
        return Image.fromarray(square).resize((edge, edge))

    return frame


GREY = (upright, opaque, in_mode("L"), padded(28))
COLOUR = (upright, opaque, in_mode("RGB"), framed(32))


class App:
    """Glue between pictures and a model: open, prepare step by step, ask, answer."""

    def __init__(
        self,
        opened: Callable[[Any], Picture],
        steps: Sequence[Step],
        model: Callable[[NDArray], Any],
        many: bool = False,
    ):
        self.opened, self.steps, self.model, self.many = opened, steps, model, many

    def see(self, source: Any) -> NDArray:
        """The numbers of one picture."""
        seen = self.opened(source)
        for step in self.steps:
            seen = step(seen)
        return np.asarray(seen)

    def __call__(self, source: Any) -> Any:
        if not self.many:
            return self.model(self.see(source)[None])[0]
        return self.model(np.stack([self.see(one) for one in source]))


def named(classes: Sequence[str]) -> Callable[[NDArray], list[str]]:
    """Logits become the name of the best."""
    return lambda logits: [classes[best] for best in logits.argmax(1)]


def scored(classes: Sequence[str], most: int) -> Callable[[NDArray], list[Any]]:
    """Logits become the best few names with their shares."""

    def answer(logits: NDArray) -> list[Any]:
        powers = np.exp(logits - logits.max(1, keepdims=True))
        shares = powers / powers.sum(1, keepdims=True)
        return [
            [{"label": classes[k], "score": float(row[k])} for k in np.argsort(-row)[:most]]
            for row in shares
        ]

    return answer


def _garments(data: Data, folder: Path) -> Iterator[Unseen]:
    def sound(name: str, kind: str, target: Any) -> Unseen:
        return Unseen(f"fashion-file-{name}", kind, "fashion", (), target)

    net = trained(data, folder, "fashion")
    name = Network(net, answer=named(CLASSES))
    yield sound("path-name", "PyTorch", App(from_path, GREY, name))
    yield sound("pictures-shares", "PyTorch", App(from_picture, GREY, Network(net), many=True))
    by_name = Network(net, answer=_by_name)
    yield sound("bytes-dictionary", "PyTorch", App(from_bytes, GREY, by_name))
    best = Network(net, answer=scored(CLASSES, 3))
    steps = (upright, opaque, in_mode("L"), thumbnail(28))
    yield sound("paths-best", "PyTorch", App(from_path, steps, best, many=True))
    cut_out = (upright, opaque, in_mode("L"), _of_28)
    yield sound("picture-cut-out", "PyTorch", App(from_picture, cut_out, Network(net)))
    yield sound("bytes-unsure", "PyTorch", App(from_bytes, GREY, Network(net, answer=_unsure)))
    yield from _classical_garments(data, folder)


def _by_name(logits: NDArray) -> list[dict[str, float]]:
    return [{each["label"]: each["score"] for each in best} for best in scored(CLASSES, 10)(logits)]


def _of_28(picture: Picture) -> Picture:
    if picture.size != (28, 28):
        raise ValueError(f"expected a cut-out of 28x28, got {picture.size}")
    return picture


def _unsure(logits: NDArray) -> list[str]:
    best = [best[0] for best in scored(CLASSES, 1)(logits)]
    return [each["label"] if each["score"] > 0.6 else "unknown" for each in best]


def _classical_garments(data: Data, folder: Path) -> Iterator[Unseen]:
    near = classical(data, folder, "fashion", KNeighborsClassifier(5))
    means = classical(data, folder, "fashion", NearestCentroid())

    def neighbours(path: Path) -> int:
        numbers = App(from_bytes, GREY, np.asarray).see(path.read_bytes())
        return int(near.predict(rows(numbers[None]))[0])

    weak = App(from_path, GREY, lambda p: means.predict(rows(p)), many=True)
    yield Unseen("fashion-file-path-neighbours", "sklearn", "fashion", (), neighbours)
    yield Unseen("fashion-file-paths-means", "sklearn", "fashion", (), weak)


def _photos(data: Data, folder: Path) -> Iterator[Unseen]:
    def sound(name: str, kind: str, target: Any) -> Unseen:
        return Unseen(f"cifar-file-{name}", kind, "cifar", (), target)

    net, classes = trained(data, folder, "cifar"), data("cifar").classes
    best = Network(net, answer=scored(classes, 3))
    yield sound("path-best", "PyTorch", App(from_path, COLOUR, best))
    label = Network(net, answer=lambda z: z.argmax(1).tolist())
    yield sound("contents-labels", "PyTorch", App(from_bytes, COLOUR, label, many=True))
    few = App(from_picture, COLOUR, Network(net), many=True)
    yield sound("eight-pictures", "PyTorch", _at_most_eight(few))
    yield sound("picture-histogram", "sklearn", _histogram(data, folder))


def _at_most_eight(app: App) -> Callable[[list[Picture]], Any]:
    def predict(pictures: list[Picture]) -> Any:
        if len(pictures) > 8:
            raise ValueError(f"at most 8 pictures a call, got {len(pictures)}")
        return app(pictures)

    return predict


def _histogram(data: Data, folder: Path) -> Callable[[Picture], NDArray]:
    """Shares of colours among what is not transparent; neither size nor position matters."""

    def shares(pixels: NDArray) -> NDArray:
        codes = pixels[..., :3].reshape(-1, 3).astype(int) // 64 @ np.array([16, 4, 1])
        return np.bincount(codes, minlength=64) / max(1, len(codes))

    def predict(picture: Picture) -> NDArray:
        pixels = np.asarray(picture.convert("RGBA")).reshape(-1, 4)
        return forest.predict_proba([shares(pixels[pixels[:, 3] > 127])])[0]

    forest = RandomForestClassifier(80, min_samples_leaf=8, random_state=0)
    pixels, labels = subset(data, "cifar")
    counted = np.stack([shares(each) for each in pixels])
    forest = cached(folder, "cifar-file-histogram", lambda: forest.fit(counted, labels))
    return predict


def pipelines(data: Data, folder: Path) -> Iterator[Unseen]:
    """All of them, garments first."""
    yield from _garments(data, folder)
    yield from _photos(data, folder)
