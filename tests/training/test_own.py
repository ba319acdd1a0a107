"""Parts of one's own: trained, resumed and exported as the recipe's are, or refused beforehand."""

import json

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from hemline import Classifier, Dataset, load_recipe, train
from hemline.errors import RecipeError
from hemline.networks import Inputs
from hemline.training.building import network_of
from hemline.training.optimisers import Adam
from hemline.training.own import Own
from hemline.training.own.optimiser import OwnOptimiser
from hemline.training.run import Run
from hemline.training.trainer import Trainer

QUICK = load_recipe("seed", ["epochs=2"])


class Small(nn.Module):
    """Layers that Hemline has no form for, and a head under a name of its own."""

    def __init__(self, inputs: Inputs, outputs: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs.form.channels, 6, 5, stride=2, padding=2)
        self.normal, self.drop = nn.BatchNorm2d(6), nn.Dropout(0.2)
        self.second = nn.Conv2d(6, 12, 3, groups=2)
        self.classify = nn.Linear(12, outputs, bias=False)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        values = functional.max_pool2d(functional.gelu(self.normal(self.first(values))), 2)
        values = functional.silu(self.second(values)).mean((2, 3))
        return self.classify(self.drop(values))


def plain(outputs=10):
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 20), nn.Tanh(), nn.Linear(20, outputs))


def logits(network, pixels):
    with torch.no_grad():
        return network.eval()(torch.tensor(pixels)).numpy()


@pytest.fixture(scope="module")
def few(sketches):
    train, test = sketches.train, sketches.test
    return Dataset.from_arrays(
        (train.pixels[:640], train.labels[:640]),
        (test.pixels[:50], test.labels[:50]),
        classes=sketches.classes,
    )


