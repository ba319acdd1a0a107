"""Draws the examples of the page: python -m tests.serving.examples FOLDER."""

import sys
from pathlib import Path

from PIL import Image, ImageDraw

from hemline.classifier import Classifier
from hemline.data.sketches import draw_sketches
from hemline.labels import CLASSES
from hemline.models import shipped_models
from tests.photos.drawing import COLOURS, draw_photo

PHOTOS = {
    "photo-t-shirt": ("t-shirt", "red", "wood", (196, 160, 120)),
    "photo-trousers": ("trousers", "blue", "plain", (222, 220, 214)),
    "photo-dress": ("dress", "green", "carpet", (205, 200, 190)),
}


def main(folder):
    for label, name in enumerate(CLASSES):
        file = name.lower().replace("/", "-").replace(" ", "-")
        Image.fromarray(sketch(label)).save(folder / f"{file}.png", optimize=True)
    for seed, (name, (garment, colour, ground, tint)) in enumerate(PHOTOS.items()):
        photo = draw_photo(garment, COLOURS[colour], ground, tint, (360, 480), seed=seed)
        photo.save(folder / f"{name}.jpg", quality=85)
    house().save(folder / "photo-house.jpg", quality=85)


def sketch(label):
    """A drawn garment that all models know: the page is to show how it goes, not to puzzle."""
    models = [Classifier.load(name) for name in shipped_models()]
    for seed in range(100):
        pixels, labels = draw_sketches(10, seed)
        picture = pixels[labels == label]
        if all(m.predict(picture) == label and not m.is_foreign(picture) for m in models):
            return picture[0]
    raise LookupError(CLASSES[label])


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
