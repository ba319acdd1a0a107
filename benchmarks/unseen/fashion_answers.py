"""Models of garments whose answers, last layers, modes or stated figures are wrong."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from scipy.special import expit, softmax
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import LabelEncoder
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from .base import Unseen
from .fashion_pictures import (
    Array,
    PictureClassifier,
    Workshop,
    broken,
    convnet,
    keras_convnet,
    keras_perceptron,
    one_channel,
    perceptron,
    scores,
    unit,
)

CLASSES = (
    *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
    *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
)
ALPHABETICAL = np.array([CLASSES.index(name) for name in sorted(CLASSES)])
RANK = np.argsort(ALPHABETICAL)


def probabilities(net: nn.Module, pictures: Array) -> Array:
    """The softmax over the classes, for networks of (n, 1, 28, 28) in 0..1."""
    return softmax(scores(net, one_channel(pictures)), 1)


def of_keras(model: Any) -> Callable[[Array], Array]:
    """The usual wrapper around a model of (28, 28) in 0..1."""
    return lambda pictures: model.predict(unit(pictures), verbose=0)


def fresh_heads(shop: Workshop) -> Iterator[Unseen]:
    """A last layer that was put in after training, or weights that did not load."""
    net = shop.torch("convnet", convnet, one_channel)
    torch.manual_seed(3)
    replaced = nn.Sequential(*list(net)[:-1], nn.Linear(64, 10))
    wrapped = {f"module.{name}": value for name, value in net.state_dict().items()}
    empty = convnet()
    empty.load_state_dict(wrapped, strict=False)
    trained = shop.keras("keras-perceptron", keras_perceptron)
    model = keras_perceptron()
    model.layers[1].set_weights(trained.layers[1].get_weights())

    target = PictureClassifier(replaced, one_channel).predict
    yield broken("fc replaced after load_state_dict", "PyTorch", "untrained-head", target)
    yield broken("load_weights(skip_mismatch=True)", "Keras", "untrained-head", of_keras(model))
    target = PictureClassifier(empty, one_channel).predict
    yield broken("module. in the keys, strict=False", "PyTorch", "no-trained-layers", target)


def missing_classes(shop: Workshop) -> Iterator[Unseen]:
    """Classes that were cut off before training."""
    pixels, labels = shop.lesson()
    order = np.argsort(labels, kind="stable")
    cut = order[: int(0.85 * len(order))]
    net = shop.torch("convnet-cut", convnet, one_channel, lesson=(pixels[cut], labels[cut]))
    kept = labels != CLASSES.index("Coat")
    lesson = (pixels[kept], labels[kept])
    model = shop.keras("keras-coatless", keras_perceptron, lesson=lesson)

    def first(pictures: Array) -> Array:
        return probabilities(net, pictures)

    yield broken("sorted, then split without shuffling", "PyTorch", "class-never-learned", first)
    yield broken("the folder of coats was empty", "Keras", "class-never-learned", of_keras(model))


def orders(shop: Workshop) -> Iterator[Unseen]:
    """The right answers under other numbers."""
    net = shop.torch("convnet", convnet, one_channel)
    pixels, labels = shop.lesson()
    folders = shop.keras("keras-folders", keras_perceptron, lesson=(pixels, RANK[labels]))
    from_text = np.argsort([str(number) for number in range(1, 11)])
    swapped = np.array([*CLASSES[:3], "Coat", "Dress", *CLASSES[5:]])

    def make() -> Any:
        codes = LabelEncoder().fit_transform(np.array(CLASSES)[labels[:6000]])
        model = LogisticRegression(C=0.05, max_iter=60)
        return model.fit(unit(pixels[:6000]).reshape(-1, 784), codes)

    encoded = shop.fitted("logistic-encoded", make)

    def codes(pictures: Array) -> Array:
        return encoded.predict(unit(pictures).reshape(-1, 784))

    def text(pictures: Array) -> Array:
        return probabilities(net, pictures)[:, from_text]

    def from_one(pictures: Array) -> Array:
        return probabilities(net, pictures).argmax(1) + 1

    def listed(pictures: Array) -> Array:
        return swapped[probabilities(net, pictures).argmax(1)]

    yield broken("image_dataset_from_directory's order", "Keras", "label-order", of_keras(folders))
    yield broken("LabelEncoder's numbers handed out", "sklearn", "label-order", codes)
    yield broken("columns in the order 1, 10, 2", "PyTorch", "label-order", text)
    yield broken("labels from 1 to 10", "PyTorch", "label-order", from_one)
    yield broken("Dress and Coat exchanged in the list", "PyTorch", "label-order", listed)


def names_and_widths(shop: Workshop) -> Iterator[Unseen]:
    """Names of no class, a class too many, a class too few."""
    net = shop.torch("convnet", convnet, one_channel)
    pixels, labels = shop.lesson()
    wide = shop.keras(
        "keras-background", lambda: keras_perceptron(outputs=11), lesson=(pixels, labels + 1)
    )
    misspelt = np.array(["Pulower" if name == "Pullover" else name for name in CLASSES])
    jacket = np.array(["Jacket" if name == "Coat" else name for name in CLASSES])

    def named(names: Array) -> Callable[[Array], Array]:
        return lambda pictures: names[probabilities(net, pictures).argmax(1)]

    def skipped(pictures: Array) -> Array:
        return probabilities(net, pictures)[:, 1:]

    yield broken("Pulower", "PyTorch", "class-names", named(misspelt))
    yield broken("Jacket for Coat", "PyTorch", "class-names", named(jacket))
    yield broken("class 0 is the background", "Keras", "class-count", of_keras(wide))
    yield broken("background cut off that was none", "PyTorch", "class-count", skipped)


def on_softmax(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """CrossEntropyLoss of a network that ends in a softmax."""
    return F.cross_entropy(outputs.softmax(1), targets)


def of_each_class(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Ten questions of yes or no."""
    return F.binary_cross_entropy_with_logits(outputs, F.one_hot(targets, 10).float())


