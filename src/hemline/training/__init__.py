"""Training: from a recipe and labelled pixels to a run folder with its model file."""

from hemline.recipes import Recipe, load_recipe, recipe_names
from hemline.training.figures import EpochFigures, TrainingResult
from hemline.training.run import Run, new_run_folder
from hemline.training.trainer import train

__all__ = [
    "EpochFigures",
    "Recipe",
    "Run",
    "TrainingResult",
    "load_recipe",
    "new_run_folder",
    "recipe_names",
    "train",
]
