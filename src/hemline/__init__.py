"""Hemline: classification of small pictures that cannot quietly go wrong."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from hemline.preparing import prepare

if TYPE_CHECKING:
    from hemline.classifier import Classifier as Classifier
    from hemline.data import Dataset as Dataset
    from hemline.data import Split as Split
    from hemline.data import open_dataset as open_dataset
    from hemline.doctor import Diagnosis as Diagnosis
    from hemline.doctor import diagnose as diagnose
    from hemline.errors import HemlineError as HemlineError
    from hemline.estimator import HemlineClassifier as HemlineClassifier
    from hemline.evaluation import Evaluation as Evaluation
    from hemline.evaluation import evaluate as evaluate
    from hemline.pixels import as_pixels as as_pixels
    from hemline.recipes import Recipe as Recipe
    from hemline.recipes import load_recipe as load_recipe
    from hemline.training import train as train

# Read from their modules when first used: prediction must not wait for PyTorch.
_HOMES = {
    "Classifier": "hemline.classifier",
    "Dataset": "hemline.data",
    "Diagnosis": "hemline.doctor",
    "Evaluation": "hemline.evaluation",
    "HemlineClassifier": "hemline.estimator",
    "HemlineError": "hemline.errors",
    "Recipe": "hemline.recipes",
    "Split": "hemline.data",
    "as_pixels": "hemline.pixels",
    "diagnose": "hemline.doctor",
    "evaluate": "hemline.evaluation",
    "load_recipe": "hemline.recipes",
    "open_dataset": "hemline.data",
    "train": "hemline.training",
}
__all__ = list(_HOMES)

prepare()


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'hemline' has no attribute {name!r}")
    try:
        return getattr(import_module(_HOMES[name]), name)
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if name != "HemlineClassifier" or package == "hemline":
            raise
        from hemline.installing import install_command

        raise ModuleNotFoundError(
            f"Expected the packages that {name} needs, received an installation without {package}; "
            f"run: {install_command('sklearn')}.",
            name=package,
        ) from error


def __dir__() -> list[str]:
    return [*globals(), *__all__]
