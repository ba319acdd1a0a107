"""Distortion: what tells a photograph from a catalogue, put on pictures a batch at a time.

Pose, fall of the cloth, light, a lens; ground taken for garment and garment taken for ground.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

from hemline.training.recipe import Recipe

_GROUND = 4  # brighter is garment


def distort(recipe: Recipe, generator: torch.Generator, pixels: Tensor) -> Tensor:
    """Distort all pictures as `recipe` says; uint8 `(n, 28, 28)`, at least one."""
    if recipe.rotate or recipe.stretch:
        pixels = warp(pixels, degrees=recipe.rotate, stretch=recipe.stretch, generator=generator)
    if recipe.tone:
        pixels = tone(pixels, most=recipe.tone, generator=generator)
    if recipe.soften:
        pixels = soften(pixels, share=recipe.soften, generator=generator)
    if recipe.patch:
        pixels = patch(pixels, share=recipe.patch, generator=generator)
    return pixels


def warp(
    pixels: Tensor, *, degrees: float, stretch: float = 0.0, generator: torch.Generator
) -> Tensor:
    """Turn each picture about its centre and stretch it; black comes in.

    Args:
        pixels: uint8 `(n, 28, 28)`.
        degrees: the most that a picture turns, each way.
        stretch: the most that its width and its height change, each by itself, as a logarithm.
        generator: source of chance.
    """
    angles = (2 * chances(pixels, generator) - 1) * math.radians(degrees)
    sines, cosines, still = angles.sin(), angles.cos(), torch.zeros_like(angles)
    rows = [torch.stack([cosines, -sines, still], 1), torch.stack([sines, cosines, still], 1)]
    if stretch:
        sizes = [(stretch * (2 * chances(pixels, generator) - 1)).exp() for _ in range(2)]
        rows = [row * size[:, None] for row, size in zip(rows, sizes, strict=True)]
    values = pixels[:, None].float()
    places = functional.affine_grid(torch.stack(rows, 1), list(values.shape), align_corners=False)
    turned = functional.grid_sample(values, places, align_corners=False)
    return turned[:, 0].round().to(torch.uint8)


def tone(pixels: Tensor, *, most: float, generator: torch.Generator) -> Tensor:
    """Change brightness and contrast of each garment; its ground stays black.

    Args:
        pixels: uint8 `(n, 28, 28)`.
        most: 1 for brightness by up to 100 of 255 and contrast by up to a factor of e, each way.
        generator: source of chance.
    """
    values, garment = pixels.float(), pixels > _GROUND
    mean = (values * garment).sum((1, 2)) / garment.sum((1, 2)).clamp(min=1)
    contrast = (most * (2 * chances(pixels, generator) - 1)).exp()
    brightness = 100 * most * (2 * chances(pixels, generator) - 1)
    mean, contrast, brightness = (each[:, None, None] for each in (mean, contrast, brightness))
    changed = (mean + (values - mean) * contrast + brightness).clamp(2 * _GROUND, 255)
    return changed.round().to(torch.uint8).where(garment, pixels)


def soften(pixels: Tensor, *, share: float, generator: torch.Generator) -> Tensor:
    """Blend a share of the pictures with their means over 3x3 pixels."""
    values, chosen = pixels.float(), chances(pixels, generator) < share
    means = functional.avg_pool2d(values[:, None], 3, 1, 1)[:, 0]
    blend = (chances(pixels, generator) * chosen)[:, None, None]
    return (values + blend * (means - values)).round().to(torch.uint8)


def patch(pixels: Tensor, *, share: float, generator: torch.Generator) -> Tensor:
    """Put one even rectangle into a share of the pictures: ground left over, garment lost."""
    height, width, level = (chances(pixels, generator) for _ in range(3))
    rows, columns = (
        strip(pixels.shape[1], 2 + 8 * length, chances(pixels, generator))
        for length in (height, width)
    )
    chosen = (chances(pixels, generator) < share)[:, None, None]
    mask = rows[:, :, None] & columns[:, None, :] & chosen
    filling = (510 * (level - 0.5)).clamp(min=0).to(torch.uint8)  # black in half of the pictures
    return torch.where(mask, filling[:, None, None], pixels)


def chances(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """A number from 0 to 1 for each picture."""
    return torch.rand(len(pixels), generator=generator, device=pixels.device)


def strip(side: int, length: Tensor, chance: Tensor) -> Tensor:
    """Which of `side` places lie in a strip of `length` that begins anywhere; bool `(n, side)`."""
    length = length.round().clamp(1, side)
    begin = (chance * (side + 1 - length)).floor()
    places = torch.arange(side, device=length.device)
    return (places >= begin[:, None]) & (places < (begin + length)[:, None])
