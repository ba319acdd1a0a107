"""Estrangement: garments become pictures of nothing in particular, to learn what is none of them.

Training on pictures that are foreign for certain teaches a network to know others (Hendrycks et
al., 2019). All are made from the batch itself or drawn, so that nothing has to be collected.
"""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional

from hemline.labels import NONE
from hemline.training.recipe import Recipe

Estrangement = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
_COARSE = 7  # edge of the smoothest noise
_POINTS = 40  # on a stroke: closer than a pixel


def estrange(
    pixels: Tensor, targets: Tensor, *, share: float, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Make a share of a batch foreign.

    Args:
        pixels: uint8 `(n, 28, 28)`.
        targets: int64 `(n,)`.
        share: of the batch.
        generator: source of chance.

    Returns:
        Both, as copies; the targets of the foreign pictures are `NONE`.
    """
    chances = torch.rand(len(pixels), generator=generator, device=pixels.device)
    kinds = (chances / share * len(KINDS)).long()  # beyond the last one: a garment stays
    pixels, targets = pixels.clone(), targets.masked_fill(kinds < len(KINDS), NONE)
    for place, make in enumerate(KINDS):
        chosen = kinds == place
        pixels[chosen] = make(pixels[chosen], generator)
    return pixels, targets


def upside_down(pixels: Tensor, _generator: torch.Generator) -> Tensor:
    """Garments on their heads."""
    return pixels.flip(1)


def lying(pixels: Tensor, _generator: torch.Generator) -> Tensor:
    """Garments on their sides."""
    return pixels.transpose(1, 2)


def rolled(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Quarters in another order: what was in the middle is in the corners."""
    side = pixels.shape[1]
    span, device = (side // 4, 3 * side // 4), pixels.device
    down, right = torch.randint(*span, (2,), generator=generator, device=device).tolist()
    return pixels.roll((down, right), (1, 2))


def halves(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """The upper half of one garment above the lower half of another."""
    mixed = pixels[torch.randperm(len(pixels), generator=generator, device=pixels.device)]
    middle = pixels.shape[1] // 2
    return torch.cat([pixels[:, :middle], mixed[:, middle:]], 1)


def noise(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Noise, clouds, or one even grey."""
    count, side = len(pixels), pixels.shape[1]
    rand = partial(torch.rand, generator=generator, device=pixels.device)
    coarse = rand(count, 1, _COARSE, _COARSE)
    cloud = functional.interpolate(coarse, size=side, mode="bilinear")[:, 0]
    blend, kind, even = (rand(count, 1, 1) for _ in range(3))
    grained = blend * cloud + (1 - blend) * rand(count, side, side)
    made = torch.where(kind < 0.4, grained, torch.where(kind < 0.7, even, cloud))
    return (255 * made).to(torch.uint8)


def strokes(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """One curved stroke (a cubic Bezier curve), as of a pen."""
    count, side, device = len(pixels), pixels.shape[1], pixels.device
    ends = 2 + (side - 4) * torch.rand(count, 4, 1, 2, generator=generator, device=device)
    way = torch.linspace(0, 1, _POINTS, device=device)[:, None]
    left = 1 - way
    curve = left**3 * ends[:, 0] + 3 * left**2 * way * ends[:, 1]
    curve = curve + 3 * left * way**2 * ends[:, 2] + way**3 * ends[:, 3]
    places = torch.arange(side, device=device)
    rows, columns = (curve[..., None, axis] - places for axis in range(2))
    distance = (rows[..., :, None] ** 2 + columns[..., None, :] ** 2).amin(1)
    width = 0.8 + 2 * torch.rand(count, 1, 1, generator=generator, device=device)
    return (255 * (-distance / width**2).exp()).to(torch.uint8)


KINDS = (upside_down, lying, rolled, halves, noise, strokes)


def build_estrangement(recipe: Recipe, generator: torch.Generator) -> Estrangement | None:
    """What `recipe` asks for; None if it asks for nothing."""
    if not recipe.foreign:
        return None
    return partial(estrange, share=recipe.foreign, generator=generator)
