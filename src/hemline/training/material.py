"""What a training works on: pixels and labels in memory, and which of them are for what."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from hemline.data import Photographs, Split, stratified_split
from hemline.errors import RecipeError
from hemline.labels import NONE
from hemline.training.recipe import Recipe


class Material(NamedTuple):
    """All tensors on one device.

    Attributes:
        pixels: uint8 `(n, 28, 28)`, those of the data set, then photographs.
        labels: uint8 `(n,)`, of photographs also `NONE` and `ANY_SHOE`.
        places: int64, of the pictures of an epoch; a photograph is there many times, each time
            with another guess at its garment, until they are all used.
        kept_back: int64, of the pictures of the data set that are not trained on.
        photographs: int64, of the photographs of garments that are not trained on.
    """

    pixels: Tensor
    labels: Tensor
    places: Tensor
    kept_back: Tensor
    photographs: Tensor

    def on(self, device: torch.device) -> "Material":
        """The same on another device."""
        return Material(*(tensor.to(device) for tensor in self))


def gather(recipe: Recipe, train: Split, photographs: Photographs | None, seed: int) -> Material:
    """Lay out what `recipe` asks for.

    Raises:
        RecipeError: it asks for photographs and there are none, or the other way round.
    """
    if bool(recipe.photographs) != (photographs is not None):
        raise RecipeError(
            f"Expected {'photographs' if recipe.photographs else 'no photographs'} for recipe "
            f"{recipe.name}, received {'none' if recipe.photographs else 'some'}; "
            f"{'add' if recipe.photographs else 'leave out'} --photos DIR."
        )
    places, kept_back = stratified_split(train.labels, recipe.validation, seed)
    arrays = [train.pixels, train.labels, places, kept_back, kept_back[:0]]
    if photographs is not None:
        best = photographs.best
        mine, others = stratified_split(photographs.labels[best], recipe.validation, seed)
        looks = [len(train) + photographs.looks(one, recipe.photographs) for one in mine]
        garments = best[others[photographs.labels[best[others]] != NONE]]
        arrays = [
            np.concatenate([train.pixels, photographs.pixels]),
            np.concatenate([train.labels, photographs.labels]),
            np.concatenate([places, *looks]),
            kept_back,
            len(train) + garments,
        ]
    return Material(*map(torch.tensor, arrays))
