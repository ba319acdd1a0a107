"""The usual convolutional network of PyTorch tutorials: ten epochs, evaluated, saved.

Without padding, as in PyTorch's own MNIST example, and from tensors rather than through
torchvision's transforms of single pictures: both are in its favour, for both save time.
"""

import json
import time

import torch
from arguments import arguments
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from data import load_data

options = arguments(epochs=10)
if options.seed is not None:
    torch.manual_seed(options.seed)

(train_images, train_labels), (test_images, test_labels) = load_data()


def dataset(images, labels):
    """Pictures `(n, 1, 28, 28)` in 0..1 with their labels."""
    return TensorDataset(torch.tensor(images)[:, None].float() / 255, torch.tensor(labels).long())


train = DataLoader(dataset(train_images, train_labels), batch_size=64, shuffle=True)
# Its own generator, so that a scan does not change the order of the training pictures.
test = DataLoader(dataset(test_images, test_labels), batch_size=64, generator=torch.Generator())
model = nn.Sequential(
    nn.Conv2d(1, 32, 3),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(32, 64, 3),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(64 * 5 * 5, 128),
    nn.ReLU(),
    nn.Dropout(0.25),
    nn.Linear(128, 10),
)
loss_function = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)


@torch.no_grad()
def test_accuracy():
    """Share of right answers on the test part."""
    model.eval()
    right = sum((model(images).argmax(1) == labels).sum().item() for images, labels in test)
    return right / len(test.dataset)


seconds, scanned = [], []
for _ in range(options.epochs):
    began = time.perf_counter()
    model.train()
    for images, labels in train:
        loss = loss_function(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    seconds.append(time.perf_counter() - began)
    if options.scan:
        scanned.append(test_accuracy())

accuracy = test_accuracy()
torch.save(model.state_dict(), options.folder + "/model.pt")
print(json.dumps({"epochs": seconds, "accuracy": accuracy, "accuracies": scanned}))
