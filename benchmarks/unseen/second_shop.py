"""What the second lot of pipelines shares: networks, preparations and trained models."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import torch
from sklearn.neural_network import MLPClassifier
from torch import nn
from torch.nn import functional

from hemline import Dataset

from .base import Unseen

Array = np.ndarray
Data = Callable[[str], Dataset]
Lesson = Callable[[], tuple[Any, Any]]
MOST = 12_000
MEAN, DEVIATION = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])


def broken(name: str, kind: str, data: str, roots: str, target: Any, /, **options: Any) -> Unseen:
    """A pipeline with a fault; several accepted roots are parted by spaces."""
    return Unseen(name, kind, data, tuple(roots.split()), target, options)


def sound(name: str, kind: str, data: str, target: Any, /, **options: Any) -> Unseen:
    """A pipeline without a fault."""
    return Unseen(name, kind, data, (), target, options)


def need(condition: bool, message: str) -> None:
    """Refuse, as a careful service does, what it was not made for."""
    if not condition:
        raise ValueError(message)


def planes(pictures: Any) -> torch.Tensor:
    """Channels first, 0..1."""
    numbers = np.asarray(pictures).astype(np.float32) / 255
    numbers = numbers[:, None] if numbers.ndim == 3 else numbers.transpose(0, 3, 1, 2)
    return torch.from_numpy(np.ascontiguousarray(numbers))


def flat(pictures: Any) -> Array:
    """A row of numbers a picture, 0..1."""
    return np.asarray(pictures).astype(np.float32).reshape(len(pictures), -1) / 255


def raw(pictures: Any) -> Array:
    """A row of pixels a picture, 0..255."""
    return np.asarray(pictures).reshape(len(pictures), -1)


def unchanged(pictures: Array) -> Array:
    """For models that scale pixels themselves."""
    return pictures


def divided(pictures: Any) -> Array:
    """Pixels by 255, in their shape."""
    return np.asarray(pictures) / np.float32(255)


def halves(pictures: Any) -> torch.Tensor:
    """Channels first, -1..1."""
    return (planes(pictures) - 0.5) / 0.5


def imagenet(pictures: Any) -> torch.Tensor:
    """Channels first, by the figures of ImageNet; of these the first for grey pictures."""
    inputs = planes(pictures)
    if inputs.shape[1] == 1:
        return (inputs - float(MEAN[0])) / float(DEVIATION[0])
    mean, deviation = (torch.from_numpy(each)[:, None, None] for each in (MEAN, DEVIATION))
    return (inputs - mean) / deviation


def convnet(
    channels: int, edge: int, classes: int = 10, norm: bool = False, drop: float = 0.0
) -> nn.Sequential:
    """Three convolutions and two dense layers."""
    layers: list[nn.Module] = []
    for inside, outside in ((channels, 16), (16, 32), (32, 64)):
        layers.append(nn.Conv2d(inside, outside, 3, padding=1, bias=not norm))
        layers += [nn.BatchNorm2d(outside)] if norm else []
        layers += [nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(
        *(*layers, nn.Flatten(), nn.Linear(64 * (edge // 8) ** 2, 64), nn.ReLU()),
        *(nn.Dropout(drop), nn.Linear(64, classes)),
    )


def perceptron(values: int, classes: int = 10, hidden: int = 128) -> nn.Sequential:
    """One hidden layer."""
    return nn.Sequential(
        nn.Flatten(), nn.Linear(values, hidden), nn.ReLU(), nn.Linear(hidden, classes)
    )


class RowTransformer(nn.Module):
    """Every row of pixels is a token; attention comes before anything is pooled."""

    def __init__(self, batch_first: bool = True) -> None:
        super().__init__()
        self.embed = nn.Linear(28, 48)
        self.place = nn.Parameter(0.2 * torch.randn(1, 28, 48))
        form = {"dropout": 0.0, "batch_first": batch_first}
        self.layers = nn.Sequential(
            *(nn.TransformerEncoderLayer(48, 4, 96, **form) for _ in range(2))
        )
        self.head = nn.Linear(48, 10)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        tokens = self.embed(inputs.reshape(len(inputs), 28, 28)) + self.place
        return self.head(self.layers(tokens).mean(1))


class RowLSTM(nn.Module):
    """Reads the rows of pixels from the top; may begin where it ended, and say where it ends."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(28, 64, batch_first=True)
        self.head = nn.Linear(64, 10)

    def forward(self, inputs: torch.Tensor, hidden: Any = None, give: bool = False) -> Any:
        out, hidden = self.lstm(inputs.reshape(len(inputs), 28, 28), hidden)
        logits = self.head(out[:, -1])
        return (logits, hidden) if give else logits


