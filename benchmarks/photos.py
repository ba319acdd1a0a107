"""Accuracy on photographs, beside the two naive pipelines that tutorials use.

    python benchmarks/photos.py --photos DIR [--model MODEL]

DIR has one folder a class, as the public clothing-dataset-small: dress, hat, longsleeve, outwear,
pants, shirt, shoes, shorts, skirt, t-shirt. Seven of them are classes of Fashion-MNIST; a shoe is
right if any of the three kinds of shoe is said.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime
from common import write_result
from PIL import Image

from hemline import Classifier
from hemline.data import read_many
from hemline.evaluation import wilson_interval
from hemline.photos import MEGAPIXELS

# Folder: the labels that are right for it.
MAPPED = {
    "dress": (3,),
    "longsleeve": (2,),
    "outwear": (4,),
    "pants": (1,),
    "shirt": (6,),
    "shoes": (5, 7, 9),
    "t-shirt": (0,),
}
SUFFIXES = {".jpg", ".jpeg", ".png"}


def photographs(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every photograph below `folder` with the name of the folder that it lies in."""
    for path in sorted(folder.glob("*/*")):
        if path.suffix.lower() in SUFFIXES:
            yield path, path.parent.name


def naive(path: Path, *, inverted: bool) -> np.ndarray:
    """Grey, resized to 28x28 whatever the shape: uint8 `(28, 28)`."""
    with Image.open(path) as image:
        grey = np.asarray(image.convert("L").resize((28, 28)))
    return 255 - grey if inverted else grey


def answers(session: onnxruntime.InferenceSession, pictures: list[np.ndarray]) -> np.ndarray:
    """Labels straight from the network: tutorials have no contract that refuses dark on bright."""
    return session.run(["logits"], {"pixels": np.stack(pictures)})[0].argmax(axis=1)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--model", default="accurate")
    arguments = parser.parse_args()
    classifier = Classifier.load(arguments.model)
    session = onnxruntime.InferenceSession(classifier.path)
    named = [(path, name) for path, name in photographs(arguments.photos) if name in MAPPED]
    began = time.perf_counter()
    reads = list(read_many([path for path, _ in named], megapixels=MEGAPIXELS))
    seconds = time.perf_counter() - began
    # What cannot be read is answered wrongly: an empty picture, and no label is right for it.
    blank = np.zeros((28, 28), np.uint8)
    found = [read.pictures[0].pixels if read.pictures else blank for read in reads]
    unread = np.array([bool(read.error) for read in reads])
    predictions = {
        "hemline": np.where(unread, -1, answers(session, found)),
        "grey, 28x28": answers(session, [naive(path, inverted=False) for path, _ in named]),
        "grey, 28x28, inverted": answers(
            session, [naive(path, inverted=True) for path, _ in named]
        ),
    }
    text = table([name for _, name in named], predictions)
    text += f"\n\n{len(named)} photographs, {len(named) / seconds * 60:.0f} a minute; "
    text += f"{unread.sum()} in which nothing was found; model {classifier.path.name}, "
    text += f"trained on {classifier.trained_on}."
    write_result("photos", text)


def table(names: list[str], predictions: dict[str, np.ndarray]) -> str:
    """Accuracy a class and over all, in Markdown."""
    rows = [f"| class | n | {' | '.join(predictions)} |", f"| --- | ---: {'| ---: ' * 3}|"]
    for chosen in (*MAPPED, ""):
        places = [place for place, name in enumerate(names) if chosen in ("", name)]
        shares = [
            _share([labels[place] in MAPPED[names[place]] for place in places], whole=not chosen)
            for labels in predictions.values()
        ]
        rows.append(f"| {chosen or 'all'} | {len(places)} | {' | '.join(shares)} |")
    return "\n".join(rows)


def _share(right: list[bool], *, whole: bool) -> str:
    if not right:
        return ""
    share = f"{100 * np.mean(right):.1f} %"
    if whole:
        low, high = wilson_interval(sum(right), len(right))
        share += f" ({100 * low:.1f} to {100 * high:.1f})"
    return share


if __name__ == "__main__":
    main()
