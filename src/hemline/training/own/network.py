"""A network of one's own as a `Network`: what comes before it, and which part of it is the head."""

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from hemline.errors import RecipeError
from hemline.networks import Dense, Inputs, Network, Standardisation
from hemline.training.devices import seeded_chance
from hemline.training.own import NetworkMaker

_MOST_FEATURES = 2048  # the out-of-distribution score has as many squared


def own_network(
    own: nn.Module | NetworkMaker,
    *,
    inputs: Inputs,
    outputs: int,
    mirrored: bool,
    seed: int,
) -> Network:
    """A network around a module that takes pictures and gives logits.

    The module is given float32 `(n, c, h, w)`, pixels scaled to 0..1 less their mean over the
    training part: whoever trains, exports or serves it cannot scale otherwise. Where it ends in
    a linear layer, what that layer is given are the features of the network.

    Args:
        own: the module, of which a copy is trained; or what makes it of `inputs` and `outputs`.
        inputs: the pictures.
        outputs: logits.
        mirrored: predict from the picture and its mirror image.
        seed: of the chance in what makes the module.

    Raises:
        RecipeError: it is no module, or does not give such logits.
    """
    with seeded_chance(seed):
        module = copy.deepcopy(own) if isinstance(own, nn.Module) else own(inputs, outputs)
    if not isinstance(module, nn.Module):
        raise RecipeError(
            "Expected a PyTorch module, or what makes one of the inputs and the number of logits, "
            f"received {type(module).__name__}; pass network=MyNetwork()."
        )
    first = Standardisation(inputs.mean)
    example = first(
        torch.arange(2 * inputs.form.values, dtype=torch.uint8).view(2, *inputs.form.shape)
    )
    logits = _logits(module, example, outputs)
    body, head = _parted(module, example, logits)
    return Network([first, *body, head], inputs, mirrored=mirrored)


@torch.no_grad()
def _logits(module: nn.Module, example: Tensor, outputs: int) -> Tensor:
    shape, reason = tuple(example.shape[1:]), ""
    try:
        logits = module.eval()(example)
        reason = (
            f"float32 {tuple(logits.shape)}" if isinstance(logits, Tensor) else str(type(logits))
        )
    except Exception as error:  # whatever a stranger's code raises
        reason = f"{type(error).__name__} ({str(error).splitlines()[0]})"
    else:
        if isinstance(logits, Tensor) and logits.shape == (2, outputs):
            return logits
    raise RecipeError(
        f"Expected a network that takes float32 (n, {', '.join(map(str, shape))}) and gives "
        f"logits (n, {outputs}), received {reason} for n = 2; correct it."
    )


@torch.no_grad()
def _parted(
    module: nn.Module, example: Tensor, logits: Tensor
) -> tuple[Sequence[nn.Module], nn.Module]:
    """What gives the features, and the linear layer that makes logits of them."""
    linear = [(name, at) for name, at in module.named_modules() if isinstance(at, nn.Linear)]
    for name, head in linear[-1:]:
        if not name:  # the module itself
            continue
        body = copy.deepcopy(module)
        parent, _, attribute = name.rpartition(".")
        setattr(body.get_submodule(parent), attribute, nn.Identity())
        features = body(example)
        fits = features.ndim == 2 and features.shape[1] == head.in_features <= _MOST_FEATURES
        if fits and torch.allclose(head(features), logits, rtol=1e-4, atol=1e-5):
            return _layers(body), _dense(head)
    return [module], _unchanged(logits.shape[1])


def _layers(body: nn.Module) -> list[nn.Module]:
    """Of a plain sequence its layers, so that each has its row where networks are described."""
    if type(body) is not nn.Sequential:
        return [body]
    return [layer for layer in body if not isinstance(layer, nn.Identity)]


def _dense(linear: nn.Linear) -> Dense:
    head = Dense(linear.in_features, linear.out_features, relu=False, generator=None)
    head.weight.copy_(linear.weight)
    if linear.bias is not None:
        head.bias.copy_(linear.bias)
    return head


def _unchanged(outputs: int) -> Dense:
    """A head that lets through the logits of a module which has no head of its own."""
    head = Dense(outputs, outputs, relu=False, generator=None)
    head.weight.copy_(torch.eye(outputs))
    return head.requires_grad_(False)
