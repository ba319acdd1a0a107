"""The usual PyTorch loop: TensorDataset, DataLoader, Adam; ten epochs, evaluated, saved."""

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
    """Pictures in 0..1 with their labels."""
    return TensorDataset(torch.tensor(images).float() / 255, torch.tensor(labels).long())


train = DataLoader(dataset(train_images, train_labels), batch_size=32, shuffle=True)
# Its own generator, so that a scan does not change the order of the training pictures.
test = DataLoader(dataset(test_images, test_labels), batch_size=32, generator=torch.Generator())
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
loss_function = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)


@torch.no_grad()
def test_accuracy():
    """Share of right answers on the test part."""
    right = sum((model(images).argmax(1) == labels).sum().item() for images, labels in test)
    return right / len(test.dataset)


seconds, scanned = [], []
for _ in range(options.epochs):
    began = time.perf_counter()
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
