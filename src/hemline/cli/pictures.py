"""Writing the pictures that commands draw."""

from pathlib import Path
from typing import TYPE_CHECKING

from hemline.cli.common import writing
from hemline.files import write_whole

if TYPE_CHECKING:
    from hemline.classifier import Classifier
    from hemline.data import Dataset

_FIRST = 24  # test pictures on the sheet of predictions


def write_picture(path: Path, png: bytes) -> None:
    """Write a picture, or say in one sentence why not."""
    with writing(path):
        write_whole(path, png)


def draw_predictions(classifier: "Classifier", dataset: "Dataset") -> bytes:
    """A sheet of the first test pictures with predicted and actual label, as PNG bytes."""
    from hemline.labels import CLASSES
    from hemline.report import Tile, draw_sheet

    pixels, labels = dataset.test.pixels[:_FIRST], dataset.test.labels[:_FIRST]
    tiles = []
    for picture, row, actual in zip(pixels, classifier.predict_proba(pixels), labels, strict=True):
        predicted = int(row.argmax())
        captions = [f"{CLASSES[predicted]} {row[predicted]:.0%}", f"actual {CLASSES[actual]}"]
        tiles.append(Tile(picture, captions, right=bool(predicted == actual)))
    right = sum(tile.right is True for tile in tiles)
    subtitle = f"The first {len(tiles)} test pictures of {dataset.name}: {right} right"
    return draw_sheet("Predicted and actual", subtitle, tiles, columns=8)
