"""The usual PyTorch loop: TensorDataset, DataLoader, Adam; ten epochs, evaluated, saved."""

import json
import sys
import time

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from data import load_data

(train_images, train_labels), (test_images, test_labels) = load_data()


def dataset(images, labels):
    """Pictures in 0..1 with their labels."""
    return TensorDataset(torch.tensor(images).float() / 255, torch.tensor(labels).long())


train = DataLoader(dataset(train_images, train_labels), batch_size=32, shuffle=True)
test = DataLoader(dataset(test_images, test_labels), batch_size=32)
model = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
loss_function = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)

seconds = []
for _ in range(10):
    began = time.perf_counter()
    for images, labels in train:
        loss = loss_function(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    seconds.append(time.perf_counter() - began)

with torch.no_grad():
    right = sum((model(images).argmax(1) == labels).sum().item() for images, labels in test)
torch.save(model.state_dict(), sys.argv[1] + "/model.pt")
print(json.dumps({"epochs": seconds, "accuracy": right / len(test.dataset)}))
