"""The network and the optimiser that a recipe asks for, for all who train it or tell of it."""

from hemline.errors import RecipeError
from hemline.networks import Inputs, Network, build_network
from hemline.recipes import Recipe
from hemline.training.optimisers import OPTIMISERS, Optimiser
from hemline.training.own import Own
from hemline.training.own.network import own_network
from hemline.training.own.optimiser import OwnOptimiser


def network_of(
    recipe: Recipe, own: Own, *, inputs: Inputs, classes: int, mirror: bool, seed: int = 0
) -> Network:
    """Freshly initialised.

    Args:
        recipe: says which.
        own: with the one that the recipe does not have.
        inputs: the pictures that it is made for.
        classes: of the data set; a recipe with outlier exposure has one logit more.
        mirror: whether mirrored pictures keep their class.
        seed: of the initial weights.

    Raises:
        RecipeError: the recipe is for one that is not there, or it is none.
    """
    outputs, mirrored = classes + (recipe.outlier_exposure > 0), recipe.test_time_flip and mirror
    if recipe.network == "own":
        if own.network is None:
            raise _missing(recipe, "network")
        return own_network(
            own.network, inputs=inputs, outputs=outputs, mirrored=mirrored, seed=seed
        )
    return build_network(
        recipe.network,
        recipe.widths,
        seed,
        inputs=inputs,
        outputs=outputs,
        mirrored=mirrored,
        dropout=recipe.dropout,
    )


def optimiser_of(recipe: Recipe, own: Own, network: Network, *, bfloat16: bool) -> Optimiser:
    """Fresh, over all parameters.

    Raises:
        RecipeError: the recipe is for one that is not there, or it is none.
    """
    if recipe.optimiser == "own":
        if own.optimiser is None:
            raise _missing(recipe, "optimiser")
        return OwnOptimiser(own.optimiser, network.parameters(), recipe.learning_rate)
    return OPTIMISERS[recipe.optimiser](network.parameters(), bfloat16=bfloat16)


def _missing(recipe: Recipe, part: str) -> RecipeError:
    return RecipeError(
        f"Expected the {part} that recipe {recipe.name} leaves to its caller, received none; give "
        f"it in Python, by train({recipe.name!r}, data, {part}=...)."
    )