class Exported(nn.Module):
    """What is written into a file: scaling, network, softmax."""

    def __init__(self, net: nn.Module, scale: float) -> None:
        super().__init__()
        self.net, self.scale = net, scale

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return torch.softmax(self.net((pixels.to(torch.float32) * self.scale).unsqueeze(1)), 1)

    def save(self, path: Path) -> None:
        """Write an ONNX file unless it is there."""
        if path.exists():
            return
        example = torch.zeros(2, 28, 28, dtype=torch.uint8)
        names = {"input_names": ["pixels"], "output_names": ["probabilities"]}
        several = {"pixels": {0: torch.export.Dim("n")}}
        how = {"dynamic_shapes": several, "external_data": False, "verbose": False}
        torch.onnx.export(self.eval(), (example,), str(path), **names, **how)


def keras_perceptron(outputs: int = 10, scale: float | None = None, hidden: int = 96) -> Any:
    """One hidden layer on pictures of 28 x 28."""
    import keras
    from keras import layers

    first = [layers.Rescaling(scale)] if scale else []
    dense = [layers.Dense(hidden, activation="relu"), layers.Dense(outputs, activation="softmax")]
    return keras.Sequential([keras.Input((28, 28)), *first, layers.Flatten(), *dense])


def keras_convnet(channels: int, edge: int, scale: float | None = None) -> Any:
    """Two convolutions and two dense layers, channels last."""
    import keras
    from keras import layers

    stack = [layers.Rescaling(scale)] if scale else []
    for filters in (16, 32):
        stack += [layers.Conv2D(filters, 3, activation="relu"), layers.MaxPooling2D()]
    dense = [layers.Dense(64, activation="relu"), layers.Dense(10, activation="softmax")]
    return keras.Sequential([keras.Input((edge, edge, channels)), *stack, layers.Flatten(), *dense])


