"""Classes of unequal sizes: how far a training evens them out."""

import numpy as np
import pytest

from hemline import Classifier, Dataset, Split, load_recipe, train
from hemline.photos import Intake
from hemline.pixels import Form


def alike(counts):
    """Pictures that tell nothing of their classes: what is learned is how common these are."""
    labels = np.repeat(np.arange(len(counts)), counts)
    split = Split(np.full((len(labels), 10, 10), 100, np.uint8), labels)
    names = tuple(f"class {number}" for number in range(len(counts)))
    return Dataset("alike", "made", names, Intake(Form(10, 10)), lambda: split, lambda: split)


@pytest.mark.parametrize(("share", "none"), [(0, 0.2), (0.5, 0), (1, 0.2)])
def test_so_much_of_the_sizes_is_taken_out(share, none, tmp_path):
    changes = ["epochs=40", "learning_rate=0.02", "schedule=linear_warmup_decay", "batch_size=60"]
    balance = [f"class_balance={share}", f"outlier_exposure={none}"]
    dataset = alike([540, 60])
    run = train(load_recipe("seed", [*changes, *balance]), dataset, folder=tmp_path / "run").run
    common, rare = Classifier.load(run.model).logits(dataset.train.pixels[:1])[0]
    assert common - rare == pytest.approx((1 - share) * np.log(9), abs=0.15)


def test_classes_of_one_size_are_left_as_they_are(tmp_path):
    files = []
    for share in (0, 0.5):
        recipe = load_recipe("seed", ["epochs=1", f"class_balance={share}"])
        run = train(recipe, alike([50, 50, 50]), folder=tmp_path / str(share)).run
        files.append(
            Classifier.load(run.model).logits(np.arange(100, dtype="u1").reshape(1, 10, 10))
        )
    assert (files[0] == files[1]).all()
