"""Whether a network of one's own can become a model file: asked before it is trained."""

import copy

import numpy as np
import onnxruntime
import torch

from hemline.graph import ForeignGraphError, check_graph
from hemline.networks import Network
from hemline.training.export import export_model
from hemline.training.finishing import Finish
from hemline.training.ood_score import MahalanobisScore
from hemline.training.own.exporting import unfit

_PICTURES, _APART = 5, 1e-3  # of the largest logit


def check_export(network: Network, classes: int) -> None:
    """Make a model file of the network as it is, and compare what it answers.

    Raises:
        RecipeError: PyTorch cannot export it, the file has something that no model file may have,
            or gives other logits.
    """
    network = copy.deepcopy(network).cpu()  # a GPU may compute less exactly
    file = export_model(network, {"classes": [""] * classes}, _unfinished(network, classes))
    try:
        check_graph(file)
    except ForeignGraphError as error:
        raise unfit(f"one with {error} there") from error
    form = network.inputs.form
    pixels = np.random.default_rng(0).integers(0, 256, (_PICTURES, *form.shape), np.uint8)
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    (there,) = session.run(["logits"], {"pixels": pixels})
    # One by one: what a picture is called must not hang on those beside it.
    features = [network.features_at_rest(one) for one in torch.split(torch.tensor(pixels), 1)]
    here = network.head(torch.cat(features))[:, :classes].detach().numpy()
    apart = float(np.abs(there - here).max())
    if not apart <= _APART * max(1.0, float(np.abs(here).max())):
        raise unfit(f"one whose logits are {apart:.2g} apart there, with other pictures beside")


def _unfinished(network: Network, classes: int) -> Finish:
    features = next(network.layers[-1].parameters()).shape[1]
    shapes = (features,), (features, features), (classes, features), (classes,)
    return Finish(None, MahalanobisScore(*map(torch.zeros, shapes)), 0.0, 0)
