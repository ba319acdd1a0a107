"""The way back to Keras: a `.keras` file with the network and weights of a model file."""

from hemline.keras_file.writing import KerasFile, write_keras

__all__ = ["KerasFile", "write_keras"]
