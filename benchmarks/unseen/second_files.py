"""Broken glue between picture files and models, and faults in files of models."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from hemline.labels import CLASSES

from .base import Unseen
from .second_shop import Array, Data, Exported, Shop, broken, planes, scores, softmax

Picture = Image.Image
TURNS = {3: 180, 6: 90, 8: 270}  # Pillow turns to the left


def only(kind: Any, value: Any) -> Any:
    """Refuse what is of another kind."""
    if not isinstance(value, kind):
        raise TypeError(f"expected {kind}, got {type(value).__name__}")
    return value


def by_path(path: Any) -> Picture:
    """A picture by the name of its file."""
    return Image.open(only((str, Path), path))


def by_content(content: Any) -> Picture:
    """A picture by what its file holds."""
    return Image.open(io.BytesIO(only(bytes, content)))


def by_picture(picture: Any) -> Picture:
    """A picture that somebody else has opened."""
    return only(Picture, picture)


def on_black(picture: Picture, mode: str) -> Picture:
    """Without transparency, in a mode."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        ground = Image.new("RGBA", picture.size, (0, 0, 0, 255))
        picture = Image.alpha_composite(ground, picture.convert("RGBA"))
    return picture.convert(mode)


def upright(picture: Picture, mode: str = "L") -> Picture:
    """Turned as its EXIF tag says, and without transparency."""
    return on_black(ImageOps.exif_transpose(picture), mode)


def grey(picture: Picture) -> Array:
    """28 x 28, as it should be: upright, on black, all of it."""
    return np.asarray(ImageOps.pad(upright(picture), (28, 28), Image.BILINEAR, color=0))


def colour(picture: Picture) -> Array:
    """32 x 32, as it should be: the colours at the border are carried on to a square."""
    picture = upright(picture, "RGB")
    width, height = picture.size
    edge = max(width, height)
    top, left = (edge - height) // 2, (edge - width) // 2
    around = ((top, edge - height - top), (left, edge - width - left), (0, 0))
    square = np.pad(np.asarray(picture), around, mode="edge")
    return np.asarray(Image.fromarray(square).resize((32, 32), Image.BILINEAR))


def said(net: Any, seen: Any) -> Array:
    """The probabilities of one picture."""
    return softmax(scores(net, planes(np.asarray(seen)[None])))[0]


def best(net: Any, seen: Any) -> int:
    """The label of one picture."""
    return int(scores(net, planes(np.asarray(seen)[None])).argmax())


def wrongly_turned(shop: Shop) -> Iterator[Unseen]:
    """The EXIF tag is not read, or read the wrong way; or a camera has mirrored."""
    mnist, letters = shop.convnet("mnist"), shop.convnet("notmnist")

    def ignored(paths: Any) -> list[int]:
        only((list, tuple), paths)
        opened = [on_black(Image.open(path), "L") for path in paths]
        seen = [np.asarray(ImageOps.pad(picture, (28, 28))) for picture in opened]
        return scores(mnist, planes(np.stack(seen))).argmax(1).tolist()

    def other_way(content: Any) -> Array:
        picture = by_content(content)
        turn = TURNS.get(picture.getexif().get(0x0112), 0)
        picture = on_black(picture.rotate(turn, expand=True), "L")
        return said(letters, ImageOps.pad(picture, (28, 28)))

    def mirrored(path: Any) -> int:
        return best(letters, ImageOps.mirror(Image.fromarray(grey(by_path(path)))))

    name = "file: Image.open without exif_transpose"
    yield broken(name, "PyTorch", "mnist", "exif-orientation", ignored)
    name = "file: rotate() turns the other way"
    yield broken(name, "PyTorch", "notmnist", "exif-orientation", other_way)
    name = "file: mirrored by the front camera"
    yield broken(name, "PyTorch", "notmnist", "orientation", mirrored)


def wrong_squares(shop: Shop) -> Iterator[Unseen]:
    """Cut, squeezed, put into a corner or framed in white."""
    fashion, mnist = shop.convnet("fashion"), shop.convnet("mnist")

    def centre(picture: Any) -> Array:
        return said(fashion, ImageOps.fit(upright(by_picture(picture)), (28, 28)))

    def corner(path: Any) -> str:
        picture, square = upright(by_path(path)), Image.new("L", (28, 28))
        scale = 28 / max(picture.size)
        smaller = picture.resize([max(1, round(side * scale)) for side in picture.size])
        square.paste(smaller, (0, 0))
        return CLASSES[best(fashion, square)]

    def squeezed(path: Any) -> Array:
        return said(mnist, upright(by_path(path)).resize((28, 28)))

    def white(pictures: Any) -> Array:
        found = [upright(by_picture(each)) for each in only((list, tuple), pictures)]
        seen = [np.asarray(ImageOps.pad(each, (28, 28), color=255)) for each in found]
        return softmax(scores(fashion, planes(np.stack(seen))))

    yield broken("file: ImageOps.fit", "PyTorch", "fashion", "cropping", centre)
    name, roots = "file: pasted at (0, 0)", "aspect-ratio cropping"
    yield broken(name, "PyTorch", "fashion", roots, corner)
    yield broken("file: resize((28, 28))", "PyTorch", "mnist", "aspect-ratio", squeezed)
    name, roots = "file: padded with white", "aspect-ratio cropping"
    yield broken(name, "PyTorch", "fashion", roots, white)


def wrong_colours(shop: Shop) -> Iterator[Unseen]:
    """What is transparent shows its colour, fractions are cut off, red is blue."""
    cifar, names = shop.convnet("cifar", norm=True), shop.data("cifar").classes

    def shown(content: Any) -> str:
        opaque = ImageOps.exif_transpose(by_content(content)).convert("RGB")
        return names[best(cifar, colour(opaque))]

    def fractions(picture: Any) -> Array:
        numbers = colour(by_picture(picture)) / 255
        return said(cifar, Image.fromarray(numbers.astype(np.uint8)).resize((32, 32)))

    def merged(content: Any) -> dict[str, Any]:
        red, green, blue = Image.fromarray(colour(by_content(content))).split()
        row = said(cifar, Image.merge("RGB", (blue, green, red)))
        few = np.argsort(-row)[:3]
        return {"predictions": [{"label": names[k], "score": float(row[k])} for k in few]}

    yield broken("file: convert('RGB') of RGBA", "PyTorch", "cifar", "transparency", shown)
    name = "file: Image.fromarray of fractions"
    yield broken(name, "PyTorch", "cifar", "truncated-input", fractions)
    yield broken("file: Image.merge(b, g, r)", "PyTorch", "cifar", "channel-order", merged)


def models(shop: Shop) -> Iterator[Unseen]:
    """Files of models that lack a step, or take one twice."""
    import keras

    path = shop.folder / "fresh-fashion-unscaled2.onnx"
    Exported(shop.convnet("fashion", norm=True), 1.0).save(path)
    name = "onnx: uint8 in, never scaled"
    yield broken(name, "ONNX", "fashion", "unscaled-input", str(path))
    path = shop.folder / "fresh-fashion-twice.keras"
    if not path.exists():
        layers = shop.garments().layers
        keras.Sequential([keras.Input((28, 28)), *layers, keras.layers.Softmax()]).save(path)
    name = "keras: Softmax added for serving"
    yield broken(name, "Keras", "fashion", "double-softmax", str(path))


def pipelines(data: Data, folder: Path) -> Iterator[Unseen]:
    """All of them; models are trained when they are missing from the folder."""
    shop = Shop(data, folder)
    for make in (wrongly_turned, wrong_squares, wrong_colours, models):
        yield from make(shop)
