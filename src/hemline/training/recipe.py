"""A recipe: everything that determines a training, in one small TOML file."""

import dataclasses
import json
import math
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from hemline.errors import RecipeError
from hemline.pixels import SHORTEST

MOST_STAGES = 4  # of a picture of 28x28: 14x14, 7, 3 and 1
_DISTORTIONS = ("rotate", "stretch", "brightness_contrast", "blur", "occlusion")
_SHARES = (
    *_DISTORTIONS[1:],
    "augment_share",
    "random_erasing",
    "lr_reduction_factor",
    "class_balance",
)
_CHOOSING = (
    "early_stopping_patience",
    "lr_reduction_patience",
    "restore_best_weights",
    "calibrate",
)


@dataclass(frozen=True)
class Recipe:
    """What determines a training; with the seed and the machine it fixes the weights.

    Attributes:
        name: what runs and figures call it.
        description: one line for people.
        network: kind of network, a perceptron, a convolutional one, or one with residuals.
        widths: units of each hidden layer, or channels of each stage.
        dropout: share of the hidden units silenced at each step (Srivastava et al., 2014).
        test_time_flip: the model file looks at the mirror image as well, where the training
            mirrors pictures.
        epochs: times through the training part, at most.
        batch_size: pictures a step.
        fewest_steps: that an epoch has; a small training part is gone through several times in one.
        data_pruning: share of the easy pictures that an epoch leaves out (Qin et al., 2024).
        bfloat16: compute with 8 bits of mantissa where the processor does so by itself.
        optimiser: how a gradient becomes a change of weights.
        learning_rate: size of that change.
        schedule: how the learning rate changes over the training.
        label_smoothing: share of the target spread over all classes (Szegedy et al., 2016).
        class_balance: how far the sizes of the classes are evened out, from 0 to 1: so many times
            the logarithm of its share is added to each class's logit while training, so that rare
            classes are said sooner afterwards (Menon et al., 2021).
        l2: times the squared weights of the hidden dense layers, added to the loss.
        horizontal_flip: mirror half of the pictures left to right; `auto` where the training part
            shows that mirrored pictures keep their class.
        shift: move pictures by up to so many pixels each way.
        augment_share: share of the pictures that shift and the next five change; photographs
            always.
        rotate: turn pictures by up to so many degrees each way.
        stretch: change width and height by up to a factor of e to this, each way.
        brightness_contrast: change brightness and contrast of what is shown; 1 is very much.
        blur: share of the pictures that are blurred a little.
        occlusion: share of the pictures in which an even rectangle hides something.
        random_erasing: share of the pictures in which a rectangle turns to noise (Zhong et al.,
            2020).
        outlier_exposure: share of the pictures that become none of the classes (Hendrycks et al.,
            2019); there is a logit for them.
        photographs: times that each photograph is seen in an epoch; 0 to train without any.
        logit_adjustment: nats taken off each class's logit on photographs while training, so that
            it is said as much sooner afterwards (Menon et al., 2021); empty for none.
        validation: share of the training part that is kept back to choose by.
        restore_best_weights: keep those of the epoch with the lowest validation loss, not the last.
        early_stopping_patience: stop after so many epochs without a lower validation loss; 0 for
            never.
        lr_reduction_patience: after so many, lower the learning rate; 0 for never.
        lr_reduction_factor: what it is multiplied by then.
        calibrate: bend the logits so that the probabilities fit the pictures kept back best.
    """

    name: str
    description: str
    network: Literal["mlp", "conv", "residual"]
    widths: tuple[int, ...]
    epochs: int
    batch_size: int
    optimiser: Literal["adam", "muon"]
    learning_rate: float
    dropout: float = 0.0
    fewest_steps: int = 0
    test_time_flip: bool = False
    data_pruning: float = 0.0
    bfloat16: bool = False
    schedule: Literal["constant", "linear_warmup_decay"] = "constant"
    label_smoothing: float = 0.0
    class_balance: float = 0.0
    l2: float = 0.0
    horizontal_flip: Literal["auto", "always", "never"] = "never"
    shift: int = 0
    augment_share: float = 1.0
    rotate: float = 0.0
    stretch: float = 0.0
    brightness_contrast: float = 0.0
    blur: float = 0.0
    occlusion: float = 0.0
    random_erasing: float = 0.0
    outlier_exposure: float = 0.0
    photographs: int = 0
    logit_adjustment: tuple[float, ...] = ()
    validation: float = 0.0
    restore_best_weights: bool = False
    early_stopping_patience: int = 0
    lr_reduction_patience: int = 0
    lr_reduction_factor: float = 0.5
    calibrate: bool = False

    def __post_init__(self) -> None:
        for key in ("epochs", "batch_size", "widths", "learning_rate"):
            self._demand(key, "above zero", lambda value: 0 < value < math.inf)
        for key in ("label_smoothing", "dropout", "data_pruning", "validation", "outlier_exposure"):
            self._demand(key, "from 0 to below 1", lambda value: 0 <= value < 1)
        for key in _SHARES:
            self._demand(key, "from 0 to 1", lambda value: 0 <= value <= 1)
        for key in (
            "l2",
            "early_stopping_patience",
            "lr_reduction_patience",
            "photographs",
            "fewest_steps",
        ):
            self._demand(key, "of at least 0", lambda value: 0 <= value < math.inf)
        self._demand("shift", f"from 0 to {SHORTEST - 1}", lambda value: 0 <= value < SHORTEST)
        self._demand("rotate", "from 0 to 180", lambda value: 0 <= value <= 180)
        self._demand("logit_adjustment", "that are finite", math.isfinite)
        self._demand_what_goes_together()

    def _demand(self, key: str, expected: str, fits: Callable[[float], bool]) -> None:
        value = getattr(self, key)
        if not all(map(fits, value if isinstance(value, tuple) else (value,))):
            shown = list(value) if isinstance(value, tuple) else value
            raise RecipeError(
                f"Expected {key} {expected}, received {shown}; correct recipe {self.name}."
            )

    def _demand_what_goes_together(self) -> None:
        if self.network != "mlp" and not 1 <= len(self.widths) <= MOST_STAGES:
            raise RecipeError(
                f"Expected widths of 1 to {MOST_STAGES} stages for network {self.network}, "
                f"received {list(self.widths)}; correct recipe {self.name}."
            )
        if any(getattr(self, key) for key in _CHOOSING) and not self.validation:
            raise RecipeError(
                f"Expected validation above 0 beside {', '.join(_CHOOSING)}, received 0; "
                f"correct recipe {self.name}: choosing needs pictures to choose by."
            )
        if self.photographs and not self.outlier_exposure:
            raise RecipeError(
                "Expected outlier_exposure above 0 beside photographs, received 0; correct recipe "
                f"{self.name}: photographs may be none of the classes."
            )
        if self.logit_adjustment and not self.photographs:
            raise RecipeError(
                "Expected logit_adjustment beside photographs, received it beside photographs = 0; "
                f"correct recipe {self.name}: it is for photographs alone."
            )
        if self.network != "mlp" and (self.l2 or self.dropout):
            raise RecipeError(
                f"Expected l2 and dropout of 0 for network {self.network}, received {self.l2} and "
                f"{self.dropout}; correct recipe {self.name}: they are for hidden dense layers."
            )

    @property
    def distorts(self) -> bool:
        """Whether any picture is distorted."""
        return any(getattr(self, key) for key in _DISTORTIONS)

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
            f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()
        )
        # The one character that JSON leaves as it is and TOML wants escaped.
        return "\n".join(lines).replace("\x7f", "\\u007f") + "\n"