@pytest.fixture(scope="module")
def colour(few):
    def coloured(split):
        return np.stack([split.pixels, split.pixels // 2, 255 - split.pixels], -1), split.labels

    return Dataset.from_arrays(coloured(few.train), coloured(few.test), classes=few.classes)


@pytest.mark.parametrize("form", ["few", "colour"])
def test_the_model_file_answers_as_the_module_does(form, request, tmp_path):
    dataset = request.getfixturevalue(form)
    always = ["horizontal_flip=always", "calibrate=false"]
    recipe = load_recipe("fast", ["epochs=1", "fewest_steps=0", *always])
    result = train(recipe, dataset, folder=tmp_path / "run", network=Small)
    trainer = Trainer(recipe, dataset, 0, Run(tmp_path / "run"), own=Own(network=Small))
    trainer.start(resume=True)
    classifier = Classifier.load(result.run.folder)
    pixels = dataset.test.pixels
    expected = logits(trainer.state.network, pixels)
    assert np.abs(classifier.logits(pixels) - expected).max() < 1e-3
    assert trainer.state.network.mirrored
    assert trainer.state.network.features(torch.tensor(pixels)).shape == (50, 12)


def test_a_module_is_copied_and_its_weights_are_where_the_training_starts(few, tmp_path):
    module = plain()
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    own = Own(network=module)
    trainer = Trainer(QUICK, few, 0, Run(tmp_path), own=own)
    weights = [tensor.clone() for tensor in trainer.state.network.parameters()]
    assert all(map(torch.equal, weights, module.parameters()))
    trainer.epoch()
    assert not any(map(torch.equal, weights, trainer.state.network.parameters()))
    assert all(torch.equal(before[name], tensor) for name, tensor in module.state_dict().items())


def test_it_is_said_what_was_trained(few, tmp_path):
    result = train(QUICK, few, folder=tmp_path / "run", network=Small, optimiser=torch.optim.AdamW)
    assert (result.recipe.network, result.recipe.optimiser) == ("own", "own")
    assert load_recipe(result.run.recipe) == result.recipe
    own = {
        "network": f"{__name__}.Small",
        "optimiser": "torch.optim.adamw.AdamW",
    }
    assert json.loads(result.run.environment.read_text())["own"] == own
    metadata = Classifier.load(result.run.folder).metadata
    assert metadata["own"] == own
    assert [row["name"] for row in metadata["layers"]] == ["Standardisation", "Small", "Dense"]
    assert sum(row["parameters"] for row in metadata["layers"]) == result.parameters


def everything():
    def turned(pixels, generator):
        return torch.rot90(pixels, int(torch.randint(4, (), generator=generator)), (1, 2))

    return {
        "network": Small,
        "augmentation": turned,
        "loss": lambda logits, labels: functional.multi_margin_loss(
            logits, labels, reduction="none"
        ),
        "optimiser": lambda parameters: torch.optim.SGD(parameters, lr=0.05, momentum=0.9),
    }


def test_interrupted_or_not_the_weights_are_the_same(few, tmp_path):
    def stop(_):
        raise KeyboardInterrupt

    whole = train(QUICK, few, folder=tmp_path / "whole", **everything())
    with pytest.raises(KeyboardInterrupt):
        train(QUICK, few, folder=tmp_path / "cut", on_epoch=stop, **everything())
    cut = train(QUICK, few, folder=tmp_path / "cut", resume=True, **everything())
    assert cut.run.model.read_bytes() == whole.run.model.read_bytes()


def test_every_part_has_its_effect(few, tmp_path):
    files = set()
    for name in (None, *everything()):
        part = {name: everything()[name]} if name else {}
        result = train(QUICK, few, folder=tmp_path / str(name), **part)
        files.add(result.run.model.read_bytes())
    assert len(files) == 5


@pytest.mark.parametrize(
    "make",
    [
        lambda of: torch.optim.SGD(of, lr=0.3, momentum=0.9),
        lambda of: torch.optim.AdamW([{"params": [each], "lr": 0.1} for each in of]),
        lambda of: torch.optim.RMSprop(of, lr=0.01, centered=True),
    ],
)
def test_an_optimiser_moves_as_pytorch_moves_it_and_goes_on_where_it_was(make):
    def fresh():
        torch.manual_seed(0)
        return [nn.Parameter(torch.randn(3, 4)), nn.Parameter(torch.randn(3))]

    rates = [0.5, 2.0, 1.0, 0.25]
    theirs, mine = fresh(), fresh()
    reference = make(theirs)
    schedule = torch.optim.lr_scheduler.LambdaLR(reference, lambda step: ([*rates, 0])[step] / 2)
    optimiser = OwnOptimiser(make, mine, peak=2.0)
    for step, rate in enumerate(rates):
        for one, other in zip(theirs, mine, strict=True):
            one.grad = torch.sin(one.detach() + step)
            other.grad = torch.sin(other.detach() + step)
        reference.step()
        schedule.step()
        optimiser.step(rate)
        kept = optimiser.state()
        optimiser = OwnOptimiser(make, mine, peak=2.0)
        optimiser.load_state(kept)
    assert optimiser.steps == 4
    assert all(map(torch.equal, theirs, mine))


@pytest.mark.parametrize(
    ("module", "features", "layers"),
    [
        (plain(), 20, 5),
        (nn.Sequential(nn.Flatten(), nn.Linear(784, 10)), 784, 3),
        (nn.Sequential(plain(), nn.LogSoftmax(1)), 10, 3),  # no logits: taken as they are
        (nn.Sequential(nn.Flatten(), nn.Linear(784, 10)).append(nn.Identity()), 784, 3),
        (nn.Sequential(nn.Conv2d(1, 4, 1), nn.Flatten(), nn.Linear(3136, 10)), 10, 3),
    ],
)
def test_the_last_linear_layer_is_the_head_if_it_can_be(module, features, layers):
    inputs = Inputs.of(
        np.zeros((1, 28, 28), np.uint8),
        Dataset.from_arrays(
            (np.zeros((2, 28, 28), np.uint8), [0, 1]), (np.ones((2, 28, 28), np.uint8), [0, 1])
        ).form,
    )
    recipe = Own(network=module).adapt(QUICK)
    network = network_of(recipe, Own(network=module), inputs=inputs, classes=10, mirror=False)
    pixels = np.random.default_rng(0).integers(0, 256, (4, 28, 28), np.uint8)
    values = torch.tensor(pixels[:, None] / 255, dtype=torch.float32)
    assert np.abs(logits(network, pixels) - module.eval()(values).detach().numpy()).max() < 1e-5
    assert network.features(torch.tensor(pixels)).shape == (4, features)
    assert len(network.layers) == layers


class Raises(nn.Module):
    def forward(self, _values):
        raise ValueError("no way\nat all")


class Beside(nn.Module):
    """What it says of a picture hangs on those beside it."""

    def __init__(self):
        super().__init__()
        self.last = nn.Linear(784, 10)

    def forward(self, values):
        return self.last((values - values.mean(0, keepdim=True)).flatten(1))


class Sizes(nn.Module):
    """A size that is computed."""

    def __init__(self):
        super().__init__()
        self.last = nn.Linear(784, 10)

    def forward(self, values):
        return self.last(values.flatten(1)) * values.shape[0]


class Branches(nn.Module):
    """One that cannot be written down as a graph."""

    def __init__(self):
        super().__init__()
        self.last = nn.Linear(784, 10)

    def forward(self, values):
        if values.sum() > 0:
            return self.last(values.flatten(1))
        return self.last(-values.flatten(1))


REFUSED = {
    "module": ({"network": lambda _inputs, _outputs: 3}, "received int"),
    "logits": ({"network": plain(7)}, r"logits \(n, 10\), received float32 \(2, 7\)"),
    "raises": ({"network": Raises()}, r"received ValueError \(no way\)"),
    "tuple": ({"network": nn.LSTM(28, 5)}, r"received ValueError \(LSTM"),
    "batch": ({"network": Beside()}, "apart there, with other pictures beside"),
    "sizes": ({"network": Sizes()}, "an operator 'Shape' there"),
    "branches": ({"network": Branches()}, "its exporter refuses"),
    "optimiser": ({"optimiser": lambda of: Adam(of)}, "received Adam"),
    "scalar": ({"loss": functional.cross_entropy}, r"float32 \(32,\), received float32 \(\)"),
    "no tensor": ({"loss": lambda _logits, _labels: 3.0}, "received float"),
    "floats": ({"augmentation": lambda pixels, _: pixels / 255}, "uint8 .* received float32"),
    "size": ({"augmentation": lambda pixels, _: pixels[:, 2:]}, r"received uint8 \(32, 26, 28\)"),
    "start": ({"network": Small, "start": "tiny"}, "leave out start or network"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_one_sentence_before_anything_is_written(case, few, tmp_path):
    parts, message = REFUSED[case]
    with pytest.raises(RecipeError, match=message) as error:
        train(QUICK, few, folder=tmp_path / "run", **parts)
    assert "Expected" in str(error.value)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "run" / "checkpoint.safetensors").exists()


@pytest.mark.parametrize("part", ["network", "optimiser"])
def test_a_recipe_that_leaves_a_part_to_its_caller_needs_it(part, few, tmp_path):
    widths = ["widths=[]"] if part == "network" else []
    recipe = load_recipe("seed", [f"{part}=own", *widths])
    with pytest.raises(RecipeError, match=f"{part} that recipe seed leaves to its caller"):
        train(recipe, few, folder=tmp_path / "run")


def test_no_loss_beside_photographs(few, tmp_path):
    with pytest.raises(RecipeError, match="no loss beside recipe photo"):
        Trainer(load_recipe("photo"), few, 0, Run(tmp_path), own=Own(loss=functional.cross_entropy))
