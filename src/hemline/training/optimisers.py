"""How a gradient becomes a change of weights."""

from torch import Tensor, nn, optim

from hemline.training.recipe import Recipe


def build_optimiser(recipe: Recipe, network: nn.Module) -> optim.Optimizer:
    """Adam (Kingma & Ba, 2015) with Keras's constants."""
    return optim.Adam(
        network.parameters(),
        lr=recipe.learning_rate,
        betas=(0.9, 0.999),
        eps=1e-7,  # Keras's; PyTorch's own is 1e-8
        fused=True,
    )


def optimiser_tensors(optimiser: optim.Optimizer) -> dict[str, Tensor]:
    """What the optimiser remembers, by the place of the parameter: `{"0.exp_avg": ...}`."""
    states = optimiser.state_dict()["state"]
    return {f"{place}.{key}": value for place in states for key, value in states[place].items()}


def load_optimiser_tensors(optimiser: optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Put back what `optimiser_tensors` gave."""
    states: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        place, key = name.split(".")
        states.setdefault(int(place), {})[key] = value
    groups = optimiser.state_dict()["param_groups"]
    optimiser.load_state_dict({"state": states, "param_groups": groups})
