"""`hemline describe`: the layers of a recipe's network, and what an epoch and a step are."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from hemline.cli.common import JsonOption, SetOption, console, plain_table, print_json

if TYPE_CHECKING:
    from hemline.networks import Network
    from hemline.training import Recipe

_ALL_PICTURES = 60_000  # in the training part of Fashion-MNIST


def command(
    recipe: Annotated[str, typer.Argument(metavar="RECIPE", help="Name or path of a recipe.")],
    changes: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the layers of a recipe's network; count epochs and steps.

    Example: hemline describe seed
    """
    from hemline.networks import build_network
    from hemline.training import load_recipe

    loaded = load_recipe(recipe, changes or [])
    network = build_network(loaded.network, loaded.widths, seed=0)
    if as_json:
        print_json(
            {
                "recipe": asdict(loaded),
                "layers": [asdict(layer) for layer in network.describe()],
                "parameters": network.parameter_count,
                "steps_per_epoch": loaded.steps_per_epoch(_trained_on(loaded)),
            }
        )
    else:
        _print(loaded, network)


def _print(recipe: "Recipe", network: "Network") -> None:
    out = console()
    out.print(f"[bold]{recipe.name}[/bold]: {recipe.description}\n")
    table = plain_table("Layer", "Output", "Parameters", "What it does")
    table.columns[2].justify = "right"
    table.columns[3].no_wrap = False
    for layer in network.describe():
        shape = " x ".join(map(str, layer.output_shape))
        table.add_row(layer.name, shape, f"{layer.parameters:,}", layer.purpose)
    table.add_row("", "", f"{network.parameter_count:,}", "in all", style="bold")
    out.print(table)
    pictures = _trained_on(recipe)
    steps = recipe.steps_per_epoch(pictures)
    kept_back = f" ({_ALL_PICTURES - pictures:,} are kept back)" if recipe.validation else ""
    at_most = ",\nat most: easy pictures are left out by chance" if recipe.prune else ""
    out.print(
        f"\nA step shows the network one batch of {recipe.batch_size:,} pictures, then moves "
        f"every\nparameter once, by {recipe.optimiser.capitalize()} with learning rate "
        f"{recipe.learning_rate:g}.\n"
        f"An epoch shows it all {pictures:,} training pictures once{kept_back}:\n"
        f"{pictures:,} / {recipe.batch_size:,} = {steps:,} steps. "
        f"{recipe.epochs} epochs are {recipe.epochs * steps:,} steps{at_most}."
    )


def _trained_on(recipe: "Recipe") -> int:
    """Pictures of Fashion-MNIST that the recipe does not keep back."""
    return _ALL_PICTURES - round(recipe.validation * _ALL_PICTURES)
