"""Trainings that are judged once on the test part; kept, so that hours can be cut into stages."""

import datetime
import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

from common import BENCH

from hemline import Classifier, Recipe, evaluate, open_dataset, train
from hemline.files import write_whole


def judged(
    recipe: Recipe, seed: int, *, kept: bool, threads: int | None = None, folder: Path = BENCH
) -> dict[str, Any]:
    """Figures of one training; the weights that the recipe keeps count, whatever they reach.

    Args:
        recipe: what to train.
        seed: of all chance.
        kept: whether a training of an earlier stage will do.
        threads: of PyTorch, if not its own choice.
        folder: below which figures are kept.
    """
    digest = hashlib.sha256(recipe.to_toml().encode()).hexdigest()[:12]
    path = folder / "trainings" / f"{recipe.name}-{digest}-{seed}.json"
    if kept and path.exists():
        return json.loads(path.read_text())
    figures = _judge(recipe, seed, threads)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(figures) + "\n")
    return figures


def _judge(recipe: Recipe, seed: int, threads: int | None) -> dict[str, Any]:
    import torch

    if threads:
        torch.set_num_threads(threads)
    dataset, device = open_dataset(), "cpu" if threads else "auto"
    with tempfile.TemporaryDirectory() as folder:
        result = train(recipe, dataset, folder=Path(folder) / "run", seed=seed, device=device)
        classifier = Classifier.load(result.run.model)
        evaluation = evaluate(classifier, dataset.test.pixels, dataset.test.labels)
    return {
        "seed": seed,
        "accuracy": 100 * evaluation.accuracy,
        "interval": [100 * bound for bound in evaluation.interval],
        "epochs": len(result.epochs),
        "parameters": result.parameters,
        "seconds": result.seconds["training"],
        "data": dataset.name,
        "date": str(datetime.date.today()),
    }


def older(trainings: list[dict[str, Any]]) -> str:
    """What has to be said of trainings that were not made today."""
    dates = sorted({each["date"] for each in trainings} - {str(datetime.date.today())})
    return f" Some trainings are of {', '.join(dates)}." if dates else ""
