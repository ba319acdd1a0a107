"""Draws the examples of the page: python -m tests.serving.examples FOLDER."""

import io
import sys
from pathlib import Path

from PIL import Image, ImageDraw

from hemline.classifier import Classifier
from hemline.data.fashion.sketches import draw_sketches
from hemline.labels import CLASSES
from hemline.models import shipped_models
from hemline.photos import see
from tests.photos.drawing import COLOURS, draw_photo

PHOTOS = {
    "T-shirt/top": ("t-shirt", "blue", "wood", (196, 160, 120)),
    "Trouser": ("trousers", "red", "plain", (222, 220, 214)),
    "Dress": ("dress", "green", "carpet", (205, 200, 190)),
}


def main(folder):
    models = [Classifier.load(name) for name in shipped_models()]
    for label, name in enumerate(CLASSES):
        known(models, label, lambda seed, label=label: sketch(label, seed)).save(
            folder / f"{file_name(name)}.png", optimize=True
        )
    for name, drawing in PHOTOS.items():
        known(models, CLASSES.index(name), lambda seed, drawing=drawing: photo(drawing, seed)).save(
            folder / f"photo-{file_name(name)}.jpg", quality=85
        )
    house().save(folder / "photo-house.jpg", quality=85)


def file_name(name):
    return name.lower().replace("/", "-").replace(" ", "-")


def known(models, label, draw):
    """The first drawing that all models know: the page is to show how it goes, not to puzzle."""
    for seed in range(100):
        image = draw(seed)
        buffer = io.BytesIO()
        image.save(buffer, "PNG")
        if all(knows(model, buffer.getvalue(), label) for model in models):
            return image
    raise LookupError(CLASSES[label])


def knows(model, content, label):
    pixels = see(content, model.intake).pixels
    return model.predict(pixels) == label and not model.is_out_of_distribution(pixels)


def sketch(label, seed):
    pixels, labels = draw_sketches(10, seed)
    return Image.fromarray(pixels[labels == label][0])


def photo(drawing, seed):
    garment, colour, ground, tint = drawing
    return draw_photo(garment, COLOURS[colour], ground, tint, (360, 480), seed=seed)


def house():
    """What is no garment."""
    picture = Image.new("RGB", (480, 360), "#f3efe6")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((120, 170, 360, 330), fill="#8a4b3c")
    draw.polygon(((95, 170), (240, 50), (385, 170)), fill="#3d3f46")
    draw.rectangle((215, 240, 265, 330), fill="#e8d9b5")
    for x in (145, 295):
        draw.rectangle((x, 200, x + 45, 245), fill="#e8d9b5")
    return picture


if __name__ == "__main__":
    main(Path(sys.argv[1]))
