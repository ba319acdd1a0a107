"""Photographs changed, and new ones made of garments cut out and laid on other grounds.

Of what is laid the mask is exact. Garments of nearly one colour, grounds nearly of the garment's,
two garments side by side, and grounds with nothing on them are among them.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

COMPOSITES = 0.45  # of a batch
TWO, NONE, PLAIN, EVEN, ALIKE, EDGED = 0.2, 0.1, 0.12, 0.2, 0.1, 0.35  # shares of the composites
_LEAST = 18  # pixels of a strip of ground that is worth keeping


class Taught(NamedTuple):
    """Photographs float32 `(n, 3, e, e)` of 0..255, masks `(n, 1, e, e)` of 0..1, and grounds."""

    colours: Tensor
    masks: Tensor
    grounds: Tensor


def grounds_of(colours: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """What lies beside the garments, mirrored until it fills a picture; uint8 `(m, e, e, 3)`."""
    found = [_ground(picture, mask > 10) for picture, mask in zip(colours, masks, strict=True)]
    return np.stack([ground for ground in found if ground is not None])


def _ground(picture: np.ndarray, mask: np.ndarray) -> np.ndarray | None:
    edge = len(mask)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    top, bottom, left, right = rows[0] - 2, rows[-1] + 3, columns[0] - 2, columns[-1] + 3
    strips = (picture[: max(0, top)], picture[bottom:])
    strips += (picture[:, : max(0, left)], picture[:, right:])
    strip = max(strips, key=lambda one: one.size if min(one.shape[:2]) >= _LEAST else 0)
    if min(strip.shape[:2]) < _LEAST:
        return None
    margins = [(0, edge - side) for side in strip.shape[:2]]
    return np.pad(strip, [*margins, (0, 0)], mode="symmetric")


def batch(taught: Taught, places: Tensor) -> tuple[Tensor, Tensor]:
    """Photographs at `places`, some changed as a whole and some made composites of; and masks."""
    composed = torch.rand(len(places)) < COMPOSITES
    colours, masks = taught.colours[places].clone(), taught.masks[places].clone()
    turns = _turns(int((~composed).sum()))
    colours[~composed] = _relit(_warped(colours[~composed], turns))
    masks[~composed] = _warped(masks[~composed], turns)
    colours[composed], masks[composed] = _composites(taught, places[composed])
    return colours, masks


def _composites(taught: Taught, places: Tensor) -> tuple[Tensor, Tensor]:
    count = len(places)
    ground = _grounds(taught, count)
    garment, mask = _garments(taught, places, _turns(count))
    ground = torch.where(_some(count, ALIKE), _alike(ground, garment, mask), ground)
    made = _lay(ground, garment, mask)
    two, none = (_some(count, share)[:, 0, 0, 0] for share in (TWO, NONE))
    if two.any():
        pairs = int(two.sum())
        left = _garments(taught, places[two], _halved(pairs, 0.9))
        others = torch.randint(len(taught.colours), (pairs,))
        right = _garments(taught, others, _halved(pairs, -0.9))
        made[two] = _lay(_lay(ground[two], *left), *right)
        mask[two] = torch.maximum(left[1], right[1])
    made[none], mask[none] = ground[none], 0.0
    return made, mask


def _garments(taught: Taught, places: Tensor, turns: Tensor) -> tuple[Tensor, Tensor]:
    """Turned and lit anew, with their masks; some nearly of one colour."""
    colours = _relit(_warped(taught.colours[places], turns))
    mask = _warped(taught.masks[places], turns, "zeros")
    mean = _mean(colours, mask)
    left = 3 * PLAIN * torch.rand(len(places), 1, 1, 1)
    return torch.where(_some(len(places), PLAIN), mean + (colours - mean) * left, colours), mask


def _grounds(taught: Taught, count: int) -> Tensor:
    """Some are nearly even, and some end at a line where another one begins."""
    grounds, others = (
        _relit(_warped(taught.grounds[torch.randint(len(taught.grounds), (count,))], turns))
        for turns in (_turns(count), _turns(count))
    )
    grey = 255 * torch.rand(count, 1, 1, 1)
    tint = grey + 255 * (torch.rand(count, 3, 1, 1) - 0.5) * torch.rand(count, 1, 1, 1)
    even = tint + 8 * torch.rand(count, 1, 1, 1) * torch.randn_like(grounds)
    grounds = torch.where(_some(count, EVEN), even.clamp(0, 255), grounds)
    down, across = _slopes(grounds)
    side = down + across > 1.6 * torch.rand(count, 1, 1, 1) - 0.8
    return torch.where(side & _some(count, EDGED), others, grounds)


def _alike(ground: Tensor, garment: Tensor, mask: Tensor) -> Tensor:
    """The ground in nearly the colour of the garment."""
    tint = _mean(garment, mask) + 12 * torch.randn(len(ground), 3, 1, 1)
    return (0.6 * (ground - ground.mean((2, 3), keepdim=True)) + tint).clamp(0, 255)


def _lay(ground: Tensor, garment: Tensor, mask: Tensor) -> Tensor:
    """A garment on a ground, with soft edges and mostly a shadow."""
    soft = functional.avg_pool2d(functional.pad(mask, (1,) * 4, mode="replicate"), 3, 1)
    fallen = functional.pad(mask.roll((2, 2), (2, 3)), (4,) * 4)
    dark = 0.5 * torch.rand(len(mask), 1, 1, 1) * _some(len(mask), 0.6)
    shade = functional.avg_pool2d(fallen, 9, 1) * dark * (1 - soft)
    return garment * soft + ground * (1 - shade) * (1 - soft)


def _mean(colours: Tensor, mask: Tensor) -> Tensor:
    inside = (2, 3)
    area = mask.sum(inside, keepdim=True).clamp(min=1)
    return (colours * mask).sum(inside, keepdim=True) / area


def _some(count: int, share: float) -> Tensor:
    return torch.rand(count, 1, 1, 1) < share


def _turns(count: int) -> Tensor:
    """Affine maps: mirrored or not, a little turned, larger or smaller, shifted."""
    angles = 0.15 * torch.randn(count)
    wide = (0.18 * torch.randn(count) + 0.5 * torch.rand(count) - 0.2).exp()
    tall = wide * (0.12 * torch.randn(count)).exp()
    mirror = 1 - 2 * (torch.rand(count) < 0.5).float()
    rows = [
        torch.stack([angles.cos() * wide * mirror, -angles.sin() * wide], 1),
        torch.stack([angles.sin() * tall * mirror, angles.cos() * tall], 1),
    ]
    return torch.cat([torch.stack(rows, 1), 0.12 * torch.randn(count, 2, 1)], 2)


def _halved(count: int, shift: float) -> Tensor:
    """As `_turns`, for a garment that takes half of the picture."""
    turns = _turns(count) * torch.tensor([1.9, 1.3])[None, :, None]
    turns[:, 0, 2] = turns[:, 0, 2] / 1.9 + shift
    return turns


def _warped(images: Tensor, turns: Tensor, beyond: str = "border") -> Tensor:
    places = functional.affine_grid(turns, list(images.shape), align_corners=False)
    return functional.grid_sample(images, places, padding_mode=beyond, align_corners=False)


def _relit(colours: Tensor) -> Tensor:
    """Another gamma, exposure, tint, contrast and saturation, light from a side, noise."""
    count = len(colours)

    def spread(by: float, channels: int = 1) -> Tensor:
        return (by * torch.randn(count, channels, 1, 1)).exp()

    values = (colours / 255) ** spread(0.3) * spread(0.08, 3) * spread(0.2)
    mean = values.mean((1, 2, 3), keepdim=True)
    values = mean + (values - mean) * spread(0.2)
    grey = values.mean(1, keepdim=True)
    values = grey + (values - grey) * spread(0.3)
    down, across = _slopes(values)
    values = values * (1 + 0.15 * (down + across))
    noise = 0.04 * torch.rand(count, 1, 1, 1) * torch.randn_like(values)
    return 255 * (values + noise).clamp(0, 1)


def _slopes(images: Tensor) -> tuple[Tensor, Tensor]:
    """From one side to the other, down and across, each as steep as chance has it."""
    way = torch.linspace(-1, 1, images.shape[-1])
    steep = torch.randn(len(images), 2, 1, 1)
    return steep[:, :1] * way[:, None], steep[:, 1:] * way
