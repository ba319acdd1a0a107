"""The reference is fresh, and names all that there is."""

import importlib.util
import json
import re

import pytest
import yaml
from typer.main import get_command

from hemline.cli.app import app
from hemline.models import shipped_models
from tests.docs.blocks import ROOT


def reference():
    spec = importlib.util.spec_from_file_location("commands", ROOT / "docs" / "commands.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_command_reference_is_what_the_program_says():
    module = reference()
    assert module.PAGE.read_text() == module.render(), "run: python docs/commands.py"


def test_every_command_is_in_the_reference_and_shown_somewhere():
    pages = [path.read_text() for path in (ROOT / "docs").glob("*.md") if path.stem != "commands"]
    shown = "\n".join([*pages, (ROOT / "README.md").read_text()])
    for name in get_command(app).commands:
        assert f"## hemline {name}\n" in (ROOT / "docs" / "commands.md").read_text()
        assert f"hemline {name}" in shown


def test_every_environment_variable_is_documented():
    code = "\n".join(path.read_text() for path in (ROOT / "src").rglob("*.py"))
    used = set(re.findall(r"\b(?:HEMLINE|KERAS)_[A-Z]+\b", code))
    documented = (ROOT / "docs" / "environment.md").read_text()
    assert used >= {"HEMLINE_DATA", "HEMLINE_CACHE"}
    assert {name for name in used if f"`{name}`" not in documented} == set()


def test_every_shipped_model_has_a_card_that_hugging_face_reads():
    for name in shipped_models():
        card = (ROOT / "src" / "hemline" / "models" / f"{name}.md").read_text()
        _, head, body = card.split("---\n", 2)
        facts = yaml.safe_load(head)
        assert {"license", "pipeline_tag", "datasets", "metrics", "model-index"} <= facts.keys()
        assert facts["model-index"][0]["results"][0]["metrics"][0]["type"] == "accuracy"
        assert f"# {name}" in body


@pytest.mark.parametrize("page", ["README.md", "docs/figures.md"])
def test_every_figure_stands_in_the_file_beside_its_command(page):
    text = (ROOT / page).read_text()
    table = text.partition("# Figures")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    link = ""
    for what, figure, command in rows[2:]:
        found = re.search(r"\]\((.*?)\)", command)
        assert found or command == "same", f"no command behind: {what}"
        link = found[1] if found else link
        written = re.search(r"\d[\d,]*\.?(\d*)", figure)
        digits, stated = len(written[1]), float(written[0].replace(",", ""))
        result = ((ROOT / page).parent / link).read_text()
        measured = re.findall(r"\d[\d,]*(?:\.\d+)?", result)
        rounded = {round(float(number.replace(",", "")), digits) for number in measured}
        assert stated in rounded, f"{figure} is not in {link}: {what}"


def test_how_soon_an_accuracy_is_reached_is_what_was_measured():
    readme = (ROOT / "README.md").read_text()
    results = (ROOT / "benchmarks" / "results" / "rungs.md").read_text()
    told, measured = (
        {row[0]: row[1:] for row in (line.strip("| ").split(" | ") for line in text.splitlines())}
        for text in (readme.partition("## How soon")[2].partition("\n## ")[0], results)
    )
    rungs = [rung for rung in measured if rung.endswith(" %")]
    assert rungs == [rung for rung in told if rung.endswith(" %")]
    for rung in rungs:
        assert "missed" in " ".join(told[rung]) or "missed" not in measured[rung][1]
        figures = re.findall(r"(\d[\d.]*) s\b", " ".join(told[rung]))
        assert figures
        for figure in figures:
            assert re.search(rf"\b{re.escape(figure)}\b", " ".join(measured[rung])), figure


def test_the_gains_in_the_docs_are_those_that_the_notebook_measured():
    notebook = json.loads((ROOT / "notebooks" / "fashion_mnist.ipynb").read_text())
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    printed = "".join("".join(output.get("text", "")) for output in outputs)
    page = (ROOT / "docs" / "training.md").read_text().replace("\N{MINUS SIGN}", "-")
    table = page.partition("## The tutorial's improvements")[2].partition("\n## ")[0]
    gains = re.findall(r"[+-][\d.]+ \([+-][\d.]+ to [+-][\d.]+\)", table)
    assert len(gains) > 12
    assert [gain for gain in gains if gain not in printed] == []


def test_what_each_improvement_gives_is_what_was_measured():
    page = (ROOT / "docs" / "training.md").read_text()
    table = page.partition("## The tutorial's improvements")[2].partition("\n## ")[0]
    told = re.findall(r"[\d.]+ ± [\d.]+ %", table)
    results = (ROOT / "benchmarks" / "results" / "ablation.md").read_text()
    assert told == re.findall(r"[\d.]+ ± [\d.]+ %", results)
