"""What is sound is called healthy, and what is broken is named."""

import json

import numpy as np
import pytest

from hemline import Split, diagnose
from hemline.errors import DataError, HemlineError
from hemline.labels import CLASSES
from tests.doctor.conftest import softmax

ORDER = [3, 7, 1, 0, 9, 2, 8, 5, 4, 6]


def named(name, predict):
    predict.__qualname__ = name
    return predict


def lighter(x):
    """Three times as bright, and back: in 8 bits it runs over."""
    return np.clip((x * np.array(3, x.dtype)).astype(float) / 3, 0, 255)


def logs(scores):
    return np.log(softmax(scores))


FAULTS = {
    "inverted-brightness": lambda s: lambda x: softmax(s(255 - x)),
    "orientation": lambda s: lambda x: softmax(s(x.transpose(0, 2, 1))),
    "label-order": lambda s: lambda x: softmax(s(x))[:, ORDER],
    "double-softmax": lambda s: lambda x: softmax(softmax(s(x))),
    "wrong-softmax": lambda s: lambda x: 1 / (1 + np.exp(-s(x).astype(float))),
    "batch-dependence": lambda s: lambda x: softmax(s(x), axis=0),
    "answer-count": lambda s: lambda x: s(x)[:1],
    "class-count": lambda s: lambda x: s(x)[:, :9],
    "non-finite": lambda s: lambda x: np.where(s(x) == s(x).max(), np.nan, s(x)),
    "constant-answers": lambda s: lambda x: np.full(len(x), 8),
    "no-trained-layers": lambda s: lambda x: softmax(x.astype(float), axis=-1),
    "miscalibration": lambda s: lambda x: softmax(s(x) / 20),
    "integer-overflow": lambda s: lambda x: softmax(s(lighter(x))),
}
HEALTHY = {
    "logits": lambda s: s,
    "probabilities": lambda s: lambda x: softmax(s(x)),
    "log-probabilities": lambda s: lambda x: np.log(softmax(s(x))),
    "labels": lambda s: lambda x: s(x).argmax(1),
    "class names": lambda s: lambda x: [CLASSES[label] for label in s(x).argmax(1)],
    "one picture at a time": lambda s: lambda x: s(x.reshape(1, 28, 28))[0],
    "labels without an axis": lambda s: lambda x: np.squeeze(s(x).argmax(1)),
    "none where in doubt": lambda s: (
        lambda x: [CLASSES[row.argmax()] if row.max() > 0.6 else None for row in softmax(s(x))]
    ),
    "log-probabilities by name": lambda s: named("predict_log_proba", lambda x: logs(s(x))),
}
ORDERS = {
    "reversed": lambda a, x: a[::-1],
    "rolled": lambda a, x: np.roll(a, 1, axis=0),
    "shuffled": lambda a, x: a[np.random.default_rng().permutation(len(a))],
    "sorted": lambda a, x: a[np.argsort(x.reshape(len(x), -1).mean(1))],
}


@pytest.mark.parametrize("root", FAULTS)
def test_the_root_cause_comes_first(root, scores, sketches):
    diagnosis = diagnose(FAULTS[root](scores), sketches)
    assert [finding.check for finding in diagnosis.findings][:1] == [root]
    assert not diagnosis.is_healthy
    assert diagnosis.verdict.startswith(f"Broken: {root}")
    assert json.loads(json.dumps(diagnosis.as_dict()))["findings"][0]["mend"]


@pytest.mark.parametrize(
    ("order", "answer"),
    [
        ("reversed", softmax),
        ("rolled", lambda s: s.argmax(1)),
        ("shuffled", lambda s: s.argmax(1)),
        ("sorted", softmax),
    ],
    ids=ORDERS,
)
def test_answers_in_another_order_are_told_from_all_else(order, answer, scores, sketches):
    diagnosis = diagnose(lambda x: ORDERS[order](answer(scores(x)), x), sketches)
    [finding] = diagnosis.findings
    assert finding.check == "order-lost"
    assert finding.figures["right_alone"] > finding.figures["right_together"] + 2


