"""`hemline describe`: the network that a recipe trains on some data; what epoch and step are."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from hemline.cli.answers import plain
from hemline.cli.common import (
    JsonOption,
    SetOption,
    console,
    is_named,
    plain_table,
    print_json,
)
from hemline.cli.opening import DataArguments, takes_data

if TYPE_CHECKING:
    from hemline.data import Dataset
    from hemline.networks import Inputs, Network
    from hemline.recipes import Recipe


class Facts(NamedTuple):
    """What a training would know of its data before it begins.

    Attributes:
        name: of the data set.
        inputs: the pictures.
        classes: how many there are.
        mirror: whether the training mirrors pictures.
        pictures: to train on.
        kept_back: other ones, to choose by.
    """

    name: str
    inputs: "Inputs"
    classes: int
    mirror: bool
    pictures: int
    kept_back: int


@takes_data
def command(
    *,
    recipe: Annotated[str, typer.Argument(metavar="RECIPE", help="Name or path of a recipe.")],
    data: DataArguments,
    changes: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the network that a recipe trains; count epochs and steps.

    Example: hemline describe seed
    """
    from hemline.recipes import load_recipe
    from hemline.training.building import network_of
    from hemline.training.own import Own

    loaded = load_recipe(recipe, changes or [])
    official = not is_named(data.data) and data == DataArguments()  # it need not be there
    dataset = None if official else data.open("train", quiet=as_json)
    facts = _facts_of(loaded, dataset) if dataset else _official_facts(loaded)
    network = network_of(
        loaded, Own(), inputs=facts.inputs, classes=facts.classes, mirror=facts.mirror
    )
    if as_json:
        print_json(
            {
                "recipe": asdict(loaded),
                "data": facts.name,
                "form": facts.inputs.form.describe(),
                "classes": facts.classes,
                "test_time_flip": network.mirrored,
                "layers": [asdict(layer) for layer in network.describe()],
                "parameters": network.parameter_count,
                "steps_per_epoch": loaded.steps_per_epoch(facts.pictures),
            }
        )
    else:
        _print(loaded, network, facts)


def _official_facts(recipe: "Recipe") -> Facts:
    from hemline.data.fashion.fashion_mnist import open_official
    from hemline.data.fashion.official import MEAN, TRAINING_PICTURES
    from hemline.networks import Inputs
    from hemline.training.mirroring import decide_mirroring

    dataset = open_official(Path())  # of which nothing is read
    kept_back = round(recipe.validation * TRAINING_PICTURES)
    return Facts(
        dataset.name,
        Inputs(dataset.form, (MEAN,)),
        len(dataset.classes),
        decide_mirroring(recipe, dataset).keeps_class,
        TRAINING_PICTURES - kept_back,
        kept_back,
    )


def _facts_of(recipe: "Recipe", dataset: "Dataset") -> Facts:
    from hemline.data.building.splits import content_split
    from hemline.networks import Inputs
    from hemline.training.mirroring import decide_mirroring

    train, own = dataset.train, dataset.validation if recipe.validation else None
    share = 0 if own else recipe.validation
    places, cut = content_split(train.pixels, train.labels, share, groups=train.groups)
    return Facts(
        dataset.name,
        Inputs.of(train.pixels, dataset.form),
        len(dataset.classes),
        decide_mirroring(recipe, dataset).keeps_class,
        len(places),
        len(own) if own else len(cut),
    )


def _print(recipe: "Recipe", network: "Network", facts: Facts) -> None:
    out = console()
    out.print(plain((recipe.name, "bold"), f": {recipe.description}\n"))
    table = plain_table("Layer", "Output", "Parameters", "What it does")
    table.columns[2].justify = "right"
    table.columns[3].no_wrap = False
    for layer in network.describe():
        shape = " x ".join(map(str, layer.output_shape))
        table.add_row(layer.name, shape, f"{layer.parameters:,}", layer.purpose)
    table.add_row("", "", f"{network.parameter_count:,}", "in all", style="bold")
    out.print(table)
    out.print(plain(f"\n{_inputs_and_outputs(recipe, network, facts)}"))
    out.print(f"\n{_steps(recipe, facts)}")


def _inputs_and_outputs(recipe: "Recipe", network: "Network", facts: Facts) -> str:
    none = ",\nand one for none of them" if recipe.outlier_exposure else ""
    sentences = [
        f"Trained on {facts.name}: {facts.inputs.form} in, "
        f"a logit for each of {facts.classes:,} classes out{none}."
    ]
    if network.mirrored:
        sentences.append(
            "After the training it looks at the mirror image of a picture as well,\n"
            "and takes the mean."
        )
    return "\n".join(sentences)


def _steps(recipe: "Recipe", facts: Facts) -> str:
    pictures, steps = facts.pictures, recipe.steps_per_epoch(facts.pictures)
    passes = recipe.passes(pictures)
    often, times = (f"{passes} times", f"{passes} x ") if passes > 1 else ("once", "")
    kept_back = f" ({facts.kept_back:,} are kept back)" if facts.kept_back else ""
    at_most = ",\nat most: easy pictures are left out by chance" if recipe.data_pruning else ""
    return (
        f"A step shows the network one batch of {recipe.batch_size:,} pictures, then moves "
        f"every\nparameter once, by {recipe.optimiser.capitalize()} with learning rate "
        f"{recipe.learning_rate:g}.\n"
        f"An epoch shows it all {pictures:,} training pictures {often}{kept_back}:\n"
        f"{times}{pictures:,} / {recipe.batch_size:,} = {steps:,} steps. "
        f"{recipe.epochs} epochs are {recipe.epochs * steps:,} steps{at_most}."
    )