def recipe_names() -> list[str]:
    """The recipes that come with Hemline."""
    files = resources.files("hemline.training").joinpath("recipes").iterdir()
    return sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml"))


def load_recipe(name: str | Path, changes: Sequence[str] = ()) -> Recipe:
    """Read a recipe by its name or from a TOML file, with `key=value` changes on top.

    Raises:
        RecipeError: no such recipe, unknown or missing keys, or values of the wrong type.
    """
    try:
        values = tomllib.loads(_read(name))
        for change in changes:
            values |= _parse_change(change)
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"Expected TOML, received {name}: {error}; correct it.") from error
    return parse_recipe(values)


def parse_recipe(values: Mapping[str, Any]) -> Recipe:
    """Check keys and types strictly: a misspelt key must not be ignored.

    Raises:
        RecipeError: an unknown or missing key, or a value of the wrong type.
    """
    fields = {field.name: field.type for field in dataclasses.fields(Recipe)}
    required = {
        field.name for field in dataclasses.fields(Recipe) if field.default is dataclasses.MISSING
    }
    for problem, keys in (
        ("unknown", values.keys() - fields.keys()),
        ("missing", required - values.keys()),
    ):
        if keys:
            raise RecipeError(
                f"Expected the keys {', '.join(fields)} in a recipe, received {problem} "
                f"{', '.join(sorted(keys))}; correct the recipe or --set."
            )
    return Recipe(**{key: _typed(key, values[key], fields[key]) for key in values})


def _read(name: str | Path) -> str:
    path = Path(name)
    if path.suffix == ".toml":
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RecipeError(
                f"Expected a recipe file, received {path} that cannot be read ({error}); "
                "check the path."
            ) from error
    if str(name) not in recipe_names():
        raise RecipeError(
            f"Expected a recipe ({', '.join(recipe_names())}) or the path of a .toml file, "
            f"received {name!s}; choose one of these."
        )
    folder = resources.files("hemline.training").joinpath("recipes")
    return folder.joinpath(f"{name}.toml").read_text(encoding="utf-8")


def _parse_change(change: str) -> dict[str, Any]:
    key, equals, value = change.partition("=")
    if not equals:
        raise RecipeError(f"Expected --set key=value, received {change}; write --set epochs=5.")
    try:
        return {key.strip(): tomllib.loads(f"value = {value}")["value"]}
    except tomllib.TOMLDecodeError:  # a bare word is a string: --set optimiser=adam
        return {key.strip(): value.strip()}


def _typed(key: str, value: Any, kind: Any) -> Any:
    if get_origin(kind) is Literal:
        if value in get_args(kind):
            return value
        expected = " or ".join(map(str, get_args(kind)))
    elif get_origin(kind) is tuple:
        number = get_args(kind)[0]
        if isinstance(value, list) and all(type(item) in (int, number) for item in value):
            return tuple(map(number, value))
        expected = "a list of whole numbers" if number is int else "a list of numbers"
    elif kind is float and type(value) in (int, float):
        return float(value)
    elif type(value) is kind:
        return value
    else:
        names = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}
        expected = names[kind]
    raise RecipeError(
        f"Expected {key} to be {expected}, received {value!r}; correct the recipe or --set."
    )
