"""The notebook's story: a prediction model without the trained layers, and how it is found.

    python examples/broken_notebook.py

The tutorial trains `model`, and then wraps it for probabilities:
`Sequential([model, Softmax()])`. In the notebook the first element is missing. Nothing complains:
a softmax takes pictures as gladly as logits. Needs HEMLINE_DATA or a network, and the extras train
and doctor; takes less than a minute.
"""

import numpy as np
import torch
from torch import nn

from hemline import diagnose, open_dataset

EPOCHS, BATCH = 1, 64


def train(pixels: np.ndarray, labels: np.ndarray) -> nn.Module:
    """The tutorial's network, trained briefly on pixels 0..1."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    inputs, targets = torch.tensor(pixels) / 255, torch.tensor(labels.astype(np.int64))
    optimiser = torch.optim.Adam(model.parameters())
    for rows in torch.randperm(len(inputs)).split(BATCH) * EPOCHS:
        loss = nn.functional.cross_entropy(model(inputs[rows]), targets[rows])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return model.eval()


def predictor(*layers: nn.Module):
    """As the notebook calls it: pictures in, scaled, through the layers."""
    network = nn.Sequential(*layers)

    @torch.no_grad()
    def predict(pixels: np.ndarray) -> np.ndarray:
        return network(torch.tensor(np.asarray(pixels)) / 255).numpy()

    return predict


def accuracy(predict, pixels: np.ndarray, labels: np.ndarray) -> float:
    """As the notebook counts: the arg-max of each prediction, whatever its shape."""
    predictions = predict(pixels)
    return float(np.mean([np.argmax(row) == y for row, y in zip(predictions, labels, strict=True)]))


def main() -> None:
    """Train, break, measure, diagnose, mend."""
    data = open_dataset()
    model = train(data.train.pixels, data.train.labels)
    broken = predictor(nn.Softmax(dim=-1))
    mended = predictor(model, nn.Softmax(dim=-1))
    for name, predict in (("broken", broken), ("mended", mended)):
        right = accuracy(predict, data.test.pixels, data.test.labels)
        diagnosis = diagnose(predict, data)
        print(f"The {name} model: {right:.1%} right on {data.name}.")
        print(f"  {diagnosis.verdict}")
        for finding in diagnosis.findings:
            print(f"  Evidence: {finding.evidence}\n  Mend:     {finding.mend}")


if __name__ == "__main__":
    main()
