"""How much arithmetic a training step does in a second, beside what the processor can do.

    python benchmarks/rate.py [RECIPE ...] [--set KEY=VALUE] [--threads 2]

Counted are the multiply-adds of convolutions and dense layers: those of a picture's way forward,
times 3 for a training step (forward, gradient of the inputs, gradient of the weights), times 2 for
multiply and add. Augmentation, normalisation and the optimiser count for nothing, but their time
does: a step is timed as it runs in a training, in one epoch without its first steps. Beside it
stands the product of two matrices of 2048x2048 in the same process, timed before and after the
epoch, as other work on the machine slows both. Needs HEMLINE_DATA.
"""

import statistics
import tempfile
import time
from pathlib import Path

import torch
from common import command_line, write_result
from torch.utils.flop_counter import FlopCounterMode

from hemline import load_recipe, open_dataset
from hemline.data import Dataset
from hemline.networks import Network
from hemline.training import Recipe, Run
from hemline.training.devices import bfloat16_is_fast
from hemline.training.epochs import run_epoch
from hemline.training.trainer import Trainer

SKIPPED = 20  # steps in which memory is claimed and kernels are chosen
SIDE, PRODUCTS = 2048, 20
CPU = torch.device("cpu")


def multiply_adds(network: Network) -> int:
    """Of one picture on its way forward in training; changes the running statistics."""
    network.train()  # a network that predicts from two views still trains on one
    with FlopCounterMode(display=False) as counter:
        network(torch.zeros(1, *network.inputs.form.shape, dtype=torch.uint8))
    return counter.get_total_flops() // 2


def pictures_a_second(trainer: Trainer) -> float:
    """Through whole training steps: augmentation, forward, backward, optimiser."""
    moments = [time.perf_counter()]
    work = trainer.work(0)
    work = work._replace(on_step=lambda: moments.append(time.perf_counter()))
    run_epoch(trainer.state.network, trainer.state.optimiser, work)
    # The epoch in C reports once, at its end: nothing of it can be left out.
    skipped = SKIPPED if len(moments) > SKIPPED + 1 else 0
    timed = 1 - skipped / len(work.rates)  # share of the steps, and of the pictures
    return timed * len(work.order) / (moments[-1] - moments[skipped])


def product_rate(kind: torch.dtype) -> float:
    """GFLOP/s of a matrix product, the median of some, warm."""
    left, right = (torch.randn(SIDE, SIDE).to(kind) for _ in range(2))
    seconds = []
    for _ in range(PRODUCTS + 3):
        began = time.perf_counter()
        left @ right
        seconds.append(time.perf_counter() - began)
    return 2 * SIDE**3 / statistics.median(seconds[3:]) / 1e9


def row(recipe: Recipe, dataset: Dataset, kind: torch.dtype) -> str:
    """One line of the table."""
    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(recipe, dataset, 0, Run(Path(folder)), device="cpu")
        before = product_rate(kind)
        speed = pictures_a_second(trainer)
        product = (before + product_rate(kind)) / 2
        count = multiply_adds(trainer.state.network)
    rate = speed * count * 3 * 2 / 1e9
    precision = "bfloat16" if trainer.state.bfloat16 else "float32"
    return (
        f"| {recipe.name} | {list(recipe.widths)} | {precision} | {count:,} | {speed:,.0f} "
        f"| {rate:,.0f} | {product:,.0f} | {100 * rate / product:.0f} % |"
    )


def main() -> None:
    """Time the product and every recipe, and print the table."""
    parser = command_line(__doc__)
    parser.add_argument("recipes", nargs="*", default=["fast", "accurate"])
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    dataset, kind = open_dataset(), torch.bfloat16 if bfloat16_is_fast(CPU) else torch.float32
    heads = ["recipe", "widths", "precision", "multiply-adds", "pictures/s", "GFLOP/s"]
    heads += ["matrix product, GFLOP/s", "share"]
    rows = [f"| {' | '.join(heads)} |", "| --- | --- | --- |" + " ---: |" * 5]
    rows += [row(load_recipe(name, options.set), dataset, kind) for name in options.recipes]
    note = f"The matrix product in {str(kind).removeprefix('torch.')}; "
    note += f"{options.threads} threads, on {dataset.name}."
    write_result("rate", "\n".join(rows) + f"\n\n{note}")


if __name__ == "__main__":
    main()
