"""What a training works on: pixels and labels in memory, and which of them are for what."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from hemline.data import Dataset, Photographs, Split
from hemline.data.building.splits import Places, content_split
from hemline.recipes import Recipe
from hemline.training.losses import Several


class Material(NamedTuple):
    """All tensors on one device.

    Attributes:
        pixels: uint8 `(n, h, w)` or `(n, h, w, 3)`, those of the data set, then photographs.
        labels: integers `(n,)`; of photographs also those that are none or one of several classes.
        places: int64, of the pictures of an epoch; a photograph is there many times.
        kept_back: int64, of the pictures of the data set that are not trained on.
        photographs: int64, of the photographs that show a class and are not trained on.
        first_photograph: its place; beyond all pictures where there is none.
        several: labels that the labels from the logits on leave open.
    """

    pixels: Tensor
    labels: Tensor
    places: Tensor
    kept_back: Tensor
    photographs: Tensor
    first_photograph: int
    several: Several = ()

    def on(self, device: torch.device) -> "Material":
        """The same on another device."""
        tensors = {
            name: value.to(device)
            for name, value in self._asdict().items()
            if isinstance(value, Tensor)
        }
        return self._replace(**tensors)  # type: ignore[arg-type]


def gather(recipe: Recipe, dataset: Dataset, photographs: Photographs | None) -> Material:
    """Lay out what `recipe` asks for.

    Raises:
        RecipeError: it asks for photographs and there are none, or the other way round.
    """
    recipe.check_photographs(given=photographs is not None)
    pictures, places, kept_back = _parts(recipe, dataset)
    pixels, labels, others = pictures.pixels, pictures.labels, kept_back[:0]
    several: Several = ()
    if photographs is not None:
        first, several = len(pictures), photographs.several
        mine, others = _looks(recipe, photographs, len(dataset.classes))
        pixels = np.concatenate([pixels, photographs.pixels])
        labels = np.concatenate([labels, photographs.labels])
        places, others = np.concatenate([places, first + mine]), first + others
    labels = labels if labels.dtype == np.uint8 else labels.astype(np.int32)
    return Material(
        torch.tensor(pixels),
        torch.tensor(labels),
        torch.tensor(places),
        torch.tensor(kept_back),
        torch.tensor(others),
        first_photograph=len(pictures),
        several=several,
    )


def balance_classes(recipe: Recipe, material: Material, classes: int) -> Tensor | None:
    """What training adds to the logits so that rare classes are said sooner afterwards.

    Returns:
        float32 `(classes,)`, one more where there is a logit for none of them; None where nothing
        is to be added, or all classes are of one size.
    """
    labels = material.labels[material.places].long()
    counts = torch.bincount(labels[labels < classes], minlength=classes)
    if not recipe.class_balance or (counts == counts[0]).all():
        return None
    logs = counts.clamp(min=1).log()
    offsets = recipe.class_balance * (logs - logs.mean())
    return functional.pad(offsets, (0, int(recipe.outlier_exposure > 0)))


def _looks(recipe: Recipe, photographs: Photographs, classes: int) -> tuple[Places, Places]:
    """Places of the photographs in an epoch, and of those kept back that show a class."""
    labels = photographs.labels
    mine, others = content_split(photographs.pixels, labels, recipe.validation, salt="validation")
    return np.repeat(mine, recipe.photographs), others[labels[others] != classes]


def _parts(recipe: Recipe, dataset: Dataset) -> tuple[Split, Places, Places]:
    """All pictures, and the places of those to train on and of those that are kept back."""
    train, own = dataset.train, dataset.validation
    if not recipe.validation or own is None:
        kept = content_split(
            train.pixels, train.labels, recipe.validation, train.groups, salt="validation"
        )
        return train, *kept
    both = Split(
        np.concatenate([train.pixels, own.pixels]), np.concatenate([train.labels, own.labels])
    )
    places = np.arange(len(both))
    return both, places[: len(train)], places[len(train) :]