def fit(
    net: nn.Module,
    inputs: Any,
    labels: Any,
    *,
    epochs: int = 4,
    rate: float = 3e-3,
    loss: Callable[..., torch.Tensor] = functional.cross_entropy,
    seed: int = 0,
    batch: int = 128,
) -> None:
    """Train with Adam, the rate rising and falling once."""
    torch.manual_seed(seed)
    inputs, targets = torch.as_tensor(inputs), torch.as_tensor(np.asarray(labels))
    adam, steps = torch.optim.Adam(net.parameters(), rate), epochs * -(-len(inputs) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(adam, rate, total_steps=steps)
    net.train()
    for _ in range(epochs):
        for rows in torch.randperm(len(inputs)).split(batch):
            adam.zero_grad()
            loss(net(inputs[rows]), targets[rows]).backward()
            adam.step()
            schedule.step()


def rare(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """A loss for X-rays: healthy lungs are rare in the training part."""
    return functional.cross_entropy(logits, labels, weight=torch.tensor([3.0, 0.4]))


@torch.no_grad()
def scores(net: nn.Module, inputs: Any, size: int = 256) -> Array:
    """What a network says, in batches."""
    return torch.cat([net(part) for part in torch.as_tensor(inputs).split(size)]).numpy()


def softmax(logits: Any) -> Array:
    """Probabilities."""
    return torch.softmax(torch.as_tensor(np.asarray(logits)), 1).numpy()


def shares(net: nn.Module, prepare: Callable[[Any], Any] = planes) -> Callable[[Any], Array]:
    """Prepare, ask the network, softmax."""
    return lambda pictures: softmax(scores(net, prepare(pictures)))


class Shop:
    """Pictures to learn from, and trained models, which are kept in a folder."""

    def __init__(self, data: Data, folder: Path) -> None:
        self.data, self.folder = data, folder
        folder.mkdir(parents=True, exist_ok=True)

    def part(self, name: str, most: int = MOST) -> tuple[Array, Array]:
        """Pictures and labels of a training part, shuffled."""
        train = self.data(name).train
        places = np.random.default_rng(7).permutation(len(train))[:most]
        return train.pixels[places], train.labels[places].astype(np.int64)

    def lesson(
        self,
        name: str,
        prepare: Callable[[Array], Any] = planes,
        most: int = MOST,
        relabel: Callable[[Array], Array] = unchanged,
    ) -> Lesson:
        """The same, prepared for a model, once it is asked for."""

        def make() -> tuple[Any, Any]:
            pixels, labels = self.part(name, most)
            return prepare(pixels), relabel(labels)

        return make

    def torch(
        self, key: str, build: Callable[[], nn.Module], lesson: Lesson, **training: Any
    ) -> Any:
        """A trained network of PyTorch, ready to predict."""
        torch.manual_seed(1)
        net, path = build(), self.folder / f"fresh-{key}.pt"
        if not path.exists():
            fit(net, *lesson(), **training)
            torch.save(net.state_dict(), path)
        net.load_state_dict(torch.load(path, weights_only=True))
        return net.eval()

    def keep(self, key: str, make: Callable[[], Any]) -> Any:
        """What `make` returns, made once."""
        path = self.folder / f"fresh-{key}.pickle"
        if not path.exists():
            joblib.dump(make(), path)
        return joblib.load(path)

    def fitted(
        self,
        key: str,
        model: Any,
        name: str,
        prepare: Callable[[Array], Array] = flat,
        most: int = MOST,
        relabel: Callable[[Array], Array] = unchanged,
    ) -> Any:
        """An estimator of scikit-learn that has learned from a set."""
        return self.keep(key, lambda: model.fit(*self.lesson(name, prepare, most, relabel)()))

    def keras(
        self,
        key: str,
        build: Callable[[], Any],
        lesson: Lesson,
        loss: Any = "sparse_categorical_crossentropy",
        epochs: int = 4,
    ) -> Any:
        """A trained model of Keras."""
        import keras

        keras.utils.set_random_seed(3)
        model = build()

        def learned() -> list[Array]:
            model.compile(keras.optimizers.Adam(2e-3), loss)
            model.fit(*lesson(), batch_size=64, epochs=epochs, verbose=0)
            return model.get_weights()

        model.set_weights(self.keep(key, learned))
        return model

    def convnet(
        self,
        name: str,
        prepare: Callable[[Array], Any] = planes,
        norm: bool = False,
        tag: str = "",
        **training: Any,
    ) -> Any:
        """The convolutional network of a set."""
        pixels, classes = self.data(name).test.pixels, len(self.data(name).classes)
        channels, edge = (3 if pixels.ndim == 4 else 1), pixels.shape[1]
        training.setdefault("epochs", {"cifar": 6, "pneumonia": 6, "fashion": 7}.get(name, 4))
        if name == "pneumonia":
            training.setdefault("loss", rare)
        return self.torch(
            f"{name}-cnn{'-norm' * norm}{tag}",
            lambda: convnet(channels, edge, classes, norm),
            self.lesson(name, prepare),
            **training,
        )

    def estimator(self, name: str) -> MLPClassifier:
        """A perceptron of scikit-learn, on numbers 0..1."""
        model = MLPClassifier(96, max_iter=9, random_state=0)
        return self.fitted(f"{name}-MLPClassifier", model, name, most=6000)

    def transformer(self) -> Any:
        """Attention over the rows of garments."""
        lesson = self.lesson("fashion", most=8000)
        return self.torch("fashion-rows3", RowTransformer, lesson, epochs=7)

    def recurrent(self) -> Any:
        """An LSTM over the rows of digits."""
        lesson = self.lesson("mnist", most=8000)
        return self.torch("mnist-lstm", RowLSTM, lesson, epochs=4, rate=6e-3)

    def garments(self) -> Any:
        """A perceptron of Keras that scales pixels itself."""
        lesson = self.lesson("fashion", unchanged)
        return self.keras("fashion-keras-raw", lambda: keras_perceptron(scale=1 / 255), lesson)

    def letters(self) -> Any:
        """A perceptron of Keras for numbers 0..1."""
        return self.keras("notmnist-keras", keras_perceptron, self.lesson("notmnist", divided))

    def photos(self) -> Any:
        """A convolutional model of Keras that scales pixels itself."""
        lesson, name = self.lesson("cifar", unchanged), "cifar-keras-raw"
        return self.keras(name, lambda: keras_convnet(3, 32, 1 / 255), lesson, epochs=5)

    def signed_photos(self) -> Any:
        """The same for numbers -1..1, as Keras's mode "tf" prepares them."""
        lesson = self.lesson("cifar", lambda p: p.astype("float32") / 127.5 - 1)
        return self.keras("cifar-keras-tf", lambda: keras_convnet(3, 32), lesson, epochs=5)
