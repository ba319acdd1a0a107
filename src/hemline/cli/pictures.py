"""Writing the pictures that commands draw."""

from pathlib import Path
from typing import TYPE_CHECKING

from hemline.cli.common import writing
from hemline.files import write_whole

if TYPE_CHECKING:
    from hemline.classifier import Classifier
    from hemline.data import Dataset

_SHOWN = 24  # test pictures on the sheet of predictions


def write_picture(path: Path, png: bytes) -> None:
    """Write a picture, or say in one sentence why not."""
    with writing(path):
        write_whole(path, png)


def draw_predictions(classifier: "Classifier", dataset: "Dataset") -> bytes:
    """A sheet of test pictures with predicted and actual label, as PNG bytes."""
    from hemline.report import Tile, draw_sheet, some_places

    places = some_places(dataset.test.labels, _SHOWN)
    pixels, labels = dataset.test.pixels[places], dataset.test.labels[places]
    classes = dataset.classes
    tiles = []
    for picture, row, actual in zip(pixels, classifier.predict_proba(pixels), labels, strict=True):
        predicted = int(row.argmax())
        captions = [f"{classes[predicted]} {row[predicted]:.0%}", f"actual {classes[actual]}"]
        tiles.append(Tile(picture, captions, right=bool(predicted == actual)))
    right = sum(tile.right is True for tile in tiles)
    subtitle = f"{len(tiles)} test pictures of {dataset.name}: {right} right"
    return draw_sheet("Predicted and actual", subtitle, tiles, columns=8)
