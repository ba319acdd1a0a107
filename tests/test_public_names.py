"""What `import hemline` promises."""

import subprocess
import sys

import pytest

import hemline

NAMES = [
    "Classifier",
    "Dataset",
    "Diagnosis",
    "Evaluation",
    "HemlineClassifier",
    "HemlineError",
    "Recipe",
    "Split",
    "as_pixels",
    "diagnose",
    "evaluate",
    "load_recipe",
    "open_dataset",
    "train",
]


def test_the_list_of_public_names_is_deliberate():
    assert sorted(hemline.__all__) == NAMES
    assert set(NAMES) <= set(dir(hemline))


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_is_documented(name):
    value = getattr(hemline, name)
    assert value.__doc__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'softmax'"):
        _ = hemline.softmax


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import hemline", ["numpy", "torch", "onnxruntime", "sklearn"]),
        (
            "from hemline.cli.app import app",
            ["numpy", "torch", "onnxruntime", "keras", "rich.console"],
        ),
        ("from hemline import Classifier, evaluate, open_dataset", ["torch", "onnx"]),
    ],
)
def test_what_is_heavy_is_imported_where_it_is_used(statement, absent):
    code = f"{statement}; import sys; print([n for n in {absent} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_scikit_learn_the_import_says_what_to_install(monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "sklearn"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "hemline.estimator", raising=False)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(ImportError, match=r"without sklearn; run: pip install .*\[sklearn\]"):
        _ = hemline.HemlineClassifier