@pytest.mark.parametrize("size", [4, 32, 100, 256])
def test_a_dropped_last_batch_is_told_with_its_size(size, scores, sketches):
    def predict(x):
        whole = len(x) // size * size
        return softmax(scores(x[:whole])) if whole else np.empty((0, 10))

    [finding] = diagnose(predict, sketches).findings
    assert finding.check == "answer-count"
    assert finding.figures["batch"] == size
    assert "last batch is dropped" in finding.cause


@pytest.mark.parametrize("form", HEALTHY)
def test_every_honest_answer_is_healthy(form, scores, sketches):
    diagnosis = diagnose(HEALTHY[form](scores), sketches)
    assert diagnosis.findings == ()
    assert diagnosis.verdict.startswith(("Healthy", "Weak"))


def test_a_real_run_is_healthy(real_run, real):
    diagnosis = diagnose(real_run.run.folder, real)
    assert diagnosis.is_healthy
    assert diagnosis.kind == "run"
    assert diagnosis.accuracy["accuracy"] > 0.85


def test_two_faults_at_once_on_real_pictures(real_scores, real):
    diagnosis = diagnose(lambda x: softmax(real_scores(255 - x))[:, ORDER], real)
    assert {finding.check for finding in diagnosis.findings} == {
        "inverted-brightness",
        "label-order",
    }


def test_a_fault_explains_its_symptoms(real_scores, real):
    diagnosis = diagnose(lambda x: softmax(real_scores(x[:, ::-1])), real)
    assert [finding.check for finding in diagnosis.findings] == ["orientation"]


def test_a_weak_model_is_weak_and_not_broken(real):
    pixels, labels = real.train.pixels[:200].reshape(-1, 784) / 255, real.train.labels[:200]
    means = np.stack([pixels[labels == c].mean(0) for c in range(10)])

    def weak(x):  # the nearest class mean
        return x.reshape(len(x), 784) / 255 @ means.T - (means**2).sum(1) / 2

    diagnosis = diagnose(weak, real)
    assert diagnosis.is_healthy
    assert diagnosis.verdict.startswith("Weak, not broken")


def test_wrong_data_are_told_from_a_wrong_model(real, real_scores):
    diagnosis = diagnose(real_scores, (real.test.pixels, np.roll(real.test.labels, 1)))
    assert [finding.check for finding in diagnosis.findings] == ["wrong-data"]


def test_reported_figures_are_counted_again(scores, sketches):
    found = diagnose(scores, sketches, reported={"accuracy": 0.999}).findings
    assert [finding.check for finding in found] == ["reported-figures"]


def test_two_forms_are_compared(scores, sketches):
    same = diagnose(scores, sketches, against=lambda x: scores(x) + 1)
    assert same.is_healthy
    other = diagnose(scores, sketches, against=lambda x: scores(x // 2))
    assert [finding.check for finding in other.findings] == ["drift"]


def test_pictures_in_any_shape_and_too_few(scores, sketches):
    test = sketches.test
    flat = (test.pixels.reshape(-1, 784) / 255, test.labels)
    assert diagnose(scores, flat).is_healthy
    with pytest.raises(HemlineError, match="at least 20"):
        diagnose(scores, Split(test.pixels[:5], test.labels[:5]))
    with pytest.raises(DataError, match="Expected a data set"):
        diagnose(scores, 5)
    with pytest.raises(HemlineError, match="Expected wants"):
        diagnose(scores, sketches, wants="0..2")


@pytest.mark.parametrize("kind", ["forest", "neighbours", "little training"])
def test_honest_answers_of_other_kinds_of_models_are_healthy(kind, real):
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import SGDClassifier
    from sklearn.neighbors import KNeighborsClassifier

    model = {
        "forest": RandomForestClassifier(20, random_state=0),
        "neighbours": KNeighborsClassifier(3),
        "little training": SGDClassifier(
            "log_loss", alpha=0.1, max_iter=1, tol=None, random_state=0
        ),
    }[kind]
    model.fit(real.train.pixels[:2000].reshape(-1, 784) / 255, real.train.labels[:2000])
    diagnosis = diagnose(lambda x: model.predict_proba(x.reshape(len(x), 784) / 255), real)
    assert diagnosis.findings == ()
