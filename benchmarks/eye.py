"""The eye made anew: what finds the garment in a photograph.

    python benchmarks/eye.py --photos DIR --out eye.onnx [--rounds 3] [--epochs 30] [--judge DIR]

DIR has photographs in folders, whatever these are called. Nobody has drawn masks for them. The
first round learns what most of seven guesses agree on (eye_teacher.py), and composites whose masks
are exact (eye_composites.py). Every further round learns the guess that is most like what the eye
of the round before has seen, which by then is right more often than any guess. For photographs on
which eye and guesses disagreed most there are masks drawn by hand (eye_by_hand.json).

With --judge, the overlap (intersection over union) with 60 masks drawn by hand of the photographs
there, beside that of the teacher's best guess. It takes an hour on two cores.
"""

import copy
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from common import ROOT, Environment, command_line, write_result
from eye_composites import Taught, batch, grounds_of
from eye_network import Eye, export_eye
from torch import Tensor
from torch.nn import functional

from hemline.photos import pictures_in
from hemline.photos.eye import EDGE

sys.path.insert(0, str(ROOT.parent))
from tests.photos.by_hand import hand_drawn

OPENCV = Environment(
    "opencv",
    ["opencv-python-headless==5.0.0.93", "pillow==13.0.0", "onnxruntime==1.32.0", "numpy==2.4.6"],
    {"PYTHONPATH": str(ROOT.parent / "src")},
)
DRAWN = ROOT / "eye_by_hand.json"
BATCH, RATE, DECAY = 32, 3e-3, 1e-2
_AGREE, _MOST = 0.9, 4  # overlap of the last guess with so many of the others: it is sure
_SURE, _LIKELY = 0.9, 0.82  # overlap of a guess with what the eye sees; the second counts half
_DRAWN = 3.0  # weight of what was drawn: where guesses fail
_KEPT = 0.995  # of the mean of the weights, at each step


def teacher(photos: list[Path], work: Path) -> tuple[np.ndarray, np.ndarray]:
    """What the eye sees of each photograph, and seven guesses at each."""
    file = work / "teacher.npz"
    command = [OPENCV.python(), str(ROOT / "eye_teacher.py"), *map(str, photos)]
    variables = {**os.environ, **OPENCV.variables}
    subprocess.run([*command, "--out", str(file)], check=True, env=variables)
    with np.load(file) as taught:
        return taught["colours"], taught["guesses"]


def overlaps(masks: np.ndarray, guesses: np.ndarray) -> np.ndarray:
    """Of masks `(n, e, e)` with guesses `(n, g, e, e)`, as large as 128: `(n, g)`."""
    mask, guess = masks[:, None] >= 128, guesses >= 128
    both, either = (mask & guess).sum((2, 3)), (mask | guess).sum((2, 3))
    return both / np.maximum(either, 1)


