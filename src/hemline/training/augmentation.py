"""Augmentation: small changes that leave the garment what it is, a batch at a time."""

import math
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional

from hemline.training.recipe import Recipe

Augmentation = Callable[[Tensor], Tensor]

ERASED_AREA = (0.02, 0.4)  # smallest and largest share of the picture, as in the paper
ERASED_ASPECT = 0.3  # height over width, this to its inverse, as in the paper


def flip(pixels: Tensor, *, generator: torch.Generator) -> Tensor:
    """Mirror half of the pictures left to right; uint8 `(n, 28, 28)` to a copy."""
    chosen = _chances(pixels, generator) < 0.5
    return torch.where(chosen[:, None, None], pixels.flip(2), pixels)


def shift(pixels: Tensor, *, most: int, generator: torch.Generator) -> Tensor:
    """Move each picture by up to `most` pixels each way; black comes in."""
    count, height, width = pixels.shape
    padded = functional.pad(pixels, (most,) * 4)
    windows = padded.unfold(1, height, 1).unfold(2, width, 1)
    size, device = (2, count), pixels.device
    down, right = torch.randint(2 * most + 1, size, generator=generator, device=device)
    return windows[torch.arange(count, device=device), down, right]


def rotate(pixels: Tensor, *, most: float, generator: torch.Generator) -> Tensor:
    """Turn each picture about its centre by up to `most` degrees each way; black comes in."""
    angles = (2 * _chances(pixels, generator) - 1) * math.radians(most)
    sines, cosines, still = angles.sin(), angles.cos(), torch.zeros_like(angles)
    rows = [torch.stack([cosines, -sines, still], 1), torch.stack([sines, cosines, still], 1)]
    values = pixels[:, None].float()
    places = functional.affine_grid(torch.stack(rows, 1), list(values.shape), align_corners=False)
    turned = functional.grid_sample(values, places, align_corners=False)
    return turned[:, 0].round().to(torch.uint8)


def erase(pixels: Tensor, *, share: float, generator: torch.Generator) -> Tensor:
    """Fill a rectangle with noise in a share of the pictures (Zhong et al., 2020)."""
    area, aspect, chosen = (_chances(pixels, generator) for _ in range(3))
    area = ERASED_AREA[0] + area * (ERASED_AREA[1] - ERASED_AREA[0])
    stretch = ERASED_ASPECT ** (aspect - 0.5)  # square root of the aspect
    side = pixels.shape[1]
    rows = _strip(side, side * area.sqrt() * stretch, _chances(pixels, generator))
    columns = _strip(side, side * area.sqrt() / stretch, _chances(pixels, generator))
    mask = rows[:, :, None] & columns[:, None, :] & (chosen < share)[:, None, None]
    noise = torch.empty_like(pixels).random_(0, 256, generator=generator)
    return torch.where(mask, noise, pixels)


def build_augmentation(recipe: Recipe, generator: torch.Generator) -> Augmentation | None:
    """What `recipe` asks for, one after the other; None if it asks for nothing."""
    steps: list[Augmentation] = []
    if recipe.flip:
        steps.append(partial(flip, generator=generator))
    if recipe.rotate:
        steps.append(partial(rotate, most=recipe.rotate, generator=generator))
    if recipe.shift:
        steps.append(partial(shift, most=recipe.shift, generator=generator))
    if recipe.erase:
        steps.append(partial(erase, share=recipe.erase, generator=generator))
    return partial(_all, steps) if steps else None


def _all(steps: list[Augmentation], pixels: Tensor) -> Tensor:
    for step in steps:
        pixels = step(pixels)
    return pixels


def _chances(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """A number from 0 to 1 for each picture."""
    return torch.rand(len(pixels), generator=generator, device=pixels.device)


def _strip(side: int, length: Tensor, chance: Tensor) -> Tensor:
    """Which of `side` places lie in a strip of `length` that begins anywhere; bool `(n, side)`."""
    length = length.round().clamp(1, side)
    begin = (chance * (side + 1 - length)).floor()
    places = torch.arange(side, device=length.device)
    return (places >= begin[:, None]) & (places < (begin + length)[:, None])
