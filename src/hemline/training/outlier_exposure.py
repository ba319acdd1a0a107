"""Outlier exposure: pictures of nothing in particular, to learn what is none of the classes.

Training on pictures that are outliers for certain teaches a network to know others (Hendrycks et
al., 2019). All are made from the batch itself or drawn, so that nothing has to be collected.
"""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor
from torch.nn import functional

from hemline.recipes import Recipe

OutlierExposure = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
_COARSE = 7  # edge of the smoothest noise
_POINTS = 40  # on a stroke: closer than a pixel


def expose_outliers(
    pixels: Tensor, targets: Tensor, *, none: int, share: float, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Make outliers of a share of a batch.

    Args:
        pixels: uint8 `(n, h, w)` or `(n, h, w, 3)`.
        targets: int64 `(n,)`.
        none: the label of none of the classes.
        share: of the batch.
        generator: source of chance.

    Returns:
        Both, as copies; the targets of the outliers are `none`.
    """
    chances = torch.rand(len(pixels), generator=generator, device=pixels.device)
    kinds = (chances / share * len(KINDS)).long()  # beyond the last one: a garment stays
    pixels, targets = pixels.clone(), targets.masked_fill(kinds < len(KINDS), none)
    for place, make in enumerate(KINDS):
        chosen = kinds == place
        pixels[chosen] = make(pixels[chosen], generator)
    return pixels, targets


def upside_down(pixels: Tensor, _generator: torch.Generator) -> Tensor:
    """On their heads."""
    return pixels.flip(1)


def lying(pixels: Tensor, _generator: torch.Generator) -> Tensor:
    """On their sides; where pictures are not square, turned by half."""
    if pixels.shape[1] != pixels.shape[2]:
        return pixels.flip(1, 2)
    return pixels.transpose(1, 2)


def rolled(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Quarters in another order: what was in the middle is in the corners."""
    far = [
        int(torch.randint(side // 4, 3 * side // 4, (), generator=generator, device=pixels.device))
        for side in pixels.shape[1:3]
    ]
    return pixels.roll(far, (1, 2))


def halves(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """The upper half of one picture above the lower half of another."""
    mixed = pixels[torch.randperm(len(pixels), generator=generator, device=pixels.device)]
    middle = pixels.shape[1] // 2
    return torch.cat([pixels[:, :middle], mixed[:, middle:]], 1)


def noise(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Noise, clouds, or one even grey."""
    count, height, width = pixels.shape[:3]
    rand = partial(torch.rand, generator=generator, device=pixels.device)
    coarse = rand(count, 1, _COARSE, _COARSE)
    cloud = functional.interpolate(coarse, size=(height, width), mode="bilinear")[:, 0]
    blend, kind, even = (rand(count, 1, 1) for _ in range(3))
    grained = blend * cloud + (1 - blend) * rand(count, height, width)
    made = torch.where(kind < 0.4, grained, torch.where(kind < 0.7, even, cloud))
    return _of_form((255 * made).to(torch.uint8), pixels)


def strokes(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """One curved stroke (a cubic Bezier curve), as of a pen."""
    count, height, width = pixels.shape[:3]
    device = pixels.device
    edges = torch.tensor([height, width], device=device)
    ends = 2 + (edges - 4) * torch.rand(count, 4, 1, 2, generator=generator, device=device)
    way = torch.linspace(0, 1, _POINTS, device=device)[:, None]
    left = 1 - way
    curve = left**3 * ends[:, 0] + 3 * left**2 * way * ends[:, 1]
    curve = curve + 3 * left * way**2 * ends[:, 2] + way**3 * ends[:, 3]
    rows, columns = (
        curve[..., None, axis] - torch.arange(edge, device=device)
        for axis, edge in enumerate((height, width))
    )
    distance = (rows[..., :, None] ** 2 + columns[..., None, :] ** 2).amin(1)
    thick = 0.8 + 2 * torch.rand(count, 1, 1, generator=generator, device=device)
    return _of_form((255 * (-distance / thick**2).exp()).to(torch.uint8), pixels)


def _of_form(grey: Tensor, pixels: Tensor) -> Tensor:
    """Grey `(n, h, w)`, in every channel where the pictures have several."""
    return grey if pixels.ndim == 3 else grey[..., None].expand_as(pixels)


KINDS = (upside_down, lying, rolled, halves, noise, strokes)


def build_outlier_exposure(
    recipe: Recipe, classes: int, generator: torch.Generator
) -> OutlierExposure | None:
    """What `recipe` asks for, with so many classes; None if it asks for nothing."""
    if not recipe.outlier_exposure:
        return None
    share = recipe.outlier_exposure
    return partial(expose_outliers, none=classes, share=share, generator=generator)
