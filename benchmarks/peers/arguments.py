"""The command line that every peer has."""

import argparse


def arguments(epochs: int) -> argparse.Namespace:
    """Folder of the model, data, epochs or seconds, seed, and whether to evaluate every epoch."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--data", help="an .npz of pictures; left out: Fashion-MNIST")
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--seconds", type=float, help="since the process was started, then stop")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--scan", action="store_true", help="test accuracy after every epoch")
    return parser.parse_args()
