"""A recipe: everything that determines a training, in one small TOML file."""

import dataclasses
import json
import math
from dataclasses import dataclass
from typing import Literal

from hemline.errors import RecipeError
from hemline.pixels import SHORTEST
from hemline.recipes.keys import (
    ABOVE_ZERO,
    AT_LEAST_ZERO,
    BELOW_ONE,
    SHARE,
    check_ranges,
    key,
    up_to,
)

MOST_STAGES = 4  # of a picture of 28x28: 14x14, 7, 3 and 1
_DISTORTIONS = ("rotate", "stretch", "brightness_contrast", "blur", "occlusion")
_CHOOSING = (
    "early_stopping_patience",
    "lr_reduction_patience",
    "restore_best_weights",
    "calibrate",
)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What determines a training; with the seed and the machine it fixes the weights.

    Every key says what it is for and what it may be; `hemline recipes NAME` prints that.

    Raises:
        RecipeError: a number out of its range, or keys that do not go together.
    """

    name: str = key("what runs and figures call it")
    description: str = key("one line for people")

    network: Literal["mlp", "conv", "residual", "own"] = key(
        "a perceptron, a convolutional network, one with residuals, or one given in Python"
    )
    widths: tuple[int, ...] = key(
        "units of each hidden layer, or channels of each stage", ABOVE_ZERO
    )
    dropout: float = key(
        "share of the hidden units silenced at each step (Srivastava et al., 2014)",
        BELOW_ONE,
        default=0.0,
    )
    test_time_flip: bool = key(
        "the model file looks at the mirror image as well, where the training mirrors pictures",
        default=False,
    )

    epochs: int = key("times through the training part, at most", ABOVE_ZERO)
    batch_size: int = key("pictures a step", ABOVE_ZERO)
    fewest_steps: int = key(
        "that an epoch has; a small training part is gone through several times in one",
        AT_LEAST_ZERO,
        default=0,
    )
    data_pruning: float = key(
        "share of the easy pictures that an epoch leaves out (Qin et al., 2024)",
        BELOW_ONE,
        default=0.0,
    )
    bfloat16: bool = key(
        "compute with 8 bits of mantissa where the processor does so by itself", default=False
    )

    optimiser: Literal["adam", "muon", "own"] = key(
        "how a gradient becomes a change of weights; own: one given in Python"
    )
    learning_rate: float = key("size of that change", ABOVE_ZERO)
    schedule: Literal["constant", "linear_warmup_decay"] = key(
        "how the learning rate changes over the training", default="constant"
    )

    label_smoothing: float = key(
        "share of the target spread over all classes (Szegedy et al., 2016)", BELOW_ONE, default=0.0
    )
    class_balance: float = key(
        "how far the sizes of the classes are evened out: so many times the logarithm of its share "
        "is added to each class's logit while training, so that rare classes are said sooner "
        "afterwards (Menon et al., 2021)",
        SHARE,
        default=0.0,
    )
    l2: float = key(
        "times the squared weights of the hidden dense layers, added to the loss",
        AT_LEAST_ZERO,
        default=0.0,
    )

    horizontal_flip: Literal["auto", "always", "never"] = key(
        "mirror half of the pictures left to right; auto where the training part shows that "
        "mirrored pictures keep their class",
        default="never",
    )
    shift: int = key(
        "move pictures by up to so many pixels each way", up_to(SHORTEST - 1), default=0
    )
    augment_share: float = key(
        "share of the pictures that shift and the next five change; photographs always",
        SHARE,
        default=1.0,
    )
    rotate: float = key("turn pictures by up to so many degrees each way", up_to(180), default=0.0)
    stretch: float = key(
        "change width and height by up to a factor of e to this, each way", SHARE, default=0.0
    )
    brightness_contrast: float = key(
        "change brightness and contrast of what is shown; 1 is very much", SHARE, default=0.0
    )
    blur: float = key("share of the pictures that are blurred a little", SHARE, default=0.0)
    occlusion: float = key(
        "share of the pictures in which an even rectangle hides something", SHARE, default=0.0
    )
    random_erasing: float = key(
        "share of the pictures in which a rectangle turns to noise (Zhong et al., 2020)",
        SHARE,
        default=0.0,
    )

    outlier_exposure: float = key(
        "share of the pictures that become none of the classes; there is a logit for them "
        "(Hendrycks et al., 2019)",
        BELOW_ONE,
        default=0.0,
    )
    size: int = key(
        "edge in pixels to which the command line brings pictures where it is not told another; "
        "0 leaves it to the data",
        AT_LEAST_ZERO,
        default=0,
    )
    colour: bool = key("it brings them to colour, likewise", default=False)
    photographs: int = key(
        "times that each photograph is seen in an epoch; 0 to train without any",
        AT_LEAST_ZERO,
        default=0,
    )

    validation: float = key(
        "share of the training part that is kept back to choose by", BELOW_ONE, default=0.0
    )
    restore_best_weights: bool = key(
        "keep those of the epoch with the lowest validation loss, not the last", default=False
    )
    early_stopping_patience: int = key(
        "stop after so many epochs without a lower validation loss; 0 for never",
        AT_LEAST_ZERO,
        default=0,
    )
    lr_reduction_patience: int = key(
        "after so many, lower the learning rate; 0 for never", AT_LEAST_ZERO, default=0
    )
    lr_reduction_factor: float = key("what it is multiplied by then", SHARE, default=0.5)
    calibrate: bool = key(
        "bend the logits so that the probabilities fit the pictures kept back best", default=False
    )

    def __post_init__(self) -> None:
        check_ranges(self)
        self._check_what_goes_together()

    def _check_what_goes_together(self) -> None:
        if self.network in ("conv", "residual") and not 1 <= len(self.widths) <= MOST_STAGES:
            raise RecipeError(
                f"Expected widths of 1 to {MOST_STAGES} stages for network {self.network}, "
                f"received {list(self.widths)}; correct recipe {self.name}."
            )
        if any(getattr(self, name) for name in _CHOOSING) and not self.validation:
            raise RecipeError(
                f"Expected validation above 0 beside {', '.join(_CHOOSING)}, received 0; "
                f"correct recipe {self.name}: choosing needs pictures to choose by."
            )
        if self.photographs and not self.outlier_exposure:
            raise RecipeError(
                "Expected outlier_exposure above 0 beside photographs, received 0; correct recipe "
                f"{self.name}: photographs may be none of the classes."
            )
        if self.network != "mlp" and (self.l2 or self.dropout):
            raise RecipeError(
                f"Expected l2 and dropout of 0 for network {self.network}, received {self.l2} and "
                f"{self.dropout}; correct recipe {self.name}: they are for hidden dense layers."
            )

    def check_photographs(self, *, given: bool) -> None:
        """Whether photographs are there exactly where the recipe asks for them.

        Raises:
            RecipeError: they are missing, or are there and not asked for.
        """
        if bool(self.photographs) != given:
            raise RecipeError(
                f"Expected {'photographs' if self.photographs else 'no photographs'} for recipe "
                f"{self.name}, received {'some' if given else 'none'}; "
                f"{'leave out' if given else 'add'} --photos DIR."
            )

    @property
    def distorts(self) -> bool:
        """Whether any picture is distorted."""
        return any(getattr(self, name) for name in _DISTORTIONS)

    def passes(self, pictures: int) -> int:
        """Times that an epoch goes through so many pictures to train on."""
        return max(1, math.ceil(self.fewest_steps * self.batch_size / pictures))

    def steps_per_epoch(self, pictures: int) -> int:
        """Batches of an epoch on so many pictures, if none is left out."""
        return self.batches(pictures * self.passes(pictures))

    def batches(self, looks: int) -> int:
        """Batches that so many looks at pictures make, the last one perhaps smaller."""
        return math.ceil(looks / self.batch_size)

    def to_toml(self) -> str:
        """The recipe as a file that `load_recipe` reads back to an equal recipe."""
        values = dataclasses.asdict(self)
        lines = (
            f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()
        )
        # The one character that JSON leaves as it is and TOML wants escaped.
        return "\n".join(lines).replace("\x7f", "\\u007f") + "\n"
