"""Charts, drawn by matplotlib as SVG whose colours the page decides: light, dark or paper."""

import hashlib
import io
import re
from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

import numpy as np
from numpy.typing import NDArray

from hemline.evaluation import ReliabilityBins, wilson_interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Parameters = ParamSpec("Parameters")

# Matplotlib draws in these stand-ins; the page puts its own colours in their place.
_ROLES = ("ink", "quiet", "line", "first", "second")
_INK, _QUIET, _LINE, _FIRST, _SECOND = (f"#0101{place:02x}" for place in range(1, 6))
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text, in the page's own font
    "svg.hashsalt": "hemline",  # the same chart gives the same bytes
    "font.size": 9,
    "text.color": _INK,
    "axes.edgecolor": _LINE,
    "axes.labelcolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": _LINE,
    "grid.linewidth": 0.6,
    "xtick.color": _QUIET,
    "ytick.color": _QUIET,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
}

Limits = tuple[float, float]


def _chart(draw: "Callable[Parameters, Figure]") -> Callable[Parameters, str]:
    """Draw in the page's style, and return the figure as an `<svg>` element."""

    @wraps(draw)
    def drawn(*args: Parameters.args, **kwargs: Parameters.kwargs) -> str:
        from matplotlib import rc_context

        buffer = io.StringIO()
        with rc_context(_STYLE):
            figure = draw(*args, **kwargs)
            figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
        return _fitted_to_page(buffer.getvalue())

    return drawn


@_chart
def draw_curves(
    epochs: Sequence[dict[str, Any]], kept: int | None, key: str, limits: Limits
) -> "Figure":
    """Loss or accuracy over the epochs, training and validation, with the epoch kept.

    Args:
        epochs: lines of `metrics.jsonl`.
        kept: epoch whose weights are in the model file, counted from 1.
        key: `loss` or `accuracy`.
        limits: of the axis, so that several runs can be compared.
    """
    figure, axes = _figure(2.9)
    numbers = [epoch["epoch"] for epoch in epochs]
    scale = 100 if key == "accuracy" else 1
    few = {"marker": "o", "markersize": 4} if len(numbers) < 31 else {}
    for name, prefix, colour, dashes in (
        ("training", "", _FIRST, "-"),
        ("validation", "validation_", _SECOND, "--"),
    ):
        values = [epoch[prefix + key] for epoch in epochs]
        if values[0] is not None:
            heights = [scale * value for value in values]
            axes.plot(numbers, heights, dashes, color=colour, label=name, **few)
    if kept:
        axes.axvline(kept, color=_QUIET, linewidth=1, linestyle=":", label=f"epoch {kept} kept")
    axes.set_ylim(scale * limits[0], scale * limits[1])
    axes.set_xlabel("epoch")
    axes.set_ylabel("accuracy in %" if key == "accuracy" else "loss in nats")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(axis="y")
    axes.legend(loc="best")
    return figure


@_chart
def draw_reliability(bins: ReliabilityBins) -> "Figure":
    """Accuracy against confidence, bin by bin, above the share of answers in each bin."""
    figure, (above, below) = _figure(4.2, rows=(3, 1))
    edges = 100 * np.arange(len(bins.counts)) / len(bins.counts)
    filled, width = bins.counts > 0, 100 / len(bins.counts)
    confidence, accuracy = 100 * bins.confidence[filled], 100 * bins.accuracy[filled]
    above.plot([0, 100], [0, 100], ":", color=_QUIET, linewidth=1.2, label="calibrated")
    bar = {"width": 0.92 * width, "align": "edge"}
    above.errorbar(
        confidence,
        accuracy,
        yerr=_reach(bins.counts[filled], accuracy),
        fmt="o",
        color=_FIRST,
        markersize=5,
        elinewidth=1.2,
        capsize=2,
        clip_on=False,
        label="accuracy, 95 % interval",
    )
    above.set(xlim=(0, 100), ylim=(0, 100), ylabel="right in %")
    above.grid(axis="y")
    above.tick_params(labelbottom=False)
    above.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, columnspacing=1)
    below.bar(edges, 100 * bins.counts / bins.counts.sum(), color=_SECOND, alpha=0.6, **bar)
    below.set(xlim=(0, 100), xlabel="confidence in %", ylabel="share in %")
    figure.align_ylabels()
    return figure


def _reach(counts: NDArray[np.int64], accuracy: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far the 95 % interval of each accuracy reaches below and above it, `(2, bins)`."""
    right = np.rint(counts * accuracy / 100).astype(int)
    pairs = zip(right.tolist(), counts.tolist(), strict=True)
    low, high = 100 * np.array([wilson_interval(*pair) for pair in pairs]).T
    return np.maximum([accuracy - low, high - accuracy], 0)  # rounding may leave -1e-15


def _figure(height: float, rows: tuple[int, ...] = (1,)) -> "tuple[Figure, Any]":
    """A figure so wide that a phone shows its text at about the size it has, and its axes."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.6, height), layout="constrained")
    return figure, figure.subplots(len(rows), height_ratios=rows)


def _fitted_to_page(svg: str) -> str:
    name = hashlib.sha256(svg.encode()).hexdigest()[:8]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{name}-", svg)  # a page holds many charts
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    for place, role in enumerate(_ROLES, 1):
        svg = svg.replace(f"#0101{place:02x}", f"var(--{role})")
    return svg
