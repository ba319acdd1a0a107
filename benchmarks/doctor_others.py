"""Pipelines of the fault bench that an adversary of the doctor thought of: kinds, forms, faults."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

import numpy as np
import torch
from doctor_models import network, plain
from doctor_pipelines import Pipeline, flat_scores, of_outputs, softmax, torch_scores
from torch import nn

from hemline import Dataset, Split, open_dataset

_KNOWN = 4000  # pictures that the models of scikit-learn are fitted on
_PLURAL = ["t-shirt", "trousers", "pullovers", "dress", "coats", "sandals", "shirts", "sneakers"]
_PLURAL += ["bags", "ankle_boots"]


def other_healthy(data: Dataset) -> Iterator[Pipeline]:
    """Models that know their training pictures by nature, and rarer forms of answers."""
    classes = data.classes
    known = {"data": _part(data)}
    for name in ("forest", "nearest neighbour", "neighbours by distance"):
        model = _fitted(name)
        make = partial(Pipeline, kind="sklearn", root=None, options=known)
        yield make(f"{name}, shares", target=_on_flat(model.predict_proba))
        yield make(f"{name}, labels", target=_on_flat(model.predict))
    for name, method in (("logistic regression", "predict_proba"), ("SVC", "decision_function")):
        target = _on_flat(getattr(_fitted(name), method))
        yield Pipeline(f"{name}, {method}", "sklearn", None, target)
    mlp = partial(torch_scores, network("mlp"))
    ends = {
        "rounded to two digits": lambda s: np.round(softmax(s), 2),
        "in 8 bits": lambda s: np.round(255 * softmax(s)).astype(np.uint8),
        "the best three": lambda s: np.argsort(-s, axis=1)[:, :3],
        "a dictionary each": lambda s: [dict(zip(classes, p, strict=True)) for p in softmax(s)],
        "names in the plural": lambda s: [_PLURAL[label] for label in s.argmax(1)],
        "-1 in doubt": lambda s: np.where(softmax(s).max(1) < 0.4, -1, s.argmax(1)),
    }
    for what, end in ends.items():
        yield Pipeline(f"mlp, {what}", "PyTorch", None, of_outputs(end, mlp))


def other_broken(data: Dataset) -> Iterator[Pipeline]:
    """Faults that look like others."""
    make = partial(Pipeline, kind="PyTorch")
    for name, net in (
        ("fresh convnet with one favourite", _fresh()),
        ("labels mixed", _mixed(data)),
    ):
        target = of_outputs(softmax, partial(flat_scores, net))
        yield make(name, root="no-trained-layers", target=target)
    each = plain("lenet", key="each", change=standardised)
    yield make(
        "each picture standardised in training",
        root="other-normalisation",
        target=of_outputs(softmax, partial(flat_scores, each)),
    )
    mlp = partial(torch_scores, network("mlp"))
    test = data.test.pixels[:1000], data.test.labels[:1000]
    for what, labels in {"rolled": np.roll(test[1], 1), "renumbered": (test[1] + 3) % 10}.items():
        yield make(
            f"a part with labels {what}",
            root="wrong-data",
            target=mlp,
            options={"data": (test[0], labels)},
        )
    listed = [*data.classes[:7], "pumps", *data.classes[8:]]
    yield make(
        "one class under another name",
        root="class-names",
        target=lambda x: [listed[label] for label in mlp(x).argmax(1)],
    )
    for what in ("logistic regression", "SVC"):
        model = _fitted(what)
        yield Pipeline(
            f"{what}, not scaled",
            "sklearn",
            "unscaled-input",
            lambda x, model=model: model.predict(np.asarray(x).reshape(len(x), 784)),
        )


def standardised(inputs: torch.Tensor) -> torch.Tensor:
    """Each picture to mean 0 and deviation 1, `(n, 784)`."""
    return (inputs - inputs.mean(1, keepdim=True)) / inputs.std(1, keepdim=True)


def _part(data: Dataset) -> Dataset:
    train = Split(data.train.pixels[:_KNOWN], data.train.labels[:_KNOWN])
    return data.replace(name="part", source="cut", load_train=lambda: train)


def _on_flat(method: Callable) -> Callable:
    return lambda x: method(np.asarray(x).reshape(len(x), 784) / 255)


@cache
def _fitted(name: str) -> Any:
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.svm import SVC

    model = {
        "forest": RandomForestClassifier(30, random_state=0),
        "nearest neighbour": KNeighborsClassifier(1),
        "neighbours by distance": KNeighborsClassifier(7, weights="distance"),
        "logistic regression": LogisticRegression(C=0.1, max_iter=500),
        "SVC": SVC(),
    }[name]
    train = open_dataset().train
    count = _KNOWN // 2 if name == "SVC" else _KNOWN
    return model.fit(train.pixels[:count].reshape(count, 784) / 255, train.labels[:count])


def _fresh() -> nn.Module:
    torch.manual_seed(5)
    return nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)),
        *(nn.Conv2d(1, 8, 5, stride=2), nn.ReLU(), nn.Conv2d(8, 16, 3, stride=2), nn.ReLU()),
        *(nn.Flatten(), nn.Linear(400, 64), nn.ReLU(), nn.Linear(64, 10)),
    ).eval()


def _mixed(data: Dataset) -> nn.Module:
    mixed = np.random.default_rng(0).permutation(data.train.labels[:10_000])
    return plain("mlp", key="mixed", data=(data.train.pixels[:10_000], mixed))
