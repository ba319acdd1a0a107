"""Whether a training mirrors pictures: what the recipe says, or what the pictures show."""

from hemline.data import Dataset, Mirroring, find_mirroring
from hemline.recipes import Recipe


def decide_mirroring(recipe: Recipe, dataset: Dataset) -> Mirroring:
    """The recipe's word where it has one, what is known of the data, or what they show."""
    if recipe.horizontal_flip != "auto":
        return Mirroring(recipe.horizontal_flip == "always", "the recipe says so", said=True)
    if dataset.keeps_class is not None:
        return Mirroring(dataset.keeps_class, f"known of {dataset.name}", said=True)
    return find_mirroring(dataset.train)
