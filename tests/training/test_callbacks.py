"""Callbacks against Keras's own, over any course of validation losses."""

import math
import os
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hemline import Classifier, load_recipe, train
from hemline.training.callbacks import BestWeights, EarlyStopping, PlateauReduction

courses = st.lists(st.sampled_from([0.3, 0.4, 0.5, 0.6, 0.7, 0.8]), min_size=1, max_size=30)

os.environ.setdefault("KERAS_BACKEND", "torch")  # read when Keras is first imported


def state_after(losses: list[float]) -> SimpleNamespace:
    best = losses.index(min(losses)) + 1
    return SimpleNamespace(validation_losses=losses, epochs=losses, best_epoch=best)


@given(courses, st.integers(1, 5))
def test_training_stops_when_keras_would_stop(losses, patience):
    keras = pytest.importorskip("keras")
    theirs = keras.callbacks.EarlyStopping(monitor="val_loss", patience=patience)
    theirs.set_model(SimpleNamespace(stop_training=False))
    theirs.on_train_begin()
    for epoch, loss in enumerate(losses):
        theirs.on_epoch_end(epoch, {"val_loss": loss})
        state = state_after(losses[: epoch + 1])
        EarlyStopping(patience).after_epoch(state)
        assert state.stopped is theirs.model.stop_training
        if state.stopped:
            return


@given(courses, st.integers(1, 5), st.sampled_from([0.1, 0.5]))
def test_the_learning_rate_falls_when_keras_lowers_it(losses, patience, factor):
    keras = pytest.importorskip("keras")
    theirs = keras.callbacks.ReduceLROnPlateau(patience=patience, factor=factor, min_delta=0)
    optimizer = SimpleNamespace(learning_rate=1.0)
    theirs.set_model(SimpleNamespace(optimizer=optimizer))
    theirs.on_train_begin()
    for epoch, loss in enumerate(losses):
        theirs.on_epoch_end(epoch, {"val_loss": loss})
        state = state_after(losses[: epoch + 1])
        PlateauReduction(patience, factor).after_epoch(state)
        assert math.isclose(state.rate_factor, float(optimizer.learning_rate), rel_tol=1e-5)


@given(courses)
def test_the_best_weights_come_back(losses):
    kept = BestWeights()
    for epoch in range(len(losses)):
        state = state_after(losses[: epoch + 1])
        state.network = torch.nn.Linear(1, 1)
        torch.nn.init.constant_(state.network.weight, losses[epoch])
        resumed = BestWeights()
        resumed.load_state(kept.state())
        resumed.after_epoch(state)
        kept.after_epoch(state)
        assert all(torch.equal(kept.weights[name], resumed.weights[name]) for name in kept.weights)
    kept.after_training(state)
    assert state.network.weight.item() == pytest.approx(min(losses))


OVERFITTING = [
    "epochs=60",
    "widths=[64]",
    "learning_rate=0.01",
    "dropout=0.3",
    "l2=0.0001",
    "rotate=5",
    "data_pruning=0.3",
    "validation=0.2",
    "early_stopping_patience=3",
    "lr_reduction_patience=1",
    "restore_best_weights=true",
]


def test_a_training_with_everything_stops_keeps_the_best_and_resumes(sketches, tmp_path):
    recipe, few = (
        load_recipe("seed", OVERFITTING),
        sketches.replace(load_train=lambda: sketches.test),
    )
    whole = train(recipe, few, folder=tmp_path / "whole")
    losses = [epoch.validation_loss for epoch in whole.epochs]
    assert len(losses) < 60
    assert whole.kept == losses.index(min(losses)) + 1 == len(losses) - 3
    metadata = Classifier.load(whole.run.model).metadata
    assert metadata["figures"]["epoch"] == whole.kept
    assert metadata["figures"]["validation_loss"] == min(losses)

    def interrupt(figures) -> None:
        if figures.epoch in (1, len(losses) - 1):
            raise KeyboardInterrupt

    broken = tmp_path / "broken"
    broken.mkdir()
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            train(recipe, few, folder=broken, resume=True, on_epoch=interrupt)
    train(recipe, few, folder=broken, resume=True)
    assert (broken / "model.onnx").read_bytes() == whole.run.model.read_bytes()
