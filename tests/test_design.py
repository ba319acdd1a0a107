"""What belongs to one data set is known to `data/` alone."""

import ast
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "hemline"
# Each knows the official pictures for a reason.
KNOWN = {
    "labels.py": "their names, for data/ alone",
    "model_file.py": "files of the first format were for their form alone",
}
FILES = sorted(
    path
    for path in SOURCE.rglob("*.py")
    if "data" not in path.relative_to(SOURCE).parts and path.name not in KNOWN
)


def constants(path):
    """Numbers and texts of a module, without its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and ast.get_docstring(node) is not None
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in docstrings:
            yield node


def test_there_is_something_to_look_at():
    assert len(FILES) > 100


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_form_and_no_classes_are_assumed(path):
    for constant in constants(path):
        where = f"{path.relative_to(SOURCE)}:{constant.lineno}"
        assert constant.value not in (28, 784), f"{where} knows the official form"
        if isinstance(constant.value, str):
            for name in ("T-shirt", "Trouser", "Ankle boot", "28x28"):
                assert name not in constant.value, f"{where} knows {name}"


@pytest.mark.parametrize("suffix", [".js", ".html", ".j2", ".css"])
def test_pages_assume_none_either(suffix):
    pages = [page for page in SOURCE.rglob(f"*{suffix}") if "ort" not in page.parts]
    assert pages
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for word in ("28", "784", "Ankle boot", "Trouser"):
            found = [line for line in text.splitlines() if re.search(rf"\b{word}\b", line)]
            assert not found, f"{page.relative_to(SOURCE)}: {found[0].strip()}"