def keras_on_softmax() -> Any:
    """A softmax, and a loss that expects logits."""
    from keras.losses import SparseCategoricalCrossentropy

    return keras_perceptron("softmax", SparseCategoricalCrossentropy(from_logits=True))


def smoothed(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Label smoothing, with what is kept instead of what is spread."""
    return F.cross_entropy(outputs, targets, label_smoothing=0.9)


def softmaxes(shop: Workshop) -> Iterator[Unseen]:
    """Once too often, or in the wrong loss."""
    net = shop.torch("convnet", convnet, one_channel)
    taught = shop.torch("convnet-on-softmax", convnet, one_channel, loss=on_softmax)
    model = shop.keras("keras-perceptron", keras_perceptron)
    flat = shop.keras("keras-on-softmax", keras_on_softmax, epochs=6)

    def twice(pictures: Array) -> Array:
        return softmax(probabilities(net, pictures), 1)

    def probability_model(pictures: Array) -> Array:
        return softmax(model.predict(unit(pictures), verbose=0), 1)

    def convolutional(pictures: Array) -> Array:
        return probabilities(taught, pictures)

    yield broken("nn.Softmax and F.softmax", "PyTorch", "double-softmax", twice)
    yield broken("Sequential([model, Softmax()])", "Keras", "double-softmax", probability_model)
    yield broken("CrossEntropyLoss after nn.Softmax", "PyTorch", "from-logits-loss", convolutional)
    yield broken("from_logits=True after a softmax", "Keras", "from-logits-loss", of_keras(flat))


def called_probabilities(shop: Workshop) -> Iterator[Unseen]:
    """What does not add up to one."""
    net = shop.torch("convnet", convnet, one_channel)
    flat = shop.torch("perceptron-sigmoid", perceptron, loss=of_each_class)

    def predict_proba(pictures: Array) -> Array:
        return scores(net, one_channel(pictures))

    def independent(pictures: Array) -> dict[str, Array]:
        return {"probabilities": expit(scores(flat, unit(pictures)))}

    def over_the_batch(pictures: Array) -> Array:
        return softmax(scores(net, one_channel(pictures)), axis=0)

    yield broken("predict_proba without a softmax", "PyTorch", "wrong-softmax", predict_proba)
    yield broken("ten sigmoids called probabilities", "PyTorch", "wrong-softmax", independent)
    yield broken("softmax(dim=0)", "PyTorch", "batch-dependence", over_the_batch)


def temperatures(shop: Workshop) -> Iterator[Unseen]:
    """Confidence that is far off."""
    net = shop.torch("convnet", convnet, one_channel)
    smooth = shop.torch("convnet-smoothed", convnet, one_channel, loss=smoothed)

    def distilled(pictures: Array) -> Array:
        return softmax(scores(net, one_channel(pictures)) / 8, 1)

    def sharpened(pictures: Array) -> Array:
        return softmax(scores(net, one_channel(pictures)) * 16, 1)

    def modest(pictures: Array) -> Array:
        return probabilities(smooth, pictures)

    yield broken("temperature of distillation left in", "PyTorch", "miscalibration", distilled)
    yield broken("multiplied by the scale of ArcFace", "PyTorch", "miscalibration", sharpened)
    yield broken("label smoothing 0.9 for 0.1", "PyTorch", "miscalibration", modest)


class Dropping(nn.Module):
    """A perceptron that drops by the function, whatever its mode."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden, self.end = nn.Linear(784, 128), nn.Linear(128, 10)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.end(F.dropout(F.relu(self.hidden(pictures.flatten(1))), 0.5))


def chances(shop: Workshop) -> Iterator[Unseen]:
    """Dropout and augmentation at prediction."""
    net = shop.torch("convnet", convnet, one_channel)
    dropping = shop.torch("dropping", Dropping)
    model = shop.keras("keras-dropout", lambda: keras_perceptron(dropout=0.4))

    def training_mode(pictures: Array) -> Array:
        return model(unit(pictures), training=True).detach().numpy()

    def functional(pictures: Array) -> Array:
        return softmax(scores(dropping, unit(pictures)), 1)

    def augmented(pictures: Array) -> Array:
        wide = F.pad(torch.from_numpy(one_channel(pictures)), (4, 4, 4, 4))
        y, x = torch.randint(0, 9, (2,)).tolist()
        return softmax(scores(net, wide[:, :, y : y + 28, x : x + 28]), 1)

    yield broken("F.dropout without self.training", "PyTorch", "nondeterministic", functional)
    yield broken("model(x, training=True)", "Keras", "nondeterministic", training_mode)
    yield broken("RandomCrop in the test transform", "PyTorch", "nondeterministic", augmented)


def normed(momentum: float | None = 0.1) -> nn.Module:
    """A convolutional network with batch norm."""
    return nn.Sequential(
        *(nn.Conv2d(1, 12, 3), nn.BatchNorm2d(12, momentum=momentum), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(12, 24, 3), nn.BatchNorm2d(24, momentum=momentum), nn.ReLU()),
        *(nn.MaxPool2d(2), nn.Flatten(), nn.Linear(600, 10)),
    )


def keras_normed() -> Any:
    """A convolutional model with batch norm of the usual momentum."""
    from keras import Sequential, layers

    first = [layers.Conv2D(12, 3), layers.BatchNormalization(), layers.ReLU()]
    second = [layers.Conv2D(24, 3), layers.BatchNormalization(), layers.ReLU()]
    pools = [layers.MaxPooling2D(), layers.MaxPooling2D(), layers.Flatten()]
    end = layers.Dense(10, activation="softmax")
    model = Sequential([layers.Input((28, 28, 1)), *first, pools[0], *second, *pools[1:], end])
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def batch_norms(shop: Workshop) -> Iterator[Unseen]:
    """Statistics of the batch at hand, or of a training that was too short."""
    net = shop.torch("normed", normed, one_channel, epochs=3).train()
    cold = shop.torch("normed-cold", lambda: normed(0.002), one_channel, epochs=2)
    lesson = shop.lesson(3000)
    few = shop.keras("keras-cold", keras_normed, to_keras, lesson=lesson, epochs=1)
    model = shop.keras("keras-normed", keras_normed, to_keras, epochs=4)

    def without_eval(pictures: Array) -> Array:
        return probabilities(net, pictures)

    def training(pictures: Array) -> Array:
        return model(to_keras(pictures), training=True).detach().numpy()

    def early(pictures: Array) -> Array:
        return few.predict(to_keras(pictures), verbose=0)

    target = PictureClassifier(cold, one_channel).predict
    yield broken("model.eval() forgotten, batch norm", "PyTorch", "batch-dependence", without_eval)
    yield broken("batch norm with training=True", "Keras", "batch-dependence", training)
    yield broken("BatchNorm2d(momentum=0.002)", "PyTorch", "batch-norm-statistics", target)
    yield broken("47 steps with momentum 0.99", "Keras", "batch-norm-statistics", early)


def to_keras(pixels: Array) -> Array:
    """A channel axis, last."""
    return unit(pixels)[..., None]


def lost_order(shop: Workshop) -> Iterator[Unseen]:
    """Every answer is right, for another picture."""
    net = shop.torch("convnet", convnet, one_channel)
    model = shop.keras("keras-convnet", keras_convnet, to_keras)

    def loader(pictures: Array) -> Array:
        parts = DataLoader(TensorDataset(torch.tensor(one_channel(pictures))), 32, shuffle=True)
        return np.concatenate([softmax(scores(net, part), 1) for (part,) in parts])

    def futures(pictures: Array) -> Array:
        with ThreadPoolExecutor(4) as pool:
            batches = np.array_split(pictures, -(-len(pictures) // 8))
            jobs = [pool.submit(probabilities, net, batch) for batch in batches]
            return np.concatenate([job.result() for job in as_completed(jobs)])

    def files(pictures: Array) -> Array:
        found = {f"{i}.png": picture for i, picture in enumerate(pictures)}
        return probabilities(net, np.stack([found[name] for name in sorted(found)])).argmax(1)

    def stack(pictures: Array) -> list[int]:
        waiting, answers = list(to_keras(pictures)), []
        while waiting:
            batch = np.stack([waiting.pop() for _ in range(min(16, len(waiting)))])
            answers.extend(model.predict(batch, verbose=0).argmax(1).tolist())
        return answers

    def by_light(pictures: Array) -> Array:
        order = np.argsort(pictures.mean((1, 2)))
        return model.predict(to_keras(pictures[order]), verbose=0)[order]

    yield broken("DataLoader(shuffle=True)", "PyTorch", "order-lost", loader)
    yield broken("as_completed", "PyTorch", "order-lost nondeterministic", futures)
    yield broken("sorted(glob('*.png'))", "PyTorch", "order-lost", files)
    yield broken("a queue that is a stack", "Keras", "order-lost", stack)
    yield broken("sorted, put back by order, not argsort(order)", "Keras", "order-lost", by_light)


def lost_answers(shop: Workshop) -> Iterator[Unseen]:
    """Fewer answers than pictures, or always the same."""
    net = shop.torch("convnet", convnet, one_channel)
    model = shop.keras("keras-perceptron", keras_perceptron)

    def whole_batches(pictures: Array) -> Array:
        batches = [pictures[4 * i : 4 * i + 4] for i in range(len(pictures) // 4)]
        return np.concatenate([np.empty((0, 10)), *(probabilities(net, b) for b in batches)])

    def over_pictures(pictures: Array) -> Array:
        return model.predict(unit(pictures), verbose=0).argmax(0)

    def first_only(pictures: Array) -> Array:
        return model.predict(unit(pictures), verbose=0)[0]

    yield broken("len(x) // batch_size batches", "PyTorch", "answer-count", whole_batches)
    yield broken("argmax(axis=0)", "Keras", "answer-count", over_pictures)
    yield broken("model.predict(x)[0]", "Keras", "answer-count", first_only)
    dead = shop.torch("perceptron-dead", perceptron, rate=100.0, epochs=2)
    target = PictureClassifier(dead, unit).predict
    yield broken("learning rate 100, nothing but one class", "PyTorch", "constant-answers", target)


def figures(shop: Workshop) -> Iterator[Unseen]:
    """A sound model, and an accuracy that was counted otherwise."""
    net, test = shop.torch("convnet", convnet, one_channel), shop.data("fashion").test
    found = probabilities(net, test.pixels[:5000])
    labels = test.labels[:5000].astype(int)
    binary = ((found > 0.5) == np.eye(10, dtype=bool)[labels]).mean()
    top = (np.argsort(found)[:, -5:] == labels[:, None]).any(1).mean()
    right = int((found.argmax(1) == labels).sum())

    def predict(pictures: Array) -> Array:
        return probabilities(net, pictures)

    for name, accuracy in (
        ("binary accuracy of ten outputs", binary),
        ("top_k_categorical_accuracy", top),
        ("argmax of labels that were numbers", (found.argmax(1) == 0).mean()),
        ("right answers per batch as percent", right / -(-5000 // 64)),
    ):
        reported = {"accuracy": round(float(accuracy), 4)}
        yield broken(name, "PyTorch", "reported-figures", predict, reported=reported)


def pipelines(data: Callable[[str], Any], folder: Path) -> Iterator[Unseen]:
    """All of them; models are trained when they are missing from the folder."""
    shop = Workshop(data, folder)
    answers = (fresh_heads, missing_classes, orders, names_and_widths, softmaxes)
    confidence = (called_probabilities, temperatures, chances, batch_norms)
    for make in (*answers, *confidence, lost_order, lost_answers, figures):
        yield from make(shop)
