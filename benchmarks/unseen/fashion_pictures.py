"""Models of garments that see or learn the wrong pictures, and the workshop that trains them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from PIL import Image
from scipy.special import softmax
from sklearn.neural_network import MLPClassifier
from torch import nn

import hemline

from .base import Unseen

Array = np.ndarray
MEAN, DEVIATION = 0.2860, 0.3530


def unit(pixels: Array) -> Array:
    """Pixels as numbers 0..1."""
    return np.asarray(pixels, np.float32) / 255


def standard(pixels: Array) -> Array:
    """Pixels less the mean, in deviations."""
    return (unit(pixels) - np.float32(MEAN)) / np.float32(DEVIATION)


def perceptron(width: int = 128) -> nn.Module:
    """One hidden layer."""
    return nn.Sequential(nn.Flatten(), nn.Linear(784, width), nn.ReLU(), nn.Linear(width, 10))


def convnet(channels: int = 1, edge: int = 28) -> nn.Module:
    """Two convolutions and two dense layers."""
    return nn.Sequential(
        *(nn.Conv2d(channels, 12, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(12, 24, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(24 * (edge // 4) ** 2, 64), nn.ReLU(), nn.Linear(64, 10)),
    )


def grey_as_colour(pixels: Array) -> Array:
    """Three equal channels, first: (n, 3, h, w)."""
    return np.repeat(unit(pixels)[:, None], 3, 1)


def one_channel(pixels: Array) -> Array:
    """A channel axis, first: (n, 1, h, w)."""
    return unit(pixels)[:, None]


def scores(net: nn.Module, inputs: Any, step: int = 500) -> Array:
    """What a network says of prepared pictures, in batches."""
    inputs = torch.as_tensor(np.ascontiguousarray(inputs), dtype=torch.float32)
    with torch.no_grad():
        return torch.cat([net(part) for part in inputs.split(step)]).numpy()


def fit(net: nn.Module, inputs: Any, labels: Any, *, epochs: int, loss: Any, rate: float) -> None:
    """Adam, batches of 64, shuffled."""
    inputs = torch.as_tensor(np.ascontiguousarray(inputs), dtype=torch.float32)
    targets = torch.as_tensor(labels).long()
    adam = torch.optim.Adam(net.parameters(), rate)
    for _ in range(epochs):
        for rows in torch.randperm(len(inputs)).split(64):
            adam.zero_grad()
            loss(net(inputs[rows]), targets[rows]).backward()
            adam.step()


class Workshop:
    """Pictures to learn from, and a folder where trained models are kept."""

    def __init__(self, data: Callable[[str], Any], folder: Path) -> None:
        self.data, self.folder = data, folder
        folder.mkdir(parents=True, exist_ok=True)

    def lesson(self, count: int = 12_000, of: str = "fashion") -> tuple[Array, Array]:
        """The first pictures of a training part, and their labels."""
        part = hemline.open_dataset(of).train if of == "sketches" else self.data(of).train
        return part.pixels[:count], part.labels[:count].astype(np.int64)

    def torch(
        self,
        name: str,
        build: Callable[[], nn.Module],
        prepare: Callable[[Array], Array] = unit,
        *,
        lesson: tuple[Array, Array] | None = None,
        epochs: int = 5,
        loss: Any = F.cross_entropy,
        rate: float = 1e-3,
    ) -> nn.Module:
        """A trained network of PyTorch, ready to predict."""
        torch.manual_seed(0)
        net, path = build(), self.folder / f"fashion-{name}.pt"
        if not path.exists():
            pixels, labels = lesson or self.lesson()
            fit(net, prepare(pixels), labels, epochs=epochs, loss=loss, rate=rate)
            torch.save(net.state_dict(), path)
        net.load_state_dict(torch.load(path, weights_only=True))
        return net.eval()

    def keras(
        self,
        name: str,
        build: Callable[[], Any],
        prepare: Callable[[Array], Array] = unit,
        *,
        lesson: tuple[Array, Array] | None = None,
        epochs: int = 5,
    ) -> Any:
        """A trained and compiled model of Keras."""
        import keras

        keras.utils.set_random_seed(0)
        model, path = build(), self.folder / f"fashion-{name}.weights.h5"
        if not path.exists():
            pixels, labels = lesson or self.lesson()
            model.fit(prepare(pixels), labels, batch_size=64, epochs=epochs, verbose=0)
            model.save_weights(path)
        model.load_weights(path)
        return model

    def fitted(self, name: str, make: Callable[[], Any]) -> Any:
        """An estimator of scikit-learn that is fitted once."""
        path = self.folder / f"fashion-{name}.joblib"
        if not path.exists():
            joblib.dump(make(), path)
        return joblib.load(path)


def keras_perceptron(
    activation: str | None = "softmax", loss: Any = None, *, outputs: int = 10, dropout: float = 0
) -> Any:
    """The model of the first Keras tutorial, compiled."""
    from keras import Sequential, layers

    hidden = [layers.Flatten(), layers.Dense(128, activation="relu"), layers.Dropout(dropout)]
    end = layers.Dense(outputs, activation=activation)
    model = Sequential([layers.Input((28, 28)), *hidden, end])
    model.compile("adam", loss or "sparse_categorical_crossentropy")
    return model


def keras_convnet() -> Any:
    """A small convolutional model, compiled; pictures are (28, 28, 1)."""
    from keras import Sequential, layers

    first = [layers.Conv2D(12, 3, activation="relu"), layers.MaxPooling2D()]
    second = [layers.Conv2D(24, 3, activation="relu"), layers.MaxPooling2D(), layers.Flatten()]
    end = [layers.Dense(64, activation="relu"), layers.Dense(10, activation="softmax")]
    model = Sequential([layers.Input((28, 28, 1)), *first, *second, *end])
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def broken(name: str, kind: str, root: str, target: Any, **options: Any) -> Unseen:
    """A pipeline of garments with a fault; several accepted roots are parted by spaces."""
    return Unseen(name, kind, "fashion", tuple(root.split()), target, options)


class PictureClassifier:
    """A trained network behind one step that prepares pictures for it."""

    def __init__(self, net: nn.Module, prepare: Callable[[Array], Array]) -> None:
        self.net, self.prepare = net, prepare

    def predict(self, pictures: Array) -> Array:
        return scores(self.net, self.prepare(pictures)).argmax(1)


def padded(pixels: Array) -> Array:
    """In a frame of 32 x 32, as LeNet wants it."""
    return np.pad(unit(pixels), ((0, 0), (2, 2), (2, 2)))[:, None]


def halved(pixels: Array) -> Array:
    """Every second row and column."""
    return unit(pixels)[:, ::2, ::2]


def small_perceptron() -> nn.Module:
    """For pictures of 14 x 14."""
    return nn.Sequential(nn.Flatten(), nn.Linear(196, 96), nn.ReLU(), nn.Linear(96, 10))


def scrambled(shop: Workshop) -> Iterator[Unseen]:
    """Reshaped where they should have been resized or transposed."""
    lenet = shop.torch("lenet32", lambda: convnet(edge=32), padded)
    small = shop.torch("perceptron14", small_perceptron, halved)
    flat = shop.torch("perceptron", perceptron)
    colour = shop.torch("convnet-rgb", lambda: convnet(3), grey_as_colour)

    def enlarged(pictures: Array) -> Array:
        return np.stack([np.resize(picture, (1, 32, 32)) for picture in unit(pictures)])

    def shrunk(pictures: Array) -> Array:
        return np.resize(unit(pictures), (len(pictures), 14, 14))

    def columns(pictures: Array) -> Array:
        return unit(pictures).reshape(784, -1).T

    def channels(pictures: Array) -> Array:
        return np.stack([unit(pictures)] * 3, -1).reshape(-1, 3, 28, 28)

    for name, net, prepare in (
        ("np.resize to 32x32 for a LeNet", lenet, enlarged),
        ("np.resize of the whole batch to 14x14", small, shrunk),
        ("reshape(784, -1).T instead of reshape(-1, 784)", flat, columns),
        ("channels last reshaped to channels first", colour, channels),
    ):
        target = PictureClassifier(net, prepare).predict
        yield broken(name, "PyTorch", "scrambled-pictures", target)


def fortran_rows(shop: Workshop) -> Unseen:
    """Flattened in the order of MATLAB, which turns rows into columns."""
    model = shop.keras("keras-perceptron", keras_perceptron)

    def predict(pictures: Array) -> Array:
        rows = unit(pictures).reshape((len(pictures), 784), order="F")
        return model.predict(rows.reshape(-1, 28, 28), verbose=0)

    return broken("flattened column by column", "Keras", "orientation", predict)


def turned(shop: Workshop) -> Iterator[Unseen]:
    """Mirrored, turned or transposed on the way."""
    net = shop.torch("convnet", convnet, one_channel)
    from_mat = shop.torch("convnet-mat", convnet, lambda p: one_channel(p).swapaxes(2, 3))
    for name, model, prepare in (
        ("trained on a .mat file, columns first", from_mat, one_channel),
        ("rows from the bottom up, as in BMP", net, lambda p: one_channel(p)[:, :, ::-1]),
        ("mirrored like a selfie", net, lambda p: one_channel(p)[..., ::-1]),
    ):
        yield broken(name, "PyTorch", "orientation", PictureClassifier(model, prepare).predict)
    model = shop.keras("keras-perceptron", keras_perceptron)

    def rotated(pictures: Array) -> Array:
        return model.predict(np.rot90(unit(pictures), axes=(1, 2)).copy(), verbose=0)

    yield broken("turned by a quarter", "Keras", "orientation", rotated)


def inverted(shop: Workshop) -> Iterator[Unseen]:
    """Dark on light where the model knows light on dark, and the other way round."""
    model = shop.keras("keras-convnet", keras_convnet, lambda p: unit(p)[..., None])
    paper = shop.torch("perceptron-paper", perceptron, lambda p: 1 - unit(p))
    ridge = shop.fitted("ridge", lambda: linear(*shop.lesson(6000)))

    def shop_photos(pictures: Array) -> Array:
        return model.predict((255.0 - pictures[..., None]) / 255.0, verbose=0)

    def plotted(pictures: Array) -> Array:
        return ridge.predict(unit(255 - pictures).reshape(len(pictures), -1))

    target = PictureClassifier(paper, unit).predict
    yield broken("255 - x, as for digits on paper", "Keras", "inverted-brightness", shop_photos)
    yield broken("trained on dark garments on white", "PyTorch", "inverted-brightness", target)
    yield broken("inverted before ridge regression", "sklearn", "inverted-brightness", plotted)


def linear(pixels: Array, labels: Array) -> Any:
    """Ridge regression on pixels 0..1."""
    from sklearn.linear_model import RidgeClassifier

    return RidgeClassifier(30.0).fit(unit(pixels).reshape(len(pixels), -1), labels)


def foreign(shop: Workshop) -> Iterator[Unseen]:
    """Models of digits, letters and drawn garments."""
    for of, name, roots in (
        ("mnist", "the checkpoint of the MNIST example", "wrong-data no-trained-layers"),
        ("notmnist", "a model of the letters A to J", "wrong-data no-trained-layers"),
        ("sketches", "a model of drawn garments", "wrong-data"),
    ):
        lesson = shop.lesson(10_000, of)
        net = shop.torch(f"convnet-{of}", convnet, one_channel, lesson=lesson, epochs=4)
        yield broken(name, "PyTorch", roots, PictureClassifier(net, one_channel).predict)


def mixed_up(shop: Workshop) -> Iterator[Unseen]:
    """A sound model, and data whose parts do not belong together."""
    net = shop.torch("convnet", convnet, one_channel)
    predict, test = PictureClassifier(net, one_channel).predict, shop.data("fashion").test
    digits = shop.data("mnist").test.labels
    name = "MNIST's file of labels beside the pictures"
    yield broken(name, "PyTorch", "wrong-data", predict, data=(test.pixels, digits))
    pixels, labels = shop.lesson(9000)
    twice = np.random.default_rng(0).permutation(np.repeat(np.arange(6000), 2))
    parts = [(pixels[rows], labels[rows]) for rows in (twice[:9000], twice[9000:])]
    data = hemline.Dataset.from_arrays(*parts, classes=shop.data("fashion").classes)
    yield broken("oversampled, then split", "PyTorch", "wrong-data", predict, data=data)


def cropped(shop: Workshop) -> Unseen:
    """Enlarged and cut to the middle, as the transforms of ImageNet do."""
    net = shop.torch("convnet", convnet, one_channel)

    def prepare(pictures: Array) -> Array:
        large = [Image.fromarray(picture).resize((36, 36)) for picture in pictures]
        return one_channel(np.stack([picture.crop((4, 4, 32, 32)) for picture in large]))

    target = PictureClassifier(net, prepare).predict
    return broken("Resize(36), CenterCrop(28)", "PyTorch", "cropping", target)


def by_heart(shop: Workshop) -> Iterator[Unseen]:
    """Trained until nothing was left to learn, and on what it is tested with."""
    test, classes = shop.data("fashion").test, shop.data("fashion").classes
    pixels, labels = shop.lesson(1500)
    lesson, held = (pixels[:1500], labels[:1500]), (test.pixels[:2000], test.labels[:2000])
    small = hemline.Dataset.from_arrays(lesson, held, classes=classes)
    wide = shop.torch("by-heart", lambda: perceptron(1024), lesson=lesson, epochs=60)

    def make() -> Any:
        model = MLPClassifier((300,), alpha=0, max_iter=150, random_state=0)
        return model.fit(unit(lesson[0]).reshape(-1, 784), lesson[1])

    estimator = shop.fitted("mlp-by-heart", make)

    def predict(pictures: Array) -> Array:
        return softmax(scores(wide, unit(pictures)), 1)

    def proba(pictures: Array) -> Array:
        return estimator.predict_proba(unit(pictures).reshape(-1, 784))

    yield broken("60 epochs on 1,500 pictures", "PyTorch", "over-fitting", predict, data=small)
    yield broken("MLPClassifier(alpha=0), 1,500", "sklearn", "over-fitting", proba, data=small)


def with_the_test_part(shop: Workshop) -> Iterator[Unseen]:
    """The test part was among what was learned."""
    test, classes = shop.data("fashion").test, shop.data("fashion").classes
    pixels, labels = shop.lesson(3000)
    official = (test.pixels, test.labels.astype(np.int64))
    swapped = shop.torch("swapped-parts", lambda: perceptron(256), lesson=official, epochs=25)
    held, own = (test.pixels[:1000], official[1][:1000]), (pixels[:2000], labels[:2000])
    everything = tuple(np.concatenate(pair) for pair in zip(own, held, strict=True))
    joined = shop.torch("joined-parts", lambda: perceptron(256), lesson=everything, epochs=40)
    rest = (pixels[2000:], labels[2000:])
    data = hemline.Dataset.from_arrays(own, held, rest, classes=classes)

    def predict(pictures: Array) -> Array:
        return softmax(scores(swapped, unit(pictures)), 1)

    target = PictureClassifier(joined, unit).predict
    name = "(x_test, y_test), (x_train, y_train) = load_data()"
    yield broken(name, "PyTorch", "test-selection", predict)
    yield broken("refit on train and test", "PyTorch", "test-selection", target, data=data)


def pipelines(data: Callable[[str], Any], folder: Path) -> Iterator[Unseen]:
    """All of them; models are trained when they are missing from the folder."""
    shop = Workshop(data, folder)
    yield from scrambled(shop)
    yield fortran_rows(shop)
    yield from turned(shop)
    yield from inverted(shop)
    yield from foreign(shop)
    yield from mixed_up(shop)
    yield cropped(shop)
    yield from by_heart(shop)
    yield from with_the_test_part(shop)
