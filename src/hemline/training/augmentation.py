"""Augmentation: small changes that leave the garment what it is, a batch at a time."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional

from hemline.training.distortion import chances, distort, strip
from hemline.training.recipe import Recipe

Augmentation = Callable[[Tensor, Tensor], Tensor]

ERASED_AREA = (0.02, 0.4)  # smallest and largest share of the picture, as in the paper
ERASED_ASPECT = 0.3  # height over width, this to its inverse, as in the paper


def augment(
    recipe: Recipe, generator: torch.Generator, pixels: Tensor, photographs: Tensor
) -> Tensor:
    """What `recipe` asks for, one after the other.

    Photographs are distorted and shifted, and as large a share of the others as `recipe` says.

    Args:
        recipe: says what and how much.
        generator: source of chance.
        pixels: uint8 `(n, 28, 28)`.
        photographs: bool `(n,)`, which of them are.
    """
    if recipe.flip:
        pixels = flip(pixels, generator=generator)
    if recipe.distort == 1:
        pixels = _moved(recipe, generator, pixels)
    else:
        chosen = photographs | (chances(pixels, generator) < recipe.distort)
        if chosen.any():  # the last batch of an epoch may be small
            pixels = pixels.index_put((chosen,), _moved(recipe, generator, pixels[chosen]))
    if recipe.erase:
        pixels = erase(pixels, share=recipe.erase, generator=generator)
    return pixels


def _moved(recipe: Recipe, generator: torch.Generator, pixels: Tensor) -> Tensor:
    pixels = distort(recipe, generator, pixels)
    return shift(pixels, most=recipe.shift, generator=generator) if recipe.shift else pixels


def flip(pixels: Tensor, *, generator: torch.Generator) -> Tensor:
    """Mirror half of the pictures left to right; uint8 `(n, 28, 28)` to a copy."""
    chosen = chances(pixels, generator) < 0.5
    return torch.where(chosen[:, None, None], pixels.flip(2), pixels)


def shift(pixels: Tensor, *, most: int, generator: torch.Generator) -> Tensor:
    """Move each picture by up to `most` pixels each way; black comes in."""
    count, height, width = pixels.shape
    padded = functional.pad(pixels, (most,) * 4)
    windows = padded.unfold(1, height, 1).unfold(2, width, 1)
    size, device = (2, count), pixels.device
    down, right = torch.randint(2 * most + 1, size, generator=generator, device=device)
    return windows[torch.arange(count, device=device), down, right]


def erase(pixels: Tensor, *, share: float, generator: torch.Generator) -> Tensor:
    """Fill a rectangle with noise in a share of the pictures (Zhong et al., 2020)."""
    area, aspect, chosen = (chances(pixels, generator) for _ in range(3))
    area = ERASED_AREA[0] + area * (ERASED_AREA[1] - ERASED_AREA[0])
    stretch = ERASED_ASPECT ** (aspect - 0.5)  # square root of the aspect
    side = pixels.shape[1]
    rows = strip(side, side * area.sqrt() * stretch, chances(pixels, generator))
    columns = strip(side, side * area.sqrt() / stretch, chances(pixels, generator))
    mask = rows[:, :, None] & columns[:, None, :] & (chosen < share)[:, None, None]
    noise = torch.empty_like(pixels).random_(0, 256, generator=generator)
    return torch.where(mask, noise, pixels)


def build_augmentation(recipe: Recipe, generator: torch.Generator) -> Augmentation | None:
    """`augment` for one recipe; None if it asks for nothing."""
    asked = recipe.flip or recipe.distorts or recipe.shift or recipe.erase
    return partial(augment, recipe, generator) if asked else None
