"""Accuracy on photographs, beside two naive pipelines, and how well outliers are told.

    python benchmarks/photos.py --photos DIR [--model MODEL]

DIR has one folder a class, as the public clothing-dataset-small: dress, hat, longsleeve, outwear,
pants, shirt, shoes, shorts, skirt, t-shirt. Seven of them are classes of Fashion-MNIST; a shoe is
right if any of the three kinds of shoe is said. Hat, shorts and skirt are none of the ten.

Needs HEMLINE_DATA; its test part stands for ordinary pictures beside digits, noise, blank pages
and itself upside down.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime
from common import command_line, write_result
from photos_speed import speed_note
from PIL import Image
from sklearn.metrics import roc_auc_score

from hemline import Classifier, evaluate, open_dataset
from hemline.data import read_many
from hemline.doctor.measures.digits import draw_digits
from hemline.evaluation import expected_calibration_error, wilson_interval
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
    """Print the tables."""
    parser = command_line(__doc__)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--model", default="photo")
    arguments = parser.parse_args()
    classifier = Classifier.load(arguments.model)
    named = list(photographs(arguments.photos))
    began = time.perf_counter()
    found, unread = pixels_of(named, classifier)
    speed = 60 * len(named) / (time.perf_counter() - began)
    test = open_dataset(intake=classifier.intake).test
    evaluation = evaluate(classifier, test.pixels, test.labels)
    notes = [
        f"{len(named)} photographs, {speed:.0f} a minute; {unread.sum()} in which nothing was "
        f"found; model {classifier.path.stem}.",
        calibration_note(classifier, [name for _, name in named], found),
        f"On the test part of Fashion-MNIST: accuracy {100 * evaluation.accuracy:.2f} %, expected "
        f"calibration error {100 * evaluation.ece:.2f} %.",
        speed_note([path for path, _ in named], classifier.intake),
    ]
    garments = np.array([name in MAPPED for _, name in named])
    mapped = [pair for pair, garment in zip(named, garments, strict=True) if garment]
    labels = labels_of(classifier, found[garments], unread[garments])
    predictions = {classifier.path.stem: labels} | predict_catalogue(mapped)
    first = table([name for _, name in mapped], predictions)
    kinds = np.array([name for _, name in named])
    second = outlier_table(classifier, found, kinds, garments, test.pixels)
    write_result("photos", "\n\n".join([first, second, *notes]))


def pixels_of(named: list, classifier: Classifier) -> tuple[np.ndarray, np.ndarray]:
    """What a model sees of the photographs, and which of them cannot be read."""
    intake = classifier.intake
    reads = list(read_many([path for path, _ in named], intake, megapixels=MEGAPIXELS))
    # What cannot be read is answered wrongly: an empty picture, and no label is right for it.
    blank = np.zeros(intake.form.shape, np.uint8)
    found = np.stack([read.pictures[0].pixels if read.pictures else blank for read in reads])
    return found, np.array([bool(read.error) for read in reads])


def labels_of(classifier: Classifier, found: np.ndarray, unread: np.ndarray) -> np.ndarray:
    """Labels by a model of what it sees; -1 where a photograph cannot be read."""
    session = onnxruntime.InferenceSession(classifier.path)
    return np.where(unread, -1, answers(session, list(found)))


def predict_catalogue(named: list) -> dict[str, np.ndarray]:
    """Labels by pipelines of tutorials, whose network has never seen a photograph."""
    accurate = Classifier.load("accurate")
    catalogue = onnxruntime.InferenceSession(accurate.path)
    grey, inverted = (
        [naive(path, inverted=inverted) for path, _ in named] for inverted in (False, True)
    )
    return {
        "accurate, cut out likewise": labels_of(accurate, *pixels_of(named, accurate)),
        "accurate, grey, 28x28": answers(catalogue, grey),
        "accurate, grey, 28x28, inverted": answers(catalogue, inverted),
    }


def calibration_note(classifier: Classifier, names: list[str], found: np.ndarray) -> str:
    """A sentence about the calibration error on photographs, all shoes as one class."""
    places = [place for place, name in enumerate(names) if name in MAPPED]
    shares = classifier.predict_proba(found[places]).astype(np.float64)
    first, *others = MAPPED["shoes"]
    shares[:, first] += shares[:, others].sum(axis=1)
    shares[:, others] = 0
    labels = np.array([MAPPED[names[place]][0] for place in places])
    ece = expected_calibration_error(shares, labels)
    return (
        f"On photographs of the seven classes, all shoes as one: expected calibration error "
        f"{100 * ece:.1f} %."
    )


def outlier_table(
    classifier: Classifier,
    found: np.ndarray,
    kinds: np.ndarray,
    garments: np.ndarray,
    test: np.ndarray,
) -> str:
    """AUROC and the share let through of every kind of outlier, in Markdown."""
    session = onnxruntime.InferenceSession(classifier.path)

    def score(pixels: np.ndarray) -> np.ndarray:
        # Past the contract, which refuses blank bright pages at once.
        return session.run(["ood_score"], {"pixels": pixels})[0]

    photographed, catalogue = score(found[garments]), score(test)
    each = {kind: found[kinds == kind] for kind in ("hat", "shorts", "skirt")}
    shape = classifier.form.shape
    noise = np.random.default_rng(0).integers(0, 256, (1000, *shape)).astype(np.uint8)
    strange = {
        "hat, shorts, skirt": (photographed, score(found[~garments])),
        **{kind: (photographed, score(pixels)) for kind, pixels in each.items()},
        "drawn digits": (catalogue, score(draw_digits(classifier.form).pixels)),
        "uniform noise": (catalogue, score(noise)),
        "blank pages": (catalogue, score(blank_pages(shape))),
        "garments upside down": (catalogue, score(np.ascontiguousarray(test[:, ::-1]))),
    }
    rows = ["| none of the ten | n | AUROC | let through |", "| --- | ---: | ---: | ---: |"]
    for name, (own, other) in strange.items():
        outliers = np.repeat([0, 1], [len(own), len(other)])
        area = roc_auc_score(outliers, np.concatenate([own, other]))
        through = 100 * np.mean(other <= classifier.threshold)
        rows.append(f"| {name} | {len(other)} | {area:.3f} | {through:.1f} % |")
    kept = [100 * np.mean(own <= classifier.threshold) for own in (catalogue, photographed)]
    rows.append(
        f"\nKept: {kept[0]:.1f} % of the test part, {kept[1]:.1f} % of the photographed garments."
    )
    return "\n".join(rows)


def blank_pages(shape: tuple[int, ...]) -> np.ndarray:
    """Every even grey, uint8 `(256, ...)`."""
    return np.stack([np.full(shape, level, np.uint8) for level in range(256)])


def table(names: list[str], predictions: dict[str, np.ndarray]) -> str:
    """Accuracy a class and over all, in Markdown."""
    rows = [f"| class | n | {' | '.join(predictions)} |"]
    rows.append(f"| --- | ---: {'| ---: ' * len(predictions)}|")
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
