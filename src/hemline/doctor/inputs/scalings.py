"""Scalings: what pipelines do to the numbers of a picture before a network sees them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from hemline.pixels import Pixels

Numbers = tuple[float, ...]
Values = NDArray[np.float32]
_Zoo = tuple[Numbers, Numbers]

# Pictures, to which every pixel is fitted, of at most so many values: 64 megabytes of float32.
_FITTED, _VALUES = 20_000, 1 << 24
_LOOKED_AT = 1_000  # pictures: of their mean that is within a few thousandths
# Means and deviations of red, green and blue as model zoos write them, and of grey.
_IMAGENET: _Zoo = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
_CIFAR: _Zoo = ((0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616))
_GREY_IMAGENET: _Zoo = ((0.449,), (0.226,))
_MNIST: _Zoo = ((0.1307,), (0.3081,))


@dataclass(frozen=True)
class Scaling:
    """What is done to the numbers: `pixels * factors + offsets`, perhaps of normalised pictures.

    Attributes:
        name: for people.
        factors: one for all channels, or one for each as they are handed over; and
        offsets: likewise, of pixels 0..255.
        before: what is done to each picture by itself before that; a key of `NORMALISED`, or
            nothing, or `pixel standardised`.
        code: the same as a line of code on `pixels`.
        pixelwise: mean and deviation of every value of a picture, for the latter.
    """

    name: str
    factors: Numbers = (1.0,)
    offsets: Numbers = (0.0,)
    before: str = ""
    code: str = field(default="", compare=False)
    pixelwise: tuple[Values, Values] | None = field(default=None, compare=False, repr=False)

    @property
    def is_linear(self) -> bool:
        """Whether every number of every picture is treated alike."""
        return not self.before

    @property
    def factor(self) -> float:
        """Of all channels, on average."""
        return sum(self.factors) / len(self.factors)

    @property
    def offset(self) -> float:
        """Of all channels, on average."""
        return sum(self.offsets) / len(self.offsets)

    def apply(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """`(n, h, w)` or `(n, h, w, 3)`, 0..255, to the same shape."""
        if self.pixelwise:
            values = (values - self.pixelwise[0]) / self.pixelwise[1]
        elif self.before:
            values = NORMALISED[self.before](values)
        factors, offsets = (np.array(own, np.float32) for own in (self.factors, self.offsets))
        scaled: NDArray[np.float32] = values * factors + offsets
        return scaled

    def after(self, used: "Scaling") -> "Scaling":
        """What to feed a pipeline that does `used` so that its network sees this scaling."""
        factors = np.divide(self.factors, used.factors)
        offsets = np.subtract(self.offsets, used.offsets) / np.array(used.factors)
        name = f"{self.name} where the pipeline makes {used.name}"
        return replace(
            self, name=name, factors=_numbers(factors), offsets=_numbers(offsets), code=""
        )

    @property
    def backwards(self) -> "Scaling":
        """The same with the last channel first."""
        return replace(self, factors=self.factors[::-1], offsets=self.offsets[::-1])

    def times(self, factor: float) -> "Scaling":
        """The same before a multiplication."""
        factors = tuple(factor * own for own in self.factors)
        return replace(self, factors=factors, code="")

    @property
    def uncentred(self) -> "Scaling":
        """The same where the mean is not taken off, or is taken off in other units."""
        return replace(self, name=f"{self.name} without its mean", offsets=(0.0,), code="")

    @property
    def formula(self) -> str:
        """As a line of code, whatever it is."""
        if self.code:
            return self.code
        start = f"({self.before})" if self.before else "pixels"
        times = f" * {_written(self.factors, '.3g')}" if set(self.factors) != {1.0} else ""
        if not any(self.offsets):
            return start + times
        if len(self.offsets) == 1 and self.offset < 0:
            return f"{start}{times} - {-self.offset:.3g}"
        return f"{start}{times} + {_written(self.offsets, '.3g')}"


def _standardised(values: Values) -> Values:
    axes = tuple(range(1, values.ndim))
    spread = np.maximum(values.std(axis=axes, keepdims=True), 1e-6)
    standardised: Values = (values - values.mean(axis=axes, keepdims=True)) / spread
    return standardised


def _stretched(values: Values) -> Values:
    axes = tuple(range(1, values.ndim))
    low, high = (ends(values, axis=axes, keepdims=True) for ends in (np.min, np.max))
    stretched: Values = (values - low) / np.maximum(high - low, 1e-6)
    return stretched


def _centred(values: Values) -> Values:
    centred: Values = values - values.mean(axis=tuple(range(1, values.ndim)), keepdims=True)
    return centred


def _of_norm_one(values: Values, *axes: int) -> Values:
    norms = np.sqrt((values**2).sum(axis=axes, keepdims=True))
    divided: Values = values / np.maximum(norms, 1e-12)
    return divided


# What is done to each picture by itself, on float32 `(n, h, w)` or `(n, h, w, 3)`.
NORMALISED: dict[str, Callable[[Values], Values]] = {
    "picture standardised": _standardised,
    "picture stretched": _stretched,
    "picture less its mean": _centred,
    "picture of norm 1": lambda values: _of_norm_one(values, *range(1, values.ndim)),
    "column of norm 1": lambda values: _of_norm_one(values, 1),
    "row of norm 1": lambda values: _of_norm_one(values, 2),
}


def _numbers(values: NDArray[np.floating]) -> Numbers:
    return tuple(map(float, np.atleast_1d(values)))


def _written(values: Sequence[float], how: str = "g") -> str:
    texts = [format(value, how) for value in values]
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"


def _standard(name: str, means: Sequence[float], deviations: Sequence[float]) -> Scaling:
    return Scaling(
        name,
        tuple(1 / (255 * deviation) for deviation in deviations),
        tuple(-mean / deviation for mean, deviation in zip(means, deviations, strict=True)),
        code=f"(pixels / 255 - {_written(means)}) / {_written(deviations)}",
    )


RAW = Scaling("0..255", code="pixels")
UNIT = Scaling("0..1", (1 / 255,), code="pixels / 255")
CENTRED = _standard("-1..1", (0.5,), (0.5,))
TWICE = Scaling("0..1/255", (1 / 255**2,), code="pixels / 255 / 255")
MULTIPLIED = Scaling("0..65025", (255.0,), code="pixels * 255")
# As Caffe's models want it, and Keras's ResNet50 and VGG16 after them: blue first.
CAFFE = Scaling(
    "0..255 less ImageNet's mean",
    offsets=(-103.939, -116.779, -123.68),
    code="pixels[..., ::-1] - [103.939, 116.779, 123.68]",
)
PACKED = Scaling("24 bits packed into one number", (65_793.0,), code="pixels * 0x010101")
ARGB = Scaling("ARGB packed into one number", (65_793.0,), (-16_777_216.0,))
SIXTEEN = Scaling("0..65535", (257.0,), code="pixels * 257")
PER_PICTURE = tuple(
    Scaling(f"each {name}", before=name, code=code)
    for name, code in (
        ("picture standardised", "(pixels - mean) / deviation  # of each picture by itself"),
        ("picture of norm 1", "pixels / np.linalg.norm(pixels, axis=(1, 2), keepdims=True)"),
        ("column of norm 1", "pixels / np.linalg.norm(pixels, axis=1, keepdims=True)"),
        ("row of norm 1", "pixels / np.linalg.norm(pixels, axis=2, keepdims=True)"),
        ("picture stretched", "(pixels - low) / (high - low)  # of each picture by itself"),
        ("picture less its mean", "pixels - mean  # of each picture by itself"),
    )
)


def linear_scalings(pixels: Pixels) -> tuple[Scaling, ...]:
    """What tutorials, model zoos and papers do to all pictures alike, the commonest first.

    Args:
        pixels: of the data at hand, whose own mean and deviation are among them.
    """
    means, deviations = _figures(pixels)
    zoo = {"ImageNet": _IMAGENET, "CIFAR-10": _CIFAR}
    if len(means) == 1:  # the figures of MNIST are the commonest slip of the pen
        zoo = {"MNIST": _MNIST, "ImageNet": _GREY_IMAGENET}
    return (
        UNIT,
        RAW,
        CENTRED,
        _standard("standardised as these data", means, deviations),
        *(_standard(f"standardised as {name}", *figures) for name, figures in zoo.items()),
        _standard("-0.5..0.5", (0.5,), (1.0,)),
        _standard("0..1 less the mean of these data", means, (1.0,) * len(means)),
    )


def by_pixel(pixels: Pixels) -> Scaling:
    """Every value of a picture standardised by itself, as scikit-learn's StandardScaler does.

    Args:
        pixels: of the data at hand, `(n, h, w)` or `(n, h, w, 3)`.
    """
    most = max(1, min(_FITTED, _VALUES // pixels[0].size))
    some = pixels[:: max(1, len(pixels) // most)].astype(np.float32)
    spread = some.std(axis=0)
    return Scaling(
        "every pixel standardised by itself",
        before="pixel standardised",
        code="StandardScaler().fit(training pixels).transform(pixels)",
        pixelwise=(some.mean(axis=0), np.where(spread > 0, spread, 1)),
    )


def _figures(pixels: Pixels) -> tuple[Numbers, Numbers]:
    """Mean and deviation of every channel, 0..1, to three digits."""
    some = pixels[:: max(1, len(pixels) // _LOOKED_AT)]
    channels = some.reshape(-1, 1 if some.ndim == 3 else some.shape[3]) / np.float32(255)
    deviations = np.maximum(channels.std(axis=0), 1e-3)
    means = channels.mean(axis=0, dtype=np.float64)
    return _numbers(means.round(3)), _numbers(deviations.round(3))
