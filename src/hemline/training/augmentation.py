"""Augmentation: small changes that leave a picture what it is, a batch at a time."""

from collections.abc import Callable

import torch
from torch import Tensor

from hemline.pixels import Background
from hemline.recipes import Recipe
from hemline.training.distortion import chances, distort, padded, per_picture, strip

Augmentation = Callable[[Tensor, Tensor], Tensor]

ERASED_AREA = (0.02, 0.4)  # smallest and largest share of the picture, as in the paper
ERASED_ASPECT = 0.3  # height over width, this to its inverse, as in the paper


class Augmenter:
    """What a recipe asks for, one change after the other.

    Photographs are distorted and shifted, and as large a share of the others as the recipe says.

    Args:
        recipe: says what and how much.
        generator: source of chance.
        mirror: whether half of the pictures are mirrored.
        background: of the pictures; what comes in at their edges.
    """

    def __init__(
        self, recipe: Recipe, generator: torch.Generator, *, mirror: bool, background: Background
    ) -> None:
        self.recipe, self.generator = recipe, generator
        self.mirror, self.background = mirror, background

    def __call__(self, pixels: Tensor, photographs: Tensor) -> Tensor:
        """Change a batch.

        Args:
            pixels: uint8 `(n, h, w)` or `(n, h, w, 3)`.
            photographs: bool `(n,)`, which of them are.
        """
        if self.mirror:
            pixels = flip(pixels, generator=self.generator)
        if self.recipe.augment_share == 1:
            pixels = self._moved(pixels)
        else:
            some = chances(pixels, self.generator) < self.recipe.augment_share
            chosen = photographs | some
            if chosen.any():  # the last batch of an epoch may be small
                pixels = pixels.index_put((chosen,), self._moved(pixels[chosen]))
        if self.recipe.random_erasing:
            pixels = erase(pixels, share=self.recipe.random_erasing, generator=self.generator)
        return pixels

    def _moved(self, pixels: Tensor) -> Tensor:
        pixels = distort(self.recipe, self.generator, pixels, self.background)
        most = self.recipe.shift
        if not most:
            return pixels
        return shift(pixels, most=most, generator=self.generator, background=self.background)


def flip(pixels: Tensor, *, generator: torch.Generator) -> Tensor:
    """Mirror half of the pictures left to right, into a copy."""
    chosen = chances(pixels, generator) < 0.5
    return torch.where(per_picture(chosen, pixels), pixels.flip(2), pixels)


def shift(
    pixels: Tensor, *, most: int, generator: torch.Generator, background: Background = "dark"
) -> Tensor:
    """Move each picture by up to `most` pixels each way; background comes in."""
    count, height, width = pixels.shape[:3]
    windows = padded(pixels, most, background).unfold(1, height, 1).unfold(2, width, 1)
    size, device = (2, count), pixels.device
    down, right = torch.randint(2 * most + 1, size, generator=generator, device=device)
    moved = windows[torch.arange(count, device=device), down, right]
    return moved if pixels.ndim == 3 else moved.movedim(1, 3)


def erase(pixels: Tensor, *, share: float, generator: torch.Generator) -> Tensor:
    """Fill a rectangle with noise in a share of the pictures (Zhong et al., 2020)."""
    area, aspect, chosen = (chances(pixels, generator) for _ in range(3))
    area = ERASED_AREA[0] + area * (ERASED_AREA[1] - ERASED_AREA[0])
    stretch = ERASED_ASPECT ** (aspect - 0.5)  # square root of the aspect
    height, width = pixels.shape[1:3]
    rows = strip(height, height * area.sqrt() * stretch, chances(pixels, generator))
    columns = strip(width, width * area.sqrt() / stretch, chances(pixels, generator))
    mask = rows[:, :, None] & columns[:, None, :] & (chosen < share)[:, None, None]
    noise = torch.empty_like(pixels).random_(0, 256, generator=generator)
    return torch.where(mask if pixels.ndim == 3 else mask[..., None], noise, pixels)


def build_augmentation(
    recipe: Recipe, generator: torch.Generator, *, mirror: bool, background: Background
) -> Augmentation | None:
    """What one recipe asks for; None if that is nothing."""
    if not (mirror or recipe.distorts or recipe.shift or recipe.random_erasing):
        return None
    return Augmenter(recipe, generator, mirror=mirror, background=background)
