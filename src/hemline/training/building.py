"""The network that a recipe asks for, for all who train it or tell of it."""

from hemline.networks import Inputs, Network, build_network
from hemline.recipes import Recipe


def network_of(
    recipe: Recipe, *, inputs: Inputs, classes: int, mirror: bool, seed: int = 0
) -> Network:
    """Freshly initialised.

    Args:
        recipe: says which.
        inputs: the pictures that it is made for.
        classes: of the data set; a recipe with outlier exposure has one logit more.
        mirror: whether mirrored pictures keep their class.
        seed: of the initial weights.
    """
    return build_network(
        recipe.network,
        recipe.widths,
        seed,
        inputs=inputs,
        outputs=classes + (recipe.outlier_exposure > 0),
        mirrored=recipe.test_time_flip and mirror,
        dropout=recipe.dropout,
    )
