"""Models of garments that are given the right pictures in the wrong numbers."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import Normalizer, StandardScaler
from torch import nn

from .base import Unseen
from .fashion_pictures import (
    DEVIATION,
    MEAN,
    Array,
    PictureClassifier,
    Workshop,
    broken,
    convnet,
    grey_as_colour,
    keras_convnet,
    keras_perceptron,
    one_channel,
    perceptron,
    scores,
    standard,
    unit,
)


def signed(pixels: Array) -> Array:
    """Pixels as numbers -1..1."""
    return np.asarray(pixels, np.float32) / 127.5 - 1


def rows(pixels: Array) -> Array:
    """Pixels 0..255, flattened."""
    return np.asarray(pixels, np.float64).reshape(len(pixels), -1)


def each_picture(pixels: Array) -> Array:
    """Every picture less its own mean, in its own deviations."""
    pixels = np.asarray(pixels, np.float32)
    mean, deviation = (f(pixels, axis=(1, 2), keepdims=True) for f in (np.mean, np.std))
    return (pixels - mean) / deviation


def probabilities(net: nn.Module, inputs: Any) -> Array:
    """The softmax of what a network says."""
    return softmax(scores(net, inputs), 1)


def sums_of_bytes(shop: Workshop) -> Iterator[Unseen]:
    """Arithmetic on uint8, which runs over."""
    centred = shop.torch("perceptron-signed", perceptron, signed)
    net = shop.torch("convnet", convnet, one_channel)
    model = shop.keras("keras-perceptron", keras_perceptron)

    def minus_128(pictures: Array) -> Array:
        return probabilities(centred, (pictures - 128) / 128)

    def twice_minus_255(pictures: Array) -> Array:
        return probabilities(centred, (pictures * 2 - 255) / 255)

    def brighter(pictures: Array) -> Array:
        return model.predict((pictures + 40) / 255, verbose=0)

    def average_of_channels(pictures: Array) -> Array:
        r, g, b = np.stack([pictures] * 3)
        return probabilities(net, one_channel((r + g + b) / 3))

    yield broken("pixels - 128 in uint8", "PyTorch", "integer-overflow", minus_128)
    yield broken("2 * pixels - 255 in uint8", "PyTorch", "integer-overflow", twice_minus_255)
    yield broken("brightened by 40 in uint8", "Keras", "integer-overflow", brighter)
    yield broken("(r + g + b) / 3 in uint8", "PyTorch", "integer-overflow", average_of_channels)


def pooled_bytes(shop: Workshop) -> Unseen:
    """Blocks of 2 x 2 added up before they are divided."""

    def pooled(pictures: Array) -> Array:
        p = pictures
        return (p[:, ::2, ::2] + p[:, 1::2, ::2] + p[:, ::2, 1::2] + p[:, 1::2, 1::2]) // 4

    def make() -> Any:
        pixels, labels = shop.lesson()
        model = MLPClassifier((64,), max_iter=8, random_state=0)
        return model.fit(rows(pooled(pixels.astype(int))) / 255, labels)

    model = shop.fitted("mlp-pooled", make)

    def predict(pictures: Array) -> Array:
        return model.predict_proba(rows(pooled(pictures)) / 255)

    return broken("2x2 means added up in uint8", "sklearn", "integer-overflow", predict)


class Quantised:
    """A perceptron in 8 bits: pixels have scale 1/255 and zero point -128."""

    def __init__(self, net: nn.Module) -> None:
        first, last = (part for part in net if isinstance(part, nn.Linear))
        self.scale = first.weight.abs().max().item() / 127
        self.weights = (first.weight.detach().numpy().T / self.scale).round().astype(np.int8)
        self.bias, self.last = first.bias.detach().numpy(), last

    def invoke(self, inputs: Array) -> Array:
        """Logits for rows of int8."""
        if inputs.dtype != np.int8:
            raise TypeError("Expected int8.")
        sums = (inputs.astype(np.float32) + 128) @ self.weights.astype(np.float32)
        return scores(self.last, np.maximum(sums * (self.scale / 255) + self.bias, 0))


def signed_bytes(shop: Workshop) -> Iterator[Unseen]:
    """Pixels above 127 turn negative."""
    net = shop.torch("convnet", convnet, one_channel)
    flat = shop.torch("perceptron", perceptron)
    quantised = Quantised(flat)

    def char_tensor(pictures: Array) -> Array:
        return probabilities(net, torch.from_numpy(pictures).to(torch.int8)[:, None] / 255)

    def not_shifted(pictures: Array) -> Array:
        return quantised.invoke(pictures.reshape(-1, 784).astype(np.int8))

    def java_bytes(pictures: Array) -> Array:
        packed = np.frombuffer(pictures.tobytes(), np.byte).reshape(-1, 28, 28)
        return probabilities(flat, packed / np.float32(255))

    yield broken("torch.int8 for pixels", "PyTorch", "integer-overflow", char_tensor)
    yield broken("int8 model, input not shifted", "NumPy", "integer-overflow", not_shifted)
    yield broken("signed bytes from Java", "served", "integer-overflow", java_bytes)


def whole_numbers(shop: Workshop) -> Iterator[Unseen]:
    """Cut to whole numbers once they were scaled."""
    flat = shop.torch("perceptron", perceptron)
    net = shop.torch("convnet-standard", convnet, lambda p: standard(p)[:, None])
    model = shop.keras("keras-convnet", keras_convnet, lambda p: unit(p)[..., None])

    def byte_array(pictures: Array) -> Array:
        return probabilities(flat, (pictures / 255).astype("uint8"))

    def floor_division(pictures: Array) -> Array:
        return model.predict(pictures[..., None] // 255, verbose=0)

    def long_tensor(pictures: Array) -> Array:
        return probabilities(net, torch.tensor(standard(pictures)).long()[:, None])

    yield broken("(pixels / 255).astype('uint8')", "PyTorch", "truncated-input", byte_array)
    yield broken("pixels // 255", "Keras", "truncated-input", floor_division)
    yield broken("standardised, then .long()", "PyTorch", "truncated-input", long_tensor)


def column_perceptron(shop: Workshop) -> Any:
    """A perceptron of scikit-learn that learned from pixels standardised one by one."""

    def make() -> Any:
        pixels, labels = shop.lesson()
        inputs = StandardScaler().fit_transform(rows(pixels))
        return MLPClassifier((64,), max_iter=5, random_state=0).fit(inputs, labels)

    return shop.fitted("mlp-columns", make)


def of_pixel_columns(shop: Workshop) -> Iterator[Unseen]:
    """Standardised by pixel for training, otherwise for prediction."""
    model = column_perceptron(shop)

    def one_mean(pictures: Array) -> Array:
        return model.predict_proba(rows(standard(pictures)))

    def forgotten(pictures: Array) -> Array:
        return model.predict_proba(rows(pictures))

    yield broken("one mean for all pixels", "sklearn", "other-normalisation", one_mean)
    yield broken(
        "StandardScaler left at home", "sklearn", "unscaled-input other-normalisation", forgotten
    )


def means(shop: Workshop) -> Iterator[Unseen]:
    """Another mean, deviation or order than in training."""
    net = shop.torch("convnet-standard", convnet, lambda p: standard(p)[:, None])
    flat = shop.torch("perceptron-standard", perceptron, standard)
    lit = shop.torch("perceptron-each", perceptron, each_picture)
    plain = shop.torch("convnet", convnet, one_channel)
    colour = shop.torch("convnet-rgb", lambda: convnet(3), grey_as_colour)

    def alone(pictures: Array) -> Array:
        return each_picture(pictures)[:, None]

    def imagenet(pictures: Array) -> Array:
        mean, deviation = np.array([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]])[..., None, None]
        return (grey_as_colour(pictures) - mean) / deviation

    for name, model, prepare, roots in (
        ("blobFromImage(1 / 255 / std, mean in 0..1)", net, blob, "other-normalisation"),
        ("mean and std of 0..255 after ToTensor", flat, after, "other-normalisation scaled-twice"),
        ("each picture by itself for a model of 0..1", plain, alone, "other-normalisation"),
        ("ImageNet's figures for a model of 0..1", colour, imagenet, "other-normalisation"),
        ("ToTensor without Normalize", net, one_channel, "other-normalisation"),
    ):
        yield broken(name, "PyTorch", roots, PictureClassifier(model, prepare).predict)
    name = "0..1 for a model of each picture's mean"
    yield broken(name, "PyTorch", "other-normalisation", lambda p: probabilities(lit, unit(p)))


def blob(pictures: Array) -> Array:
    """OpenCV's blobFromImage, with figures as torchvision states them."""
    return ((pictures.astype(np.float32) - MEAN) / 255 / DEVIATION)[:, None]


