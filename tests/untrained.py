"""Model files of any classes and form, without a training: their weights are chance."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from hemline.networks import Network
from hemline.photos import Intake
from hemline.pixels import Form, Pixels
from hemline.training.calibration import Calibration
from hemline.training.export import export_model
from hemline.training.finishing import finish
from hemline.training.material import Material
from tests.networks.building import build


def pictures(form: Form, count: int, seed: int = 0) -> Pixels:
    """Noise with a border of the background."""
    pixels = np.random.default_rng(seed).integers(0, 256, (count, *form.shape), np.uint8)
    inner = np.zeros(form.shape, dtype=bool)
    inner[1:-1, 1:-1] = True
    return np.where(inner, pixels, np.uint8(255 if form.background == "bright" else 0))


def write_untrained(
    path: Path,
    classes: Sequence[str],
    form: Form,
    *,
    kind: str = "conv",
    widths: tuple[int, ...] = (8, 8),
    calibration: Calibration | None = None,
    intake: Intake | None = None,
    **options: object,
) -> Network:
    """Write a model file; return its network."""
    network = build(kind, widths, 1, form=form, outputs=len(classes), **options)
    pixels = torch.tensor(pictures(form, 4 * len(classes)))
    network.train()(pixels[:40])  # statistics not those of the beginning
    labels = torch.arange(len(pixels)) % len(classes)
    places = torch.arange(len(pixels))
    material = Material(pixels, labels, places, places[:0], places[:0], len(pixels))
    finished = finish(network, material, classes=len(classes), calibrate=False, bfloat16=False)
    metadata = {
        **{key: {} for key in ("versions", "figures")},
        **dict.fromkeys(("seed", "parameters"), 0),
        "recipe": {"name": "noise", "network": kind, "widths": list(widths)},
        "data": {"name": "noise", "drawn": False, "n": 0, "sha256": ""},
        "layers": [],
        "classes": list(classes),
        "intake": (intake or Intake(form)).describe(),
    }
    path.write_bytes(export_model(network, metadata, finished._replace(calibration=calibration)))
    return network