def agreed(guesses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The last guess, and weight 1 where most of the others are like it, else 0."""
    alike = overlaps(guesses[:, -1], guesses[:, :-1]) > _AGREE
    return guesses[:, -1], (alike.sum(axis=1) >= _MOST).astype(np.float32)


def most_like(seen: np.ndarray, guesses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The guess that is most like what the eye has seen, and how much it counts."""
    alike = overlaps(seen, guesses)
    best, likeness = alike.argmax(axis=1), alike.max(axis=1)
    weights = np.where(likeness > _SURE, 1.0, np.where(likeness > _LIKELY, 0.5, 0.0))
    return guesses[np.arange(len(best)), best], weights.astype(np.float32)


def by_hand(
    photos: list[Path], masks: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The masks and weights with those that are drawn in place of what was learned from guesses."""
    masks, weights = masks.copy(), weights.copy()
    drawn = hand_drawn(EDGE, DRAWN)
    for place, photo in enumerate(photos):
        if (mask := drawn.get(f"{photo.parent.name}/{photo.name}")) is not None:
            masks[place], weights[place] = mask, _DRAWN
    return masks, weights


def train(
    eye: Eye, colours: np.ndarray, masks: np.ndarray, weights: np.ndarray, epochs: int
) -> Eye:
    """The mean of an eye's weights over a training that begins with those it has."""
    kept = np.flatnonzero(weights)
    if len(kept) < BATCH:
        sys.exit(f"Expected at least {BATCH} photographs that are sure, received {len(kept)}.")
    grounds = grounds_of(colours[kept], masks[kept])
    taught = Taught(_images(colours[kept]), _images(masks[kept, ..., None]) / 255, _images(grounds))
    counts = torch.from_numpy(weights[kept])
    eye = eye.train().to(memory_format=torch.channels_last)
    mean, steps = copy.deepcopy(eye), epochs * (len(kept) // BATCH)
    optimiser = torch.optim.AdamW(_groups(eye), lr=RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, steps + 1, pct_start=0.1)
    for step, places in enumerate(_orders(len(kept), epochs), 1):
        pictures, wanted = batch(taught, places)
        loss = (_losses(eye, pictures, wanted) * counts[places]).mean()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(eye.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        _follow(mean, eye, min(_KEPT, step / (step + 50)))
        if step % 100 == 0:
            print(f"step {step} of {steps}: {float(loss.detach()):.3f}", file=sys.stderr)
    return mean.eval()


def _images(arrays: np.ndarray) -> Tensor:
    return torch.from_numpy(arrays).permute(0, 3, 1, 2).float()


def _groups(eye: Eye) -> list[dict[str, object]]:
    """Weights decay, biases and norms do not."""
    parts = [[p for p in eye.parameters() if (p.ndim > 1) is filters] for filters in (True, False)]
    return [{"params": parts[0], "weight_decay": DECAY}, {"params": parts[1], "weight_decay": 0.0}]


def _orders(count: int, epochs: int) -> Iterator[Tensor]:
    for _ in range(epochs):
        yield from torch.randperm(count)[: count - count % BATCH].split(BATCH)


def _losses(eye: Eye, pictures: Tensor, wanted: Tensor) -> Tensor:
    """Cross-entropy and half of the Dice loss (Milletari et al., 2016), one number a picture."""
    inside = (1, 2, 3)
    with torch.autocast("cpu", torch.bfloat16):
        logits = eye(pictures.contiguous(memory_format=torch.channels_last))
    logits = logits.float()
    entropy = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    shares = logits.sigmoid()
    dice = 2 * (shares * wanted).sum(inside) + 1
    return entropy.mean(inside) + 0.5 * (1 - dice / ((shares + wanted).sum(inside) + 1))


@torch.no_grad()
def _follow(mean: Eye, eye: Eye, kept: float) -> None:
    for old, new in zip(mean.state_dict().values(), eye.state_dict().values(), strict=True):
        if old.dtype.is_floating_point:
            old.lerp_(new, 1 - kept)


@torch.no_grad()
def see(eye: Eye, colours: np.ndarray) -> np.ndarray:
    """What it sees of pictures and their mirror images, uint8 `(n, 128, 128)`."""
    shares = []
    for part in _images(colours).split(BATCH):
        both = eye(part).sigmoid() + eye(part.flip(3)).sigmoid().flip(3)
        shares.append((127.5 * both[:, 0]).round().to(torch.uint8))
    return torch.cat(shares).numpy()


def judge(eye: Eye, folder: Path, work: Path) -> str:
    """Overlap with the masks drawn by hand, of the eye and of the teacher."""
    rows = ["| | mean | median | below 0.8 |", "| --- | ---: | ---: | ---: |"]
    names, drawn = zip(*hand_drawn(EDGE).items(), strict=True)
    colours, guesses = teacher([folder / name for name in names], work)
    for name, masks in (("the eye", see(eye, colours)), ("most of seven guesses", guesses[:, -1])):
        each = overlaps(np.stack(drawn), masks[:, None])[:, 0]
        low = (each < 0.8).sum()
        rows.append(
            f"| {name} | {each.mean():.3f} | {np.median(each):.3f} | {low} of {len(each)} |"
        )
    return "\n".join(rows)


def main() -> None:
    """Teach, train, export, and judge if asked to."""
    parser = command_line(__doc__)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--judge", type=Path, metavar="DIR")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=30)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        photos = pictures_in(arguments.photos)
        colours, guesses = teacher(photos, work)
        masks, weights = by_hand(photos, *agreed(guesses))
        eye = Eye()
        for turn in range(arguments.rounds):
            print(f"round {turn + 1}: {np.count_nonzero(weights)} photographs", file=sys.stderr)
            eye = train(eye, colours, masks, weights, arguments.epochs)
            masks, weights = by_hand(photos, *most_like(see(eye, colours), guesses))
        export_eye(eye, arguments.out, EDGE)
        if arguments.judge:
            write_result("eye", judge(eye, arguments.judge, work))


if __name__ == "__main__":
    main()