def after(pictures: Array) -> Array:
    """Figures of 0..255 for numbers of 0..1."""
    return (unit(pictures) - np.float32(MEAN * 255)) / np.float32(DEVIATION * 255)


def keras_scales(shop: Workshop) -> Iterator[Unseen]:
    """preprocess_input of another network, scaled twice, not at all."""
    model = shop.keras("keras-convnet", keras_convnet, lambda p: unit(p)[..., None])
    flat = shop.keras("keras-perceptron", keras_perceptron)

    def mobile(pictures: Array) -> Array:
        from keras.applications.mobilenet_v2 import preprocess_input

        return model.predict(preprocess_input(pictures[..., None].astype("float32")), verbose=0)

    def rescaled(pictures: Array) -> Array:
        from keras import layers

        return flat.predict(np.asarray(layers.Rescaling(1 / 255)(pictures / 255)), verbose=0)

    def raw(pictures: Array) -> Array:
        return flat.predict(pictures.astype("float32"), verbose=0)

    yield broken("preprocess_input of MobileNet", "Keras", "other-normalisation", mobile)
    yield broken("/ 255 before a Rescaling layer", "Keras", "scaled-twice", rescaled)
    yield broken("astype('float32'), / 255 forgotten", "Keras", "unscaled-input", raw)


