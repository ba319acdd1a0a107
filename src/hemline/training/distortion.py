"""Distortion: what tells a photograph from a catalogue, put on pictures a batch at a time.

Pose, fall of the cloth, light, a lens; ground taken for what is shown and the other way round.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

from hemline.pixels import Background
from hemline.recipes import Recipe

_GROUND = 4  # on a dark background what is brighter is shown
_PADDING = {"dark": "zeros", "": "reflection"}  # of `grid_sample`


def distort(
    recipe: Recipe, generator: torch.Generator, pixels: Tensor, background: Background = "dark"
) -> Tensor:
    """Distort all pictures as `recipe` says, at least one of them.

    Args:
        recipe: says what and how much.
        generator: source of chance.
        pixels: uint8 `(n, h, w)` or `(n, h, w, 3)`.
        background: of the pictures; bright ones are distorted as their negatives.
    """
    if not recipe.distorts:
        return pixels
    if background == "bright":
        return 255 - distort(recipe, generator, 255 - pixels, "dark")
    if recipe.rotate or recipe.stretch:
        pixels = warp(
            pixels,
            degrees=recipe.rotate,
            stretch=recipe.stretch,
            generator=generator,
            background=background,
        )
    if recipe.brightness_contrast:
        most = recipe.brightness_contrast
        pixels = relight(pixels, most=most, generator=generator, background=background)
    if recipe.blur:
        pixels = blur(pixels, share=recipe.blur, generator=generator)
    if recipe.occlusion:
        pixels = occlude(pixels, share=recipe.occlusion, generator=generator)
    return pixels


def warp(
    pixels: Tensor,
    *,
    degrees: float,
    stretch: float = 0.0,
    generator: torch.Generator,
    background: Background = "dark",
) -> Tensor:
    """Turn each picture about its centre and stretch it; background comes in.

    Args:
        pixels: uint8 `(n, h, w)` or `(n, h, w, 3)`.
        degrees: the most that a picture turns, each way.
        stretch: the most that its width and its height change, each by itself, as a logarithm.
        generator: source of chance.
        background: dark, or neither: then the picture is reflected at its edges.
    """
    angles = (2 * chances(pixels, generator) - 1) * math.radians(degrees)
    sines, cosines, still = angles.sin(), angles.cos(), torch.zeros_like(angles)
    rows = [torch.stack([cosines, -sines, still], 1), torch.stack([sines, cosines, still], 1)]
    if stretch:
        sizes = [(stretch * (2 * chances(pixels, generator) - 1)).exp() for _ in range(2)]
        rows = [row * size[:, None] for row, size in zip(rows, sizes, strict=True)]
    values = _channels_first(pixels)
    places = functional.affine_grid(torch.stack(rows, 1), list(values.shape), align_corners=False)
    turned = functional.grid_sample(
        values, places, padding_mode=_PADDING[background], align_corners=False
    )
    return _as_pixels(turned, pixels)


def relight(
    pixels: Tensor, *, most: float, generator: torch.Generator, background: Background = "dark"
) -> Tensor:
    """Change brightness and contrast of what each picture shows; a dark ground stays black.

    Args:
        pixels: uint8 `(n, h, w)` or `(n, h, w, 3)`.
        most: 1 for brightness by up to 100 of 255 and contrast by up to a factor of e, each way.
        generator: source of chance.
        background: dark, or neither: then all of the picture is changed.
    """
    values = pixels.float()
    shown = pixels > _GROUND if background == "dark" else torch.ones_like(pixels, dtype=torch.bool)
    inside = tuple(range(1, pixels.ndim))
    mean = (values * shown).sum(inside) / shown.sum(inside).clamp(min=1)
    contrast = (most * (2 * chances(pixels, generator) - 1)).exp()
    brightness = 100 * most * (2 * chances(pixels, generator) - 1)
    mean, contrast, brightness = (
        per_picture(each, pixels) for each in (mean, contrast, brightness)
    )
    least = 2 * _GROUND if background == "dark" else 0
    changed = (mean + (values - mean) * contrast + brightness).clamp(least, 255)
    return changed.round().to(torch.uint8).where(shown, pixels)


def blur(pixels: Tensor, *, share: float, generator: torch.Generator) -> Tensor:
    """Blend a share of the pictures with their means over 3x3 pixels."""
    values, chosen = _channels_first(pixels), chances(pixels, generator) < share
    means = functional.avg_pool2d(values, 3, 1, 1)
    blend = (chances(pixels, generator) * chosen)[:, None, None, None]
    return _as_pixels(values + blend * (means - values), pixels)


def occlude(pixels: Tensor, *, share: float, generator: torch.Generator) -> Tensor:
    """Put one even rectangle into a share of the pictures: ground left over, or a part lost."""
    height, width, level = (chances(pixels, generator) for _ in range(3))
    rows, columns = (
        strip(edge, (1 + 4 * length) * edge / 14, chances(pixels, generator))
        for edge, length in zip(pixels.shape[1:3], (height, width), strict=True)
    )
    chosen = (chances(pixels, generator) < share)[:, None, None]
    mask = rows[:, :, None] & columns[:, None, :] & chosen
    filling = (510 * (level - 0.5)).clamp(min=0).to(torch.uint8)  # black in half of the pictures
    mask = mask if pixels.ndim == 3 else mask[..., None]
    return torch.where(mask, per_picture(filling, pixels), pixels)


def padded(pixels: Tensor, by: int, background: Background) -> Tensor:
    """With `by` more pixels at every edge: background, or the picture reflected."""
    ends = (by,) * 4 if pixels.ndim == 3 else (0, 0, *(by,) * 4)
    if background:
        return functional.pad(pixels, ends, value=0 if background == "dark" else 255)
    height, width = (_reflected(edge, by).to(pixels.device) for edge in pixels.shape[1:3])
    return pixels[:, height][:, :, width]


def _reflected(edge: int, by: int) -> Tensor:
    """Places of an edge of so many pixels, continued by reflection at both ends."""
    places = torch.arange(-by, edge + by).abs()
    return torch.where(places >= edge, 2 * (edge - 1) - places, places)


def per_picture(values: Tensor, pixels: Tensor) -> Tensor:
    """One value a picture, `(n,)`, in a shape that broadcasts over `pixels`."""
    return values.reshape(-1, *[1] * (pixels.ndim - 1))


def chances(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """A number from 0 to 1 for each picture."""
    return torch.rand(len(pixels), generator=generator, device=pixels.device)


def strip(side: int, length: Tensor, chance: Tensor) -> Tensor:
    """Which of `side` places lie in a strip of `length` that begins anywhere; bool `(n, side)`."""
    length = length.round().clamp(1, side)
    begin = (chance * (side + 1 - length)).floor()
    places = torch.arange(side, device=length.device)
    return (places >= begin[:, None]) & (places < (begin + length)[:, None])


def _channels_first(pixels: Tensor) -> Tensor:
    """float32 `(n, c, h, w)` of pixels."""
    values = pixels.float()
    return values[:, None] if pixels.ndim == 3 else values.movedim(3, 1)


def _as_pixels(values: Tensor, like: Tensor) -> Tensor:
    """uint8 pixels of the shape of `like`, from `(n, c, h, w)`."""
    rounded = values.round().to(torch.uint8)
    return rounded[:, 0] if like.ndim == 3 else rounded.movedim(1, 3).contiguous()
