"""Sound pipelines on other people's sets: unusual in what they take or say, and right."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from torch import nn
from torch.nn import functional

from hemline import Dataset

from .base import Unseen

Data = Callable[[str], Dataset]
os.environ.setdefault("KERAS_BACKEND", "torch")
LETTERS = tuple("ABCDEFGHIJ")
FINDINGS = ("normal", "pneumonia")


def cached(folder: Path, name: str, make: Callable[[], Any]) -> Any:
    """What `make` returns, kept in `folder`."""
    path = folder / "sets" / f"{name}.pt"
    if not path.exists():
        torch.manual_seed(0)
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(make(), path)
    return torch.load(path, weights_only=False)


def subset(data: Data, name: str, most: int = 10_000) -> tuple[NDArray, NDArray]:
    """Pictures and labels to train with."""
    part = data(name).train
    places = np.random.default_rng(0).permutation(len(part))[:most]
    return part.pixels[places], part.labels[places].astype(np.int64)


def planes(pictures: NDArray) -> torch.Tensor:
    """Channels first, 0..1."""
    array = np.asarray(pictures, dtype=np.float32) / 255
    return torch.tensor(array[:, None] if array.ndim == 3 else array.transpose(0, 3, 1, 2))


def rows(pictures: NDArray) -> NDArray:
    """A row of numbers a picture, 0..1."""
    return np.asarray(pictures, dtype=np.float32).reshape(len(pictures), -1) / 255


def perceptron(values: int, classes: int = 10, drop: float = 0.0) -> nn.Sequential:
    """One hidden layer."""
    return nn.Sequential(
        nn.Flatten(), nn.Linear(values, 128), nn.ReLU(), nn.Dropout(drop), nn.Linear(128, classes)
    )


def convnet(channels: int, edge: int, classes: int = 10, norm: bool = False) -> nn.Sequential:
    """Three convolutions and a head; large pictures are halved first."""
    layers: list[nn.Module] = [nn.AvgPool2d(2)] if edge > 32 else []
    edge = edge // 2 if edge > 32 else edge
    for inside, outside in ((channels, 16), (16, 32), (32, 48)):
        layers.append(nn.Conv2d(inside, outside, 3, padding=1))
        layers += [nn.BatchNorm2d(outside)] if norm else []
        layers += [nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(48 * (edge // 8) ** 2, classes))


def fit(
    net: nn.Module,
    inputs: torch.Tensor,
    labels: NDArray,
    epochs: int = 3,
    loss: Callable[..., torch.Tensor] = functional.cross_entropy,
    change: Callable[[torch.Tensor], torch.Tensor] | None = None,
    rate: float = 2e-3,
) -> nn.Module:
    """Train with Adam."""
    targets = torch.tensor(labels)
    steps = epochs * -(-len(inputs) // 64)
    optimiser = torch.optim.Adam(net.parameters(), rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2 * rate, total_steps=steps)
    net.train()
    for _ in range(epochs):
        for batch in torch.randperm(len(inputs)).split(64):
            shown = change(inputs[batch]) if change else inputs[batch]
            optimiser.zero_grad()
            loss(net(shown), targets[batch]).backward()
            optimiser.step()
            schedule.step()
    return net.eval()


@torch.no_grad()
def scores(net: nn.Module, inputs: torch.Tensor) -> NDArray:
    """What a network says, in the mode in which it is."""
    return torch.cat([net(part) for part in inputs.split(512)]).numpy()


def softmax(logits: NDArray) -> NDArray:
    """Probabilities."""
    return torch.tensor(logits).softmax(1).numpy()


def sigmoid(logits: NDArray) -> NDArray:
    """Probabilities, each for itself."""
    return torch.tensor(logits).sigmoid().numpy()


class Network:
    """A network of PyTorch as a small service wraps it."""

    def __init__(
        self,
        net: nn.Module,
        prepare: Callable[[NDArray], torch.Tensor] = planes,
        answer: Callable[[NDArray], Any] = softmax,
    ):
        self.net, self.prepare, self.answer = net, prepare, answer

    def __call__(self, pictures: Any) -> Any:
        return self.answer(scores(self.net, self.prepare(pictures)))


def trained(data: Data, folder: Path, name: str, norm: bool = False) -> nn.Module:
    """The convolutional network of a set, on pixels 0..1."""
    pixels, labels = subset(data, name)
    channels, edge = (3 if pixels.ndim == 4 else 1), pixels.shape[1]
    net = convnet(channels, edge, len(data(name).classes), norm)
    epochs = {"omniglot": 40, "cifar": 6, "fashion": 6}.get(name, 3)
    change = shifted if name == "omniglot" else None
    return cached(
        folder,
        f"{name}-convnet{'-norm' * norm}",
        lambda: fit(net, planes(pixels), labels, epochs, change=change),
    )


def shifted(inputs: torch.Tensor) -> torch.Tensor:
    """Turned, sheared, scaled and moved a little."""
    turns = torch.eye(2).repeat(len(inputs), 1, 1) + 0.16 * torch.randn(len(inputs), 2, 2)
    moves = 0.12 * torch.randn(len(inputs), 2, 1)
    grid = functional.affine_grid(torch.cat([turns, moves], 2), list(inputs.shape), False)
    return functional.grid_sample(inputs, grid, padding_mode="border", align_corners=False)


def keras_layers(*layers: tuple[str, dict[str, Any]]) -> Any:
    """A sequential model of Keras by the names of its layers."""
    import keras

    return keras.Sequential([getattr(keras.layers, name)(**given) for name, given in layers])


def keras_fit(
    model: Any, inputs: NDArray, labels: NDArray, loss: Any, epochs: int = 4, **more: Any
) -> Any:
    """Compile and fit."""
    import keras

    keras.utils.set_random_seed(0)
    model.compile("adam", loss)
    model.fit(inputs, labels, batch_size=64, epochs=epochs, verbose=0, **more)
    return model


def digit_model(data: Data, folder: Path) -> Any:
    """A Keras model of raw digits, which scales them itself."""
    pixels, labels = subset(data, "mnist")
    layers = [("Input", {"shape": (28, 28)}), ("Rescaling", {"scale": 1 / 255})]
    layers += [("Flatten", {}), ("Dense", {"units": 96, "activation": "relu"})]
    layers += [("Dense", {"units": 10, "activation": "softmax"})]
    loss = "sparse_categorical_crossentropy"
    return cached(
        folder, "mnist-keras", lambda: keras_fit(keras_layers(*layers), pixels, labels, loss)
    )


def grey(pictures: NDArray) -> torch.Tensor:
    """One channel of three, 0..1."""
    weights = torch.tensor([0.299, 0.587, 0.114])[:, None, None]
    return (planes(pictures) * weights).sum(1, keepdim=True)


def grey_model(data: Data, folder: Path) -> nn.Module:
    """Photos without their colour."""
    pixels, labels = subset(data, "cifar")
    return cached(folder, "cifar-grey", lambda: fit(convnet(1, 32), grey(pixels), labels, 5))


def imagenet_model(data: Data, folder: Path) -> nn.Module:
    """Photos standardised with the figures of ImageNet."""
    figures = torch.tensor([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]])[..., None, None]
    pixels, labels = subset(data, "cifar")
    inputs = (planes(pixels) - figures[0]) / figures[1]
    return cached(folder, "cifar-imagenet", lambda: fit(convnet(3, 32), inputs, labels, 5))


def lung_model(data: Data, folder: Path) -> Any:
    """A Keras model with one sigmoid, of raw X-rays."""
    pixels, labels = subset(data, "pneumonia")
    layers = [("Input", {"shape": (28, 28)}), ("Rescaling", {"scale": 1 / 255}), ("Flatten", {})]
    layers += [("Dense", {"units": 64, "activation": "relu"}), ("Dropout", {"rate": 0.3})]
    layers += [("Dense", {"units": 1, "activation": "sigmoid"})]
    model, more = keras_layers(*layers), {"class_weight": {0: 4.0, 1: 0.56}}
    loss = "binary_crossentropy"
    return cached(
        folder, "pneumonia-keras", lambda: keras_fit(model, pixels, labels, loss, 12, **more)
    )


def lung_logit(data: Data, folder: Path) -> nn.Module:
    """A convolutional network with one logit, the second class."""
    pixels, labels = subset(data, "pneumonia")

    def loss(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        rare = torch.tensor(0.12)
        return functional.binary_cross_entropy_with_logits(
            outputs[:, 0], targets.float(), pos_weight=rare
        )

    return cached(
        folder, "pneumonia-logit", lambda: fit(convnet(1, 28, 1), planes(pixels), labels, 6, loss)
    )


def classical(data: Data, folder: Path, name: str, model: Any, most: int = 10_000) -> Any:
    """An estimator of scikit-learn fitted on rows 0..1."""
    pixels, labels = subset(data, name, most)
    return cached(folder, f"{name}-{type(model).__name__}", lambda: model.fit(rows(pixels), labels))


def lettered(data: Data) -> Dataset:
    """The letters by their names."""
    return data("notmnist").replace(classes=LETTERS)


def diagnosed(data: Data) -> Dataset:
    """The X-rays by what they show."""
    return data("pneumonia").replace(classes=FINDINGS)


def _floats(pictures: Any) -> NDArray:
    if np.asarray(pictures).dtype.kind != "f":
        raise TypeError("expected floats, as the network was trained on")
    return np.asarray(pictures, dtype=np.float32)


def _digits(data: Data, folder: Path) -> Iterator[Unseen]:
    def sound(name: str, kind: str, target: Any) -> Unseen:
        return Unseen(f"mnist-{name}", kind, "mnist", (), target)

    yield sound("logits", "PyTorch", Network(trained(data, folder, "mnist"), answer=np.asarray))
    neighbours = classical(data, folder, "mnist", KNeighborsClassifier(3))
    yield sound("neighbours", "sklearn", lambda p: neighbours.predict(rows(p)))
    means = classical(data, folder, "mnist", NearestCentroid())
    yield sound("means", "sklearn", lambda p: means.predict(rows(p)).tolist())
    vectors = classical(data, folder, "mnist", make_pipeline(PCA(40), SVC(C=5)))
    yield sound("one-hot", "sklearn", lambda p: np.eye(10, dtype=int)[vectors.predict(rows(p))])
    model = digit_model(data, folder)
    percent = lambda p: (100 * model.predict(np.asarray(p), verbose=0)).round(1)  # noqa: E731
    yield sound("percent", "Keras", percent)
    yield sound("framed", "PyTorch", _framed(data, folder))


def _framed(data: Data, folder: Path) -> Callable[[Any], Any]:
    def prepare(pictures: NDArray) -> torch.Tensor:
        return functional.pad(planes(pictures), (2, 2, 2, 2))

    pixels, labels = subset(data, "mnist")
    net = convnet(1, 32)
    fitted = cached(folder, "mnist-framed", lambda: fit(net, prepare(pixels), labels))
    return Network(fitted, prepare, lambda z: [str(best) for best in z.argmax(1)])


def _letters(data: Data, folder: Path) -> Iterator[Unseen]:
    def sound(name: str, kind: str, target: Any, **options: Any) -> Unseen:
        return Unseen(f"notmnist-{name}", kind, "notmnist", (), target, options)

    net = trained(data, folder, "notmnist")
    named = Network(net, answer=lambda z: [LETTERS[best] for best in z.argmax(1)])
    yield sound("names", "PyTorch", named, data=lettered(data))
    votes = classical(data, folder, "notmnist", RandomForestClassifier(60, random_state=0))
    yield sound("votes", "sklearn", lambda p: votes.predict_proba(rows(p)))
    early = MLPClassifier(48, max_iter=4, random_state=0)
    scaled = classical(data, folder, "notmnist", make_pipeline(StandardScaler(), early))
    yield sound("scaled", "sklearn", lambda p: {"probabilities": scaled.predict_proba(rows(p))})
    yield sound("centred", "PyTorch", _centred(data, folder))


def _centred(data: Data, folder: Path) -> Callable[[Any], Any]:
    pixels, labels = subset(data, "notmnist")
    inputs = planes(pixels) - 0.5
    net = cached(folder, "notmnist-centred", lambda: fit(perceptron(784, drop=0.2), inputs, labels))
    return Network(net, lambda p: torch.tensor(_floats(p)), lambda z: z.argmax(1))


def _lungs(data: Data, folder: Path) -> Iterator[Unseen]:
    def sound(name: str, kind: str, target: Any, **options: Any) -> Unseen:
        return Unseen(f"pneumonia-{name}", kind, "pneumonia", (), target, options)

    def doubtful(logits: NDArray) -> NDArray:
        sure = sigmoid(logits[:, 0])
        return np.where(np.abs(sure - 0.5) < 0.2, -1, sure > 0.5)

    model, net = lung_model(data, folder), lung_logit(data, folder)
    yield sound("sigmoid", "Keras", lambda p: model.predict(np.asarray(p), verbose=0))
    yield sound("logit", "PyTorch", Network(net, answer=lambda z: z[:, 0]))
    named = Network(net, answer=lambda z: [FINDINGS[int(s > 0)].upper() for s in z[:, 0]])
    yield sound("names", "PyTorch", named, data=diagnosed(data))
    yield sound("doubt", "PyTorch", Network(net, answer=doubtful))
    careful = Network(net, answer=lambda z: (sigmoid(z[:, 0]) > 0.7).astype(int))
    yield sound("threshold", "PyTorch", careful)
    linear = classical(
        data, folder, "pneumonia", LogisticRegression(C=0.01, max_iter=300, class_weight="balanced")
    )
    yield sound("linear", "sklearn", lambda p: linear.predict_proba(rows(p)))


def _characters(data: Data, folder: Path) -> Iterator[Unseen]:
    def small(pictures: NDArray) -> NDArray:
        return functional.avg_pool2d(1 - planes(pictures), 5, 4).flatten(1).numpy()

    def sound(name: str, kind: str, target: Any) -> Unseen:
        return Unseen(f"omniglot-{name}", kind, "omniglot", (), target)

    pixels, labels = subset(data, "omniglot")
    classes, net = data("omniglot").classes, trained(data, folder, "omniglot")
    means = cached(folder, "omniglot-means", lambda: NearestCentroid().fit(small(pixels), labels))
    yield sound("means", "sklearn", lambda p: means.predict(small(p)))
    yield sound("logits", "PyTorch", Network(net, answer=np.asarray))
    named = Network(net, answer=lambda z: np.array(classes)[np.argsort(-z, 1)[:, :5]].tolist())
    yield sound("best-five", "PyTorch", named)


def _photos(data: Data, folder: Path) -> Iterator[Unseen]:
    def sound(name: str, kind: str, target: Any) -> Unseen:
        return Unseen(f"cifar-{name}", kind, "cifar", (), target)

    net = trained(data, folder, "cifar")
    yield sound("probabilities", "PyTorch", Network(net))
    yield sound("best-three", "PyTorch", Network(net, answer=_best_three(data("cifar").classes)))
    yield sound("grey", "PyTorch", Network(grey_model(data, folder), grey))
    yield sound("histogram", "sklearn", _histogram(data, folder))
    floats = Network(imagenet_model(data, folder), lambda p: torch.tensor(_floats(p)), np.asarray)
    yield sound("standardised", "PyTorch", floats)
    yield sound("sixteen", "PyTorch", _sixteen(Network(net)))


def _best_three(classes: tuple[str, ...]) -> Callable[[NDArray], list[list[dict[str, Any]]]]:
    def answer(logits: NDArray) -> list[list[dict[str, Any]]]:
        return [
            [{"label": classes[k], "score": float(row[k])} for k in np.argsort(-row)[:3]]
            for row in softmax(logits)
        ]

    return answer


def _histogram(data: Data, folder: Path) -> Callable[[Any], NDArray]:
    def counts(pictures: Any) -> NDArray:
        bins = np.asarray(pictures).reshape(len(pictures), -1, 3) // 64
        codes = bins @ np.array([16, 4, 1], bins.dtype)
        return np.stack([np.bincount(row, minlength=64) for row in codes])

    pixels, labels = subset(data, "cifar")
    forest = RandomForestClassifier(80, min_samples_leaf=4, random_state=0)
    model = cached(folder, "cifar-histogram", lambda: forest.fit(counts(pixels), labels))
    return lambda pictures: model.predict(counts(pictures))


def _sixteen(predict: Network) -> Callable[[Any], Any]:
    def limited(pictures: Any) -> Any:
        if len(pictures) > 16:
            raise ValueError(f"at most 16 pictures a call, got {len(pictures)}")
        return predict(pictures)

    return limited


def pipelines(data: Data, folder: Path) -> Iterator[Unseen]:
    """All of them, those of a set together."""
    for group in (_digits, _letters, _lungs, _characters, _photos):
        yield from group(data, folder)
