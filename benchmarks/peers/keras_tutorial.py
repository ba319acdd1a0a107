"""The Keras tutorial "Basic classification": ten epochs, evaluated, saved. Backend by variable."""

import json
import sys
import time

import keras

from data import load_data

(train_images, train_labels), (test_images, test_labels) = load_data()
train_images = train_images / 255.0
test_images = test_images / 255.0

model = keras.Sequential(
    [
        keras.Input((28, 28)),
        keras.layers.Flatten(),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(10),
    ]
)
model.compile(
    optimizer="adam",
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)


class Clock(keras.callbacks.Callback):
    """Seconds of every epoch."""

    def __init__(self):
        super().__init__()
        self.seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        self.began = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.began)


clock = Clock()
model.fit(train_images, train_labels, epochs=10, verbose=0, callbacks=[clock])
_, accuracy = model.evaluate(test_images, test_labels, verbose=0)
model.save(sys.argv[1] + "/model.keras")
print(json.dumps({"epochs": clock.seconds, "accuracy": accuracy}))