def torch_scales(shop: Workshop) -> Iterator[Unseen]:
    """Divided twice, not at all, or packed into wider integers."""
    net = shop.torch("convnet", convnet, one_channel)
    flat = shop.torch("perceptron", perceptron)
    lit = shop.torch("convnet-standard", convnet, lambda p: standard(p)[:, None])

    def sixteen_bits(pictures: Array) -> Array:
        return (pictures.astype(">u2") << 8).astype(">u2").view("<u2")[:, None] / 65535

    def masked(pictures: Array) -> Array:
        return probabilities(flat, (android(pictures) & 0xFFFFFF) / 255)

    for name, model, prepare, roots in (
        ("ToTensor, then / 255", net, lambda p: one_channel(p) / 255, "scaled-twice"),
        ("from_numpy(...).float()", net, lambda p: p[:, None], "unscaled-input"),
        ("float(), then Normalize(mean, std)", lit, unscaled_standard, "unscaled-input"),
        ("16 bits in the other byte order", flat, sixteen_bits, "scaled-twice other-normalisation"),
        (
            *("ARGB >> 16 without & 0xFF", flat, lambda p: (android(p) >> 16) / 255),
            "other-normalisation integer-overflow",
        ),
    ):
        yield broken(name, "PyTorch", roots, PictureClassifier(model, prepare).predict)
    yield broken("ARGB & 0xFFFFFF", "PyTorch", "unscaled-input", masked)


def android(pictures: Array) -> Array:
    """Opaque grey as Bitmap.getPixels gives it."""
    packed = pictures.astype(np.uint32)
    return (packed << 16 | packed << 8 | packed | 0xFF000000).view(np.int32)


def unscaled_standard(pictures: Array) -> Array:
    """The right mean and deviation for pixels that were never divided."""
    return ((pictures.astype(np.float32) - MEAN) / DEVIATION)[:, None]


def normalizer(shop: Workshop) -> Unseen:
    """Trained on rows of length one."""

    def make() -> Any:
        pixels, labels = shop.lesson(8000)
        model = MLPClassifier((64,), max_iter=20, learning_rate_init=0.003, random_state=0)
        return model.fit(Normalizer().transform(rows(pixels)), labels)

    model, name = shop.fitted("mlp-normalizer", make), "Normalizer() in the notebook only"

    def predict(pictures: Array) -> Array:
        return model.predict_proba(rows(pictures))

    return broken(name, "sklearn", "unscaled-input other-normalisation", predict)


