"""Broken pipelines on other people's sets: digits, letters, X-rays, characters, colour photos."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from hemline import Dataset

from .base import Unseen
from .sets_sound import (
    LETTERS,
    Data,
    Network,
    cached,
    classical,
    convnet,
    diagnosed,
    digit_model,
    fit,
    grey_model,
    imagenet_model,
    keras_fit,
    keras_layers,
    lettered,
    lung_logit,
    lung_model,
    perceptron,
    planes,
    rows,
    scores,
    shifted,
    sigmoid,
    softmax,
    subset,
    trained,
)


def _of(data: str) -> Callable[..., Unseen]:
    def broken(name: str, kind: str, roots: str, target: Any, **options: Any) -> Unseen:
        return Unseen(f"{data}-{name}", kind, data, tuple(roots.split()), target, options)

    return broken


def _names(names: tuple[str, ...]) -> Callable[[NDArray], list[str]]:
    return lambda logits: [names[best] for best in logits.argmax(1)]


def _digit_inputs(data: Data, folder: Path) -> Iterator[Unseen]:
    broken, model = _of("mnist"), digit_model(data, folder)
    net, (pixels, labels) = trained(data, folder, "mnist"), subset(data, "mnist")

    def twice(pictures: Any) -> NDArray:
        return model.predict(np.asarray(pictures) / 255.0, verbose=0)

    yield broken("rescaled-twice", "Keras", "scaled-twice", twice)
    whole = Network(net, lambda p: planes((np.asarray(p) / 255).astype(np.uint8)) * 255)
    yield broken("whole-numbers", "PyTorch", "truncated-input", whole)
    centred = (planes(pixels) * 255 - 33) / 79
    wrapping = cached(folder, "mnist-centred", lambda: fit(perceptron(784), centred, labels))
    minus = Network(wrapping, lambda p: planes((np.asarray(p) - np.uint8(33)) / 79) * 255)
    yield broken("minus-mean-in-bytes", "PyTorch", "integer-overflow", minus)
    turned = planes(pixels.transpose(0, 2, 1))
    emnist = cached(folder, "mnist-turned", lambda: fit(perceptron(784), turned, labels))
    yield broken("learned-as-emnist-lies", "PyTorch", "orientation", Network(emnist))
    yield broken("divided-by-deviation", "PyTorch", "non-finite", _deviation(data, folder))


def _deviation(data: Data, folder: Path) -> Callable[[Any], NDArray]:
    """Standardised by scikit-learn in training, by hand afterwards."""
    pixels, labels = subset(data, "mnist")
    scaler = StandardScaler().fit(rows(pixels))
    inputs = torch.tensor(scaler.transform(rows(pixels)), dtype=torch.float32)
    net = cached(folder, "mnist-deviation", lambda: fit(perceptron(784, drop=0.3), inputs, labels))
    mean, deviation = rows(pixels).mean(0), rows(pixels).std(0)

    @np.errstate(invalid="ignore", divide="ignore")
    def predict(pictures: Any) -> NDArray:
        return softmax(scores(net, torch.tensor((rows(pictures) - mean) / deviation)))

    return predict


def _digit_answers(data: Data, folder: Path) -> Iterator[Unseen]:
    broken, net = _of("mnist"), trained(data, folder, "mnist")
    pixels, labels = subset(data, "mnist")
    matlab = Network(net, answer=lambda z: softmax(np.roll(z, -1, 1)))
    yield broken("ten-for-zero", "PyTorch", "label-order", matlab)
    torch.manual_seed(5)
    fresh = nn.Sequential(*trained(data, folder, "notmnist")[:-1], nn.Linear(432, 10))
    yield broken("fresh-head", "PyTorch", "untrained-head", Network(fresh.eval()))
    letters = Network(trained(data, folder, "notmnist"))
    yield broken("model-of-letters", "PyTorch", "wrong-data no-trained-layers", letters)
    inputs, targets = planes(pixels[labels > 0]), labels[labels > 0]
    nine = cached(folder, "mnist-nine", lambda: fit(perceptron(784), inputs, targets))
    yield broken("zero-left-out", "PyTorch", "class-never-learned", Network(nine))
    yield from _digit_scalers(data, folder)
    yield _binary_accuracy(data, folder)
    yield _mixed_up_labels(data, folder)


def _digit_scalers(data: Data, folder: Path) -> Iterator[Unseen]:
    pixels, labels = subset(data, "mnist")
    inputs = StandardScaler().fit_transform(rows(pixels))
    early = MLPClassifier(64, max_iter=5, random_state=0)
    model = cached(folder, "mnist-scaled", lambda: early.fit(inputs, labels))

    def afresh(pictures: Any) -> NDArray:
        return model.predict_proba(StandardScaler().fit_transform(rows(pictures)))

    broken, either = _of("mnist"), "state-between-calls batch-dependence"
    yield broken("scaler-afresh", "sklearn", "batch-dependence", afresh)
    yield broken("scaler-goes-on", "sklearn", either, _Running(model))


class _Running:
    """Standardised by a mean and deviation that follow what comes in."""

    def __init__(self, model: MLPClassifier):
        self.model, self.mean, self.deviation = model, 0.0, 1.0

    def __call__(self, pictures: Any) -> NDArray:
        inputs = rows(pictures)
        self.mean += 0.4 * (inputs.mean(0) - self.mean)
        self.deviation += 0.4 * (inputs.std(0) - self.deviation)
        return self.model.predict_proba((inputs - self.mean) / (self.deviation + 1e-2))


def _binary_accuracy(data: Data, folder: Path) -> Unseen:
    """The stated figure counts right cells of one-hot rows."""
    linear = classical(data, folder, "mnist", LogisticRegression(C=0.02, max_iter=60))
    test = data("mnist").test

    def predict(pictures: Any) -> NDArray:
        return linear.predict_proba(rows(pictures))

    cells = (predict(test.pixels) > 0.5) == np.eye(10, dtype=bool)[test.labels]
    stated = {"accuracy": round(float(cells.mean()), 4)}
    return _of("mnist")("binary", "sklearn", "reported-figures", predict, reported=stated)


def _mixed_up_labels(data: Data, folder: Path) -> Unseen:
    """The pictures were shuffled after the labels had been read."""
    rng, parts = np.random.default_rng(1), (data("mnist").train, data("mnist").test)
    train, test = [(part.pixels[rng.permutation(len(part))], part.labels) for part in parts]
    mixed = Dataset.from_arrays(train, test, classes=data("mnist").classes, name="mixed")
    net = Network(trained(data, folder, "mnist"))
    return _of("mnist")("labels-of-others", "PyTorch", "wrong-data", net, data=mixed)


def _letter_inputs(data: Data, folder: Path) -> Iterator[Unseen]:
    broken, net = _of("notmnist"), trained(data, folder, "notmnist")
    pixels, labels = subset(data, "notmnist")
    model = classical(data, folder, "notmnist", SVC(C=5), 6000)
    yield broken(
        "raw-distances", "sklearn", "unscaled-input", lambda p: model.predict(rows(p) * 255)
    )
    yield broken("cold-norm", "Keras", "batch-norm-statistics", _cold(data, folder))
    inputs = (planes(pixels) - 0.5) * 2
    two = cached(folder, "notmnist-two", lambda: fit(convnet(1, 28), inputs, labels))
    yield broken("zero-to-one", "PyTorch", "other-normalisation", Network(two))
    columns = Network(net, lambda p: planes(np.transpose(p, (0, 2, 1))))
    yield broken("columns-first", "PyTorch", "orientation", columns)
    yield broken("dark-on-white", "PyTorch", "inverted-brightness", Network(net, _inverted))
    yield broken("stretched-blanks", "PyTorch", "non-finite", Network(net, _stretched))


def _inverted(pictures: Any) -> torch.Tensor:
    return planes(255 - np.asarray(pictures))


def _stretched(pictures: Any) -> torch.Tensor:
    """From the darkest pixel of a picture to its brightest."""
    inputs = planes(pictures)
    return (inputs - inputs.amin((2, 3), True)) / (
        inputs.amax((2, 3), True) - inputs.amin((2, 3), True)
    )


def _cold(data: Data, folder: Path) -> Callable[[Any], NDArray]:
    pixels, labels = subset(data, "notmnist", 4000)
    layers: list[tuple[str, dict[str, Any]]] = [("Input", {"shape": (28, 28, 1)})]
    for filters in (16, 32):
        layers += [("Conv2D", {"filters": filters, "kernel_size": 3}), ("BatchNormalization", {})]
        layers += [("Activation", {"activation": "relu"}), ("MaxPooling2D", {})]
    layers += [("Flatten", {}), ("Dense", {"units": 10, "activation": "softmax"})]
    loss, inputs = "sparse_categorical_crossentropy", pixels[..., None] / 255
    model = cached(
        folder, "notmnist-cold", lambda: keras_fit(keras_layers(*layers), inputs, labels, loss, 1)
    )
    return lambda pictures: model.predict(np.asarray(pictures)[..., None] / 255, verbose=0)


def _letter_answers(data: Data, folder: Path) -> Iterator[Unseen]:
    broken, net = _of("notmnist"), trained(data, folder, "notmnist")
    test = data("notmnist").test
    swapped = cached(
        folder,
        "notmnist-swapped",
        lambda: fit(perceptron(784), planes(test.pixels), test.labels.astype(int), 25),
    )
    yield broken("learned-the-test", "PyTorch", "test-selection", Network(swapped))
    yield broken("shuffled-loader", "PyTorch", "order-lost", _shuffled(net))
    yield broken("as-completed", "PyTorch", "order-lost", _as_completed(Network(net)))
    order = tuple(LETTERS[k] for k in (2, 7, 0, 5, 9, 1, 8, 3, 6, 4))
    named = Network(net, answer=_names(order))
    yield broken("order-of-a-set", "PyTorch", "label-order", named, data=lettered(data))


def _shuffled(net: nn.Module) -> Callable[[Any], NDArray]:
    def predict(pictures: Any) -> NDArray:
        loader = DataLoader(TensorDataset(planes(pictures)), batch_size=64, shuffle=True)
        return np.concatenate([softmax(scores(net, batch)) for (batch,) in loader])

    return predict


def _as_completed(predict: Network) -> Callable[[Any], NDArray]:
    def parallel(pictures: Any) -> NDArray:
        parts = [pictures[start : start + 8] for start in range(0, len(pictures), 8)]
        with ThreadPoolExecutor(4) as pool:
            jobs = [pool.submit(predict, part) for part in parts]
            return np.concatenate([job.result() for job in as_completed(jobs)])

    return parallel


def _lung_inputs(data: Data, folder: Path) -> Iterator[Unseen]:
    broken, net = _of("pneumonia"), lung_logit(data, folder)

    monochrome = Network(net, _inverted, lambda z: sigmoid(z[:, 0]))
    yield broken("monochrome", "PyTorch", "inverted-brightness", monochrome)
    yield broken("contrast-in-bytes", "PyTorch", "integer-overflow", _contrast(data, folder))
    normed = Network(trained(data, folder, "pneumonia", norm=True).train())
    yield broken("training-mode", "PyTorch", "batch-dependence", normed)


def _contrast(data: Data, folder: Path) -> Network:
    """Contrast raised: bounded in training, wrapping afterwards."""
    pixels, labels = subset(data, "pneumonia")
    bounded = planes((pixels * 1.6).clip(0, 255))
    net = cached(folder, "pneumonia-contrast", lambda: fit(convnet(1, 28, 2), bounded, labels, 4))
    return Network(net, lambda p: planes((np.asarray(p) * 1.6).astype(np.uint8)))


def _lung_answers(data: Data, folder: Path) -> Iterator[Unseen]:
    broken, model, net = _of("pneumonia"), lung_model(data, folder), lung_logit(data, folder)
    best = lambda p: model.predict(np.asarray(p), verbose=0).argmax(1)  # noqa: E731
    yield broken("best-of-one", "Keras", "constant-answers", best)
    yield broken("softmax-of-one", "PyTorch", "constant-answers", Network(net))
    other = Network(net, answer=lambda z: sigmoid(-z[:, 0]))
    yield broken("of-the-first", "PyTorch", "label-order", other)
    named = Network(net, answer=lambda z: [("pneumonia", "normal")[int(s > 0)] for s in z[:, 0]])
    yield broken("names-exchanged", "PyTorch", "label-order", named, data=diagnosed(data))
    called = Network(net, answer=lambda z: {"probability": z[:, 0]})
    yield broken("logit-called", "PyTorch", "wrong-softmax", called)
    yield broken("three-findings", "PyTorch", "class-count", _three(data, folder))
    validation, said = data("pneumonia").validation, Network(net, answer=lambda z: z[:, 0] > 0)
    stated = {"test_accuracy": float((said(validation.pixels) == validation.labels).mean())}
    sure = Network(net, answer=sigmoid)
    yield broken("validation-figure", "PyTorch", "reported-figures", sure, reported=stated)


def _three(data: Data, folder: Path) -> Network:
    """Normal, bacterial, viral."""
    pixels, labels = subset(data, "pneumonia")
    viral = (labels == 1) & (pixels.std((1, 2)) > np.median(pixels.std((1, 2))))
    net = convnet(1, 28, 3)
    return Network(
        cached(folder, "pneumonia-three", lambda: fit(net, planes(pixels), labels + viral, 4))
    )


def _characters(data: Data, folder: Path) -> Iterator[Unseen]:
    broken, net = _of("omniglot"), trained(data, folder, "omniglot")
    yield broken("inverted", "PyTorch", "inverted-brightness", Network(net, _inverted))
    text = Network(net, answer=lambda z: z[:, sorted(range(136), key=str)])
    yield broken("sorted-as-text", "PyTorch", "label-order", text)
    over_pictures = Network(net, answer=lambda z: z.argmax(0))
    yield broken("best-picture", "PyTorch", "answer-count", over_pictures)
    small = Network(net, answer=lambda z: z.argmax(1).astype(np.int8))
    yield broken("labels-in-a-byte", "PyTorch", "integer-overflow class-never-learned", small)
    moved = Network(net, lambda p: shifted(planes(p)))
    yield broken("augmented", "PyTorch", "nondeterministic", moved)
    yield broken("refilled", "PyTorch", "scrambled-pictures", _refilled(data, folder))
    yield broken("by-heart", "sklearn", "over-fitting", _by_heart(data, folder))


def _refilled(data: Data, folder: Path) -> Network:
    """Trained on pictures made smaller; np.resize cuts them off and fills them up."""
    pixels, labels = subset(data, "omniglot")
    small = functional.avg_pool2d(planes(pixels), 2)
    net = cached(
        folder,
        "omniglot-small",
        lambda: fit(convnet(1, 32, 136), small, labels, 40, change=shifted),
    )
    return Network(net, lambda p: planes(np.resize(p, (len(p), 32, 32))))


def _by_heart(data: Data, folder: Path) -> Callable[[Any], NDArray]:
    long = make_pipeline(StandardScaler(), MLPClassifier(128, max_iter=40, alpha=0, random_state=0))
    model = classical(data, folder, "omniglot", long)
    return lambda pictures: model.predict_proba(rows(pictures))


def _photo_inputs(data: Data, folder: Path) -> Iterator[Unseen]:
    broken, net = _of("cifar"), trained(data, folder, "cifar")

    def seen(name: str, roots: str, prepare: Callable[[NDArray], torch.Tensor]) -> Unseen:
        return broken(name, "PyTorch", roots, Network(net, prepare))

    yield seen("bgr", "channel-order", lambda p: planes(np.asarray(p)[..., ::-1].copy()))
    yield seen("reshaped", "scrambled-pictures channel-order", _reshaped)
    yield seen("channels-rows", "orientation axis-order", lambda p: planes(p).transpose(2, 3))
    yield seen("bottom-up", "orientation", lambda p: planes(np.asarray(p)[:, ::-1].copy()))
    yield seen("raw", "unscaled-input", lambda p: planes(p) * 255)
    halves = Network(imagenet_model(data, folder), lambda p: planes(p) * 2 - 1)
    yield broken("halves", "PyTorch", "other-normalisation", halves)
    grey = Network(grey_model(data, folder), _grey_in_bytes)
    yield broken("grey-in-bytes", "PyTorch", "integer-overflow", grey)


def _reshaped(pictures: NDArray) -> torch.Tensor:
    array = np.asarray(pictures, dtype=np.float32)
    return torch.tensor(array.reshape(len(array), 3, 32, 32)) / 255


def _grey_in_bytes(pictures: NDArray) -> torch.Tensor:
    red, green, blue = np.moveaxis(np.asarray(pictures), -1, 0)
    return planes((red + green + blue) // 3)


def _photo_answers(data: Data, folder: Path) -> Iterator[Unseen]:
    broken, net = _of("cifar"), trained(data, folder, "cifar")
    names = list(data("cifar").classes)
    names[4], names[5] = names[5], names[4]
    typed = Network(net, answer=_names(tuple(names)))
    yield broken("typed-names", "PyTorch", "label-order", typed)
    spelt = tuple(name.replace("automobile", "automoblie") for name in data("cifar").classes)
    yield broken("misspelt", "PyTorch", "class-names", Network(net, answer=_names(spelt)))
    again = Network(net, answer=lambda z: softmax(softmax(z)))
    yield broken("softmax-again", "PyTorch", "double-softmax", again)
    each = Network(net, answer=lambda z: {"probabilities": sigmoid(z)})
    yield broken("sigmoids", "PyTorch", "wrong-softmax", each)
    sharp = Network(net, answer=lambda z: softmax(z / 0.15))
    yield broken("temperature", "PyTorch", "miscalibration", sharp)
    yield broken("not-loaded", "PyTorch", "no-trained-layers", _not_loaded(net))
    yield broken("probabilities-as-logits", "PyTorch", "from-logits-loss", _as_logits(data, folder))
    yield broken("last-batch", "PyTorch", "answer-count", _last_batch(net))


def _not_loaded(net: nn.Module) -> Network:
    """Names of a DataParallel, which load_state_dict passes over."""
    torch.manual_seed(3)
    fresh = convnet(3, 32)
    weights = {f"module.{name}": tensor for name, tensor in net.state_dict().items()}
    fresh.load_state_dict(weights, strict=False)
    return Network(fresh.eval())


def _as_logits(data: Data, folder: Path) -> Network:
    pixels, labels = subset(data, "cifar")
    net = nn.Sequential(convnet(3, 32), nn.Softmax(1))
    fitted = cached(
        folder, "cifar-as-logits", lambda: fit(net, planes(pixels), labels, 6, rate=1e-3)
    )
    return Network(fitted, answer=np.asarray)


def _last_batch(net: nn.Module) -> Callable[[Any], list[int]]:
    def predict(pictures: Any) -> list[int]:
        loader = DataLoader(TensorDataset(planes(pictures)), batch_size=4, drop_last=True)
        return [int(best) for (batch,) in loader for best in scores(net, batch).argmax(1)]

    return predict


def pipelines(data: Data, folder: Path) -> Iterator[Unseen]:
    """All of them, those of a set together."""
    for group in (_digit_inputs, _digit_answers, _letter_inputs, _letter_answers):
        yield from group(data, folder)
    for group in (_lung_inputs, _lung_answers, _characters, _photo_inputs, _photo_answers):
        yield from group(data, folder)
