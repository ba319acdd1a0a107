"""The Keras example "Simple MNIST convnet": fifteen epochs at batch size 128, evaluated, saved.

The example also keeps back a tenth of the pictures, which nothing is chosen by; here it does not.
"""

import json

import keras
import numpy as np
from arguments import arguments
from clock import Clock

from data import load_data

options = arguments(epochs=15)
if options.seed is not None:
    keras.utils.set_random_seed(options.seed)

(train_images, train_labels), (test_images, test_labels) = load_data()
train_images = train_images[..., np.newaxis].astype("float32") / 255
test_images = test_images[..., np.newaxis].astype("float32") / 255
train_labels = keras.utils.to_categorical(train_labels, 10)
test_labels = keras.utils.to_categorical(test_labels, 10)

model = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        keras.layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
        keras.layers.MaxPooling2D(pool_size=(2, 2)),
        keras.layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
        keras.layers.MaxPooling2D(pool_size=(2, 2)),
        keras.layers.Flatten(),
        keras.layers.Dropout(0.5),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
clock = Clock()
history = model.fit(
    train_images,
    train_labels,
    batch_size=128,
    epochs=options.epochs,
    validation_data=(test_images, test_labels) if options.scan else None,
    verbose=0,
    callbacks=[clock],
)
_, accuracy = model.evaluate(test_images, test_labels, verbose=0)
model.save(options.folder + "/model.keras")
scanned = history.history.get("val_accuracy", [])
print(json.dumps({"epochs": clock.seconds, "accuracy": accuracy, "accuracies": scanned}))
