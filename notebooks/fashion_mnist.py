# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Fashion-MNIST in six questions
#
# 1. What is Fashion-MNIST?
# 2. Why are the pixels normalised?
# 3. Which layers are there, and what does each do?
# 4. What is an epoch?
# 5. What is predicted for the first test picture, and what is it really?
# 6. What would improve the accuracy?
#
# Every answer is computed below, on the real data. The whole takes a few minutes on two cores.

# %% tags=["parameters"]
SHORT = False  # True: fewer pictures and epochs, to see in a minute that everything runs

# %%
import importlib.util

if importlib.util.find_spec("hemline") is None:  # in a hosted notebook, say
    # %pip install --quiet "hemline[train,doctor,report]"
    pass

import tempfile
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn

import hemline
from hemline import CLASSES, Classifier, load_recipe, open_dataset
from hemline.evaluation import paired_difference, wilson_interval

began = time.perf_counter()
runs = Path(tempfile.mkdtemp())  # where the trainings below leave their runs

# %% [markdown]
# ## 1. What is Fashion-MNIST?
#
# 70,000 pictures of garments from a shop's catalogue, 28 by 28 grey values each, in ten classes.
# 60,000 are there to learn from, 10,000 to be tested on. Hemline checks every file's checksum.

# %%
data = open_dataset()
for name, split in (("training", data.train), ("test", data.test)):
    print(
        f"{name:>8}: {split.pixels.shape} {split.pixels.dtype}, {split.pixels.min()} to "
        f"{split.pixels.max()}; labels {split.labels.min()} to {split.labels.max()}"
    )
print(f"Each class: {set(data.train.counts)} training and {set(data.test.counts)} test pictures")

figure, rows = plt.subplots(5, 10, figsize=(10, 6))
for label, column in enumerate(rows.T):
    places = np.flatnonzero(data.train.labels == label)
    column[0].set_title(f"{label}\n{CLASSES[label]}", size=8)
    for axes, place in zip(column, places, strict=False):
        axes.imshow(data.train.pixels[place], cmap="gray")
        axes.axis("off")

# %% [markdown]
# ## 2. Why are the pixels normalised?
#
# Pixels are whole numbers from 0 to 255. Dividing by 255 brings them to 0..1. To see what that is
# good for, the same network is trained twice, with the division and without.


# %%
def train_plainly(divisor, pictures, epochs):
    """The tutorial's network in plain PyTorch, trained, and the loss of each step."""
    torch.manual_seed(0)
    network = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    inputs = torch.tensor(data.train.pixels[:pictures]) / divisor
    labels = torch.tensor(data.train.labels[:pictures].astype(np.int64))
    optimiser, losses = torch.optim.Adam(network.parameters()), []
    for _ in range(epochs):
        for places in torch.randperm(pictures).split(32):
            loss = nn.functional.cross_entropy(network(inputs[places]), labels[places])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
    return network.eval(), losses


@torch.no_grad()
def accuracy(network, divisor):
    """Share of right answers on the test part."""
    answers = network(torch.tensor(data.test.pixels) / divisor).argmax(1).numpy()
    return (answers == data.test.labels).mean()


pictures, epochs = (3_000, 1) if SHORT else (60_000, 3)
figure, axes = plt.subplots(figsize=(7, 3))
for name, divisor in (("pixels 0..255", 1), ("pixels / 255", 255)):
    network, losses = train_plainly(divisor, pictures, epochs)
    smooth = np.convolve(losses, np.ones(30) / 30, "valid")
    axes.semilogy(smooth, label=name)
    print(
        f"{name:<14} first loss {losses[0]:6.2f}, last {np.mean(losses[-30:]):.3f}, "
        f"test accuracy {accuracy(network, divisor):.2%}"
    )
axes.set(xlabel="step", ylabel="training loss in nats")
_ = axes.legend()

# %% [markdown]
# Without the division the first loss is many times that of guessing (ln 10 = 2.30): the numbers are
# 255 times as large, so are the scores, and Adam needs its steps to bring them down first.
#
# What is divided while training has to be divided when predicting. Here the network that was
# trained on 0..1 is shown 0..255: it is wrong more often, and certain of everything it says.

