"""The Keras tutorial "Basic classification": ten epochs, evaluated, saved. Backend by variable."""

import json

import keras
from arguments import arguments
from clock import Clock

from data import load_data

options = arguments(epochs=10)
if options.seed is not None:
    keras.utils.set_random_seed(options.seed)

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
clock = Clock()
history = model.fit(
    train_images,
    train_labels,
    epochs=options.epochs,
    validation_data=(test_images, test_labels) if options.scan else None,
    verbose=0,
    callbacks=[clock],
)
_, accuracy = model.evaluate(test_images, test_labels, verbose=0)
model.save(options.folder + "/model.keras")
scanned = history.history.get("val_accuracy", [])
print(json.dumps({"epochs": clock.seconds, "accuracy": accuracy, "accuracies": scanned}))
