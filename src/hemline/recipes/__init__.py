"""Recipes: what determines a training, as small TOML files; nothing here needs PyTorch."""

from hemline.recipes.keys import KeyDescription, describe_keys
from hemline.recipes.reading import load_recipe, parse_recipe, recipe_names
from hemline.recipes.recipe import MOST_STAGES, Recipe

__all__ = [
    "MOST_STAGES",
    "KeyDescription",
    "Recipe",
    "describe_keys",
    "load_recipe",
    "parse_recipe",
    "recipe_names",
]