# %%
with torch.no_grad():
    right, wrong = (
        nn.functional.softmax(network(torch.tensor(data.test.pixels[:5]) / divisor), 1)
        for divisor in (255, 1)
    )
print("divided by 255:", [f"{row.max():.1%}" for row in right])
print("as they are:   ", [f"{row.max():.1%}" for row in wrong])
print(f"accuracy as they are: {accuracy(network, 1):.2%}")

# %% [markdown]
# This is why Hemline keeps the division inside the network: nobody can forget it, or do it twice.
# Who hands it divided pixels is told so.

# %%
try:
    hemline.as_pixels(data.test.pixels[:5] / 255)
except hemline.HemlineError as error:
    print(error)

# %% [markdown]
# ## 3. Which layers are there, and what does each do?
#
# The network says it itself. Below, the first test picture goes through it layer by layer.

# %%
from hemline.networks import build_network

recipe = load_recipe("seed")
network = build_network(recipe.network, recipe.widths, seed=0)
values = torch.tensor(data.test.pixels[:1])
print(f"{'pixels':<10} {tuple(values.shape)!s:<12} {'':>8}  {values.min()} to {values.max()}")
with torch.no_grad():
    for layer, told in zip(network.layers, network.describe(), strict=True):
        values = layer(values)
        print(
            f"{told.name:<10} {tuple(values.shape)!s:<12} {told.parameters:>8,}  "
            f"{values.min():.2f} to {values.max():.2f}: {told.purpose}"
        )
print(
    f"\n784 x 128 + 128 = {784 * 128 + 128:,} and 128 x 10 + 10 = {128 * 10 + 10:,} "
    f"parameters, {network.parameter_count:,} in all"
)

# %% [markdown]
# Without the ReLU between them, the two dense layers would be a single one: a weighted sum of
# weighted sums is a weighted sum.
#
# ## 4. What is an epoch?
#
# An epoch shows the network every training picture once. A step shows it one batch and then moves
# every parameter a little. Counted on one epoch:

# %%
seen, steps = np.zeros(len(data.train), int), 0
for places in torch.randperm(len(data.train)).split(recipe.batch_size):
    seen[places] += 1  # a training would compute the loss of these pictures and take a step
    steps += 1
print(
    f"{steps:,} steps of {recipe.batch_size} pictures; every picture was shown "
    f"{seen.min()} to {seen.max()} times; 60,000 / 32 = {60_000 / 32:,.0f}"
)

# %% [markdown]
# What further epochs are good for: the same training, looked at after each of its ten epochs. The
# validation part is cut from the training part; the test part has no say.

# %%
watched = hemline.train(
    load_recipe("seed", ["validation=0.1", f"epochs={2 if SHORT else 10}"]),
    data,
    folder=runs / "watched",
)
figure, axes = plt.subplots(figsize=(7, 3))
for name, values in (
    ("training", [epoch.accuracy for epoch in watched.epochs]),
    ("validation", [epoch.validation_accuracy for epoch in watched.epochs]),
):
    axes.plot(range(1, len(values) + 1), values, "o-", label=name)
axes.set(xlabel="epoch", ylabel="accuracy")
axes.legend()
print(
    f"{watched.steps_per_epoch:,} steps an epoch on {len(data.train) * 9 // 10:,} pictures, "
    f"{watched.seconds['training']:.1f} s for {len(watched.epochs)} epochs"
)

# %% [markdown]
# ## 5. What is predicted for the first test picture, and what is it really?
#
# First as it goes wrong in many notebooks. For probabilities the trained network gets a softmax
# behind it. Here the network was left out, and nothing complains:

# %%
trained, _ = train_plainly(255, pictures, epochs)


def predictor(*layers):
    """Pictures in, whatever the layers give out."""
    network = nn.Sequential(*layers)
    return torch.no_grad()(lambda pixels: network(torch.tensor(pixels) / 255).numpy())


broken = predictor(nn.Softmax(dim=-1))
prediction = broken(data.test.pixels)
print(f"shape of all predictions {prediction.shape}, of the first {prediction[0].shape}")
print(f"predicted label {np.argmax(prediction[0])}, actual label {data.test.labels[0]}")
agree = sum(
    np.argmax(row) == label for row, label in zip(prediction, data.test.labels, strict=True)
)
print(f"right: {agree:,} of {len(data.test):,}")