def fitted_again(shop: Workshop) -> Iterator[Unseen]:
    """Scalers that are fitted on what they are to transform."""
    net = shop.torch("perceptron-standard", perceptron, standard)
    columns = shop.fitted("logistic", lambda: logistic(*shop.lesson(6000)))

    def fit_transform(pictures: Array) -> Array:
        return columns.predict(StandardScaler().fit_transform(rows(pictures)))

    def of_the_batch(pictures: Array) -> Array:
        numbers = unit(pictures)
        return probabilities(net, (numbers - numbers.mean()) / numbers.std())

    yield broken("scaler.fit_transform(X_new)", "sklearn", "batch-dependence", fit_transform)
    yield broken("mean and std of the batch", "PyTorch", "batch-dependence", of_the_batch)


def logistic(pixels: Array, labels: Array) -> Any:
    """Logistic regression on standardised pixels."""
    model = LogisticRegression(C=0.01, max_iter=80)
    return model.fit(StandardScaler().fit_transform(rows(pixels)), labels)


class Streaming:
    """A service whose scaler goes on learning from what it is shown."""

    def __init__(self, model: Any) -> None:
        self.model, self.scaler = model, StandardScaler()

    def predict(self, pictures: Array) -> Array:
        self.scaler.partial_fit(rows(pictures))
        return self.model.predict_proba(self.scaler.transform(rows(pictures)))


class Drifting:
    """Mean and deviation that follow the pictures, call by call."""

    def __init__(self, net: nn.Module) -> None:
        self.net, self.mean, self.deviation = net, 0.0, 1.0

    def __call__(self, pictures: Array) -> Array:
        numbers = unit(pictures)
        self.mean = 0.9 * self.mean + 0.1 * numbers.mean()
        self.deviation = 0.9 * self.deviation + 0.1 * numbers.std()
        return probabilities(self.net, (numbers - self.mean) / self.deviation)


class Smoothed:
    """A moving average of probabilities, as it steadies the picture of a webcam."""

    def __init__(self, net: nn.Module) -> None:
        self.net, self.belief = net, np.full(10, 0.1)

    def __call__(self, pictures: Array) -> Array:
        found = []
        for new in probabilities(self.net, one_channel(pictures)):
            self.belief = 0.6 * self.belief + 0.4 * new
            found.append(self.belief)
        return np.array(found)


def with_memory(shop: Workshop) -> Iterator[Unseen]:
    """What was shown before has a say."""
    flat = shop.torch("perceptron-standard", perceptron, standard)
    net = shop.torch("convnet", convnet, one_channel)
    roots = "state-between-calls batch-dependence"
    target = Streaming(column_perceptron(shop)).predict
    yield broken("partial_fit on every request", "sklearn", roots, target)
    yield broken("running mean at prediction", "PyTorch", "state-between-calls", Drifting(flat))
    yield broken("webcam smoothing left on", "PyTorch", roots, Smoothed(net))


def half_precision(shop: Workshop) -> Unseen:
    """exp() in 16 bits knows no number above 65,504."""
    net = shop.torch("perceptron-long", perceptron, epochs=12)

    def predict(pictures: Array) -> Array:
        powers = np.exp(scores(net, unit(pictures)).astype(np.float16))
        return powers / powers.sum(1, keepdims=True)

    return broken("softmax by hand in float16", "NumPy", "non-finite", predict)


def scaled_already(shop: Workshop) -> Iterator[Unseen]:
    """Sound models, and data that have been through the preprocessing."""
    net = shop.torch("convnet", convnet, one_channel)
    test = shop.data("fashion").test
    predict = PictureClassifier(net, one_channel).predict
    for name, prepare in (("X_test / 255 handed over", unit), ("X_test standardised", standard)):
        data = (prepare(test.pixels), test.labels)
        yield broken(name, "PyTorch", "input-range", predict, data=data)


def pipelines(data: Callable[[str], Any], folder: Path) -> Iterator[Unseen]:
    """All of them; models are trained when they are missing from the folder."""
    shop = Workshop(data, folder)
    several = (sums_of_bytes, signed_bytes, whole_numbers, of_pixel_columns, means, keras_scales)
    for make in (*several, torch_scales, fitted_again, with_memory, scaled_already):
        yield from make(shop)
    for make in (pooled_bytes, normalizer, half_precision):
        yield make(shop)
