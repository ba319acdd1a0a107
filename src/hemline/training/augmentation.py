"""Augmentation: small changes that leave the garment what it is, a batch at a time."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from hemline.training.recipe import Recipe


@dataclass(frozen=True)
class Augmentation:
    """What is done to a batch of pictures, each picture by its own chance.

    Attributes:
        flip: mirror half of the pictures left to right.
        shift: move by up to so many pixels each way; black comes in.
        generator: source of chance.
    """

    flip: bool
    shift: int
    generator: torch.Generator

    def __call__(self, pixels: Tensor) -> Tensor:
        """Pixels uint8 `(n, 28, 28)` to a changed copy."""
        if self.flip:
            pixels = self._flipped(pixels)
        if self.shift:
            pixels = self._shifted(pixels)
        return pixels

    def _flipped(self, pixels: Tensor) -> Tensor:
        chosen = torch.rand(len(pixels), generator=self.generator) < 0.5
        return torch.where(chosen[:, None, None], pixels.flip(2), pixels)

    def _shifted(self, pixels: Tensor) -> Tensor:
        count, height, width = pixels.shape
        padded = functional.pad(pixels, (self.shift,) * 4)
        windows = padded.unfold(1, height, 1).unfold(2, width, 1)
        places = 2 * self.shift + 1
        down, right = torch.randint(places, (2, count), generator=self.generator)
        return windows[torch.arange(count), down, right]


def build_augmentation(recipe: Recipe, generator: torch.Generator) -> Augmentation | None:
    """What `recipe` asks for; None if it asks for nothing."""
    if not (recipe.flip or recipe.shift):
        return None
    return Augmentation(recipe.flip, recipe.shift, generator)
