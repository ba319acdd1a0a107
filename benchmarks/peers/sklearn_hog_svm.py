"""Histograms of oriented gradients and a support vector machine: no epochs, and one core.

Nothing in it is random: every seed gives the same answers.
"""

import json
import time

import joblib
import numpy as np
from arguments import arguments
from budget import Budget
from skimage.feature import hog
from sklearn.svm import SVC

from data import load_data

options = arguments(epochs=1)
budget = Budget()
(train_images, train_labels), (test_images, test_labels) = load_data(options.data)


def features(images):
    """9 directions in blocks of 2x2 cells; 1,296 values of 28x28 pixels in cells of 4x4.

    Larger pictures have larger cells, about eight along an edge.
    """
    edge = max(4, min(images.shape[1:3]) // 8)
    cells = {"pixels_per_cell": (edge, edge), "cells_per_block": (2, 2)}
    axis = -1 if images.ndim == 4 else None
    return np.array(
        [hog(image, orientations=9, channel_axis=axis, **cells) for image in images], np.float32
    )


began = time.perf_counter()
model = SVC(kernel="rbf", C=10, gamma="scale", cache_size=2000)  # megabytes
model.fit(features(train_images), train_labels)
seconds = time.perf_counter() - began

budget.note(lambda: model.score(features(test_images), test_labels))
accuracy = budget.history[-1][1]
joblib.dump(model, options.folder + "/model.joblib")
figures = {"epochs": [seconds], "accuracy": accuracy, "accuracies": [accuracy]}
print(json.dumps(figures | {"history": budget.history}))
