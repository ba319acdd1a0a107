"""How the weights in `hemline.photos.choosing` are found: evidence against right answers.

    python benchmarks/choosing.py --photos DIR --model MODEL

DIR has one folder of photographs a class (see photos.py). Every guess at the garment is shown to
the model; a logistic regression then says which evidence speaks for guesses that it is right about.
The accuracy of choosing so is cross-validated over photographs.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from hemline import Classifier
from hemline.data.fashion.official import INTAKE
from hemline.photos import decode
from hemline.photos.candidates import candidates
from hemline.photos.choosing import WEIGHTS, edge_strength, evidence
from hemline.photos.finding import prepared
from hemline.photos.thumbnail import cut_out, shrink
from photos import MAPPED, photographs


def guesses(path: Path) -> list[tuple[str, np.ndarray, list[float]]]:
    """Name, pixels and evidence of every guess for one photograph."""
    small, lab = prepared(decode(path))
    found = {n: m for n, m in candidates(small, lab).items() if m.sum() >= 20}
    edges = edge_strength(lab)
    weighed = {name: evidence(mask, found, lab, edges) for name, mask in found.items()}
    return [
        (name, shrink(*cut_out(small, mask), INTAKE.form), [weighed[name][key] for key in WEIGHTS])
        for name, mask in found.items()
    ]


def main() -> None:
    """Print accuracy by guess, cross-validated accuracy of choosing, and the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--model", default="accurate")
    arguments = parser.parse_args()
    named = [(path, MAPPED[name]) for path, name in photographs(arguments.photos) if name in MAPPED]
    with ProcessPoolExecutor() as pool:
        found = list(pool.map(guesses, [path for path, _ in named], chunksize=8))
    group = np.repeat(np.arange(len(found)), [len(some) for some in found])
    names = np.array([name for some in found for name, _, _ in some])
    features = np.array([values for some in found for _, _, values in some])
    predicted = Classifier.load(arguments.model).predict([p for some in found for _, p, _ in some])
    right = np.array([label in named[g][1] for g, label in zip(group, predicted, strict=True)])
    for name in dict.fromkeys(names):
        print(f"{name:<14} {right[names == name].sum() / len(found):.3f}")
    print(f"{'any':<14} {len(set(group[right])) / len(found):.3f}")
    values = np.empty(len(group))
    for train, test in GroupKFold(5).split(features, right, group):
        fitted = LogisticRegression(max_iter=2000).fit(features[train], right[train])
        values[test] = fitted.decision_function(features[test])
    print(f"{'chosen':<14} {accuracy(values, right, group):.3f}")
    weights = LogisticRegression(max_iter=2000).fit(features, right).coef_[0]
    print(dict(zip(WEIGHTS, weights.round(2).tolist(), strict=True)))


def accuracy(values: np.ndarray, right: np.ndarray, group: np.ndarray) -> float:
    """The share of photographs whose best guess is right."""
    best = [np.flatnonzero(group == g)[values[group == g].argmax()] for g in np.unique(group)]
    return float(right[best].sum() / len(best))


if __name__ == "__main__":
    main()