# %% [markdown]
# A label among ten classes cannot lie above 9: what was taken for a label is the place of a pixel.
# The doctor looks at such a pipeline from outside and says what it is.

# %%
diagnosis = hemline.diagnose(broken, data)
print(diagnosis.verdict)
for finding in diagnosis.findings:
    print(f"- {finding.evidence}\n  Mend: {finding.mend}")

# %% [markdown]
# With the network back in its place:

# %%
mended = predictor(trained, nn.Softmax(dim=-1))
prediction = mended(data.test.pixels)
label, actual = int(prediction[0].argmax()), int(data.test.labels[0])
print(f"shape of all predictions {prediction.shape}, of the first {prediction[0].shape}")
print(
    f"predicted {label} ({CLASSES[label]}, {prediction[0][label]:.1%}), "
    f"actual {actual} ({CLASSES[actual]}): {'they agree' if label == actual else 'they differ'}"
)

figure, (left, middle) = plt.subplots(
    1, 2, figsize=(7, 2.6), width_ratios=(1, 2), layout="constrained"
)
left.imshow(data.test.pixels[0], cmap="gray")
left.axis("off")
middle.barh(CLASSES, prediction[0])
middle.invert_yaxis()
_ = middle.set_xlabel("probability")

# %% [markdown]
# ## 6. What would improve the accuracy?
#
# Each idea is trained and measured. The gain is over the tutorial as it is, counted on the same
# test pictures, with its 95 % interval: where that holds 0, the gain may be chance. The training
# itself is a matter of chance too: the second line is nothing but another seed, and what gains no
# more than that line has shown nothing.

# %%
FALLING = ["schedule=triangle", "learning_rate=0.002"]
IDEAS = {
    "the tutorial as it is": ("seed", []),
    "the same with another seed": ("seed", []),
    "three times as many epochs": ("seed", ["epochs=30"]),
    "learning rate that falls to zero": ("seed", FALLING),
    "falling rate, 512 hidden units": ("seed", [*FALLING, "widths=[512]"]),
    "... and dropout, 5 epochs": ("seed", [*FALLING, "widths=[512]", "dropout=0.3", "epochs=5"]),
    "... and mirrored, 5 epochs": ("seed", [*FALLING, "widths=[512]", "flip=true", "epochs=5"]),
    "a convolutional network, 3 epochs": ("fast", ["epochs=3"]),
}
if SHORT:
    IDEAS = {
        name: (recipe, [*changes, "epochs=1", "widths=[16]"])
        for name, (recipe, changes) in list(IDEAS.items())[:4]
    }

print(f"{'':<36} accuracy  {'95 %':^16}  {'gain in points':^24}  time")
baseline = None
for number, (name, (recipe_name, changes)) in enumerate(IDEAS.items()):
    recipe = load_recipe(recipe_name, changes)
    seed = int(name.endswith("another seed"))
    result = hemline.train(recipe, data, folder=runs / str(number), seed=seed)
    right = Classifier.load(result.run.model).predict(data.test.pixels) == data.test.labels
    low, high = (100 * bound for bound in wilson_interval(int(right.sum()), len(right)))
    baseline = right if baseline is None else baseline
    gain, interval = paired_difference(right, baseline)
    print(
        f"{name:<36} {100 * right.mean():6.2f} %  {low:.2f} to {high:.2f}  "
        f"{100 * gain:+6.2f} ({100 * interval[0]:+.2f} to {100 * interval[1]:+.2f})  "
        f"{result.seconds['training']:4.0f} s"
    )

# %% [markdown]
# What carries furthest is a network that knows what a picture is: filters that see neighbouring
# pixels together. The recipe `accurate` takes that idea further; it comes with Hemline, trained:

# %%
shipped = Classifier.load("accurate")
test = slice(0, 500) if SHORT else slice(None)
right = shipped.predict(data.test.pixels[test]) == data.test.labels[test]
low, high = wilson_interval(int(right.sum()), len(right))
print(
    f"accurate: {right.mean():.2%} (95 %: {low:.2%} to {high:.2%}) "
    f"on {len(right):,} test pictures of {data.name}"
)
print(
    f"This notebook took {time.perf_counter() - began:.0f} s, "
    f"and {time.process_time():.0f} s of processor time."
)
