"""The command line that every peer has."""

import argparse


def arguments(epochs: int) -> argparse.Namespace:
    """Folder of the model, epochs, seed, and whether to evaluate after every epoch."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--scan", action="store_true", help="test accuracy after every epoch")
    return parser.parse_args()
