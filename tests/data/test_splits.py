"""The validation part: every class alike, nothing lost, decided by the seed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nst

from hemline.data import stratified_split

labels_of_any_kind = nst.arrays(np.uint8, st.integers(1, 300), elements=st.integers(0, 9))


@given(labels_of_any_kind, st.floats(0, 0.99), st.integers(0, 99))
def test_both_parts_make_the_whole_and_every_class_gives_its_share(labels, share, seed):
    train, validation = stratified_split(labels, share, seed)
    assert sorted([*train, *validation]) == list(range(len(labels)))
    assert (np.diff(train) > 0).all()
    counts = np.bincount(labels[validation], minlength=10)
    assert counts.tolist() == [round(share * count) for count in np.bincount(labels, minlength=10)]


def test_the_seed_decides():
    labels = np.arange(1000, dtype=np.uint8) % 10
    first, again, other = (stratified_split(labels, 0.1, seed)[1] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_scikit_learn_cuts_the_same_counts():
    from sklearn.model_selection import train_test_split

    labels = np.random.default_rng(0).integers(0, 10, 6000).astype(np.uint8)
    _, theirs = train_test_split(labels, test_size=0.1, stratify=labels, random_state=0)
    _, mine = stratified_split(labels, 0.1, 0)
    gap = np.bincount(labels[mine], minlength=10) - np.bincount(theirs, minlength=10)
    assert np.abs(gap).max() <= 1
    assert len(mine) == pytest.approx(600, abs=5)
