"""The PyTorch tutorial "Training a classifier" on CIFAR-10: its network and its loop.

From tensors rather than through torchvision's transforms of single pictures, which is in its
favour; one channel and other sizes where the pictures have them.
"""

import itertools
import json

import torch
import torch.nn.functional as F  # noqa: N812 - as the tutorial has it
from arguments import arguments
from budget import Budget
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from data import load_data

options = arguments(epochs=2)
budget = Budget(options.seconds)
if options.seed is not None:
    torch.manual_seed(options.seed)

(train_images, train_labels), (test_images, test_labels) = load_data(options.data)


def dataset(images, labels):
    """Pictures `(n, channels, h, w)` in -1..1 with their labels."""
    pictures = torch.tensor(images)
    pictures = pictures[:, None] if pictures.ndim == 3 else pictures.movedim(3, 1)
    return TensorDataset((pictures.float() / 255 - 0.5) / 0.5, torch.tensor(labels).long())


class Net(nn.Module):
    def __init__(self, channels, height, width, classes):
        super().__init__()
        height, width = (((edge - 4) // 2 - 4) // 2 for edge in (height, width))
        self.conv1 = nn.Conv2d(channels, 6, 5)
        self.pool = nn.MaxPool2d(2, 2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * height * width, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, classes)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = torch.flatten(x, 1)
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)


trainset = dataset(train_images, train_labels)
trainloader = DataLoader(trainset, batch_size=4, shuffle=True)
# Its own generator, so that evaluating does not change the order of the training pictures.
testloader = DataLoader(
    dataset(test_images, test_labels), batch_size=256, generator=torch.Generator()
)
net = Net(*trainset[0][0].shape, int(train_labels.max()) + 1)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.001, momentum=0.9)


@torch.no_grad()
def test_accuracy():
    """Share of right answers on the test part."""
    right = sum((net(images).argmax(1) == labels).sum().item() for images, labels in testloader)
    return right / len(testloader.dataset)


for epoch in itertools.count(1):
    for inputs, labels in trainloader:
        optimizer.zero_grad()
        loss = criterion(net(inputs), labels)
        loss.backward()
        optimizer.step()
        if budget.over:
            break
    budget.note(test_accuracy)
    if budget.over or (not options.seconds and epoch == options.epochs):
        break

torch.save(net.state_dict(), options.folder + "/model.pt")
print(json.dumps({"history": budget.history}))
