"""The notebook runs from start to end, and both of its files hold the same cells."""

import json
import os
import re
from pathlib import Path

import jupytext
import pytest
from nbclient import NotebookClient

# The tutorial's own list, as the notebook names it.
IMPROVEMENTS = {
    "mended: the tutorial as it is",
    "dropout 0.3",
    "L2 penalty 0.00001",
    "256 hidden units",
    "512 hidden units",
    "learning rate 0.0005",
    "rotations and shifts",
    "validation while training",
    "30 epochs, the best one kept",
    "... early stopping",
    "... learning rate reduced",
}
NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "fashion_mnist"


def printed(cell):
    """What a cell has printed."""
    return "".join(output.get("text", "") for output in cell.get("outputs", []))


@pytest.fixture(scope="module")
def executed(real_folder, tmp_path_factory):
    """The notebook after a short run, in a kernel of its own."""
    notebook = jupytext.read(NOTEBOOK.with_suffix(".py"))
    tagged = (cell for cell in notebook.cells if cell.metadata.get("tags") == ["parameters"])
    (parameters,) = tagged
    parameters.source = parameters.source.replace("SHORT = False", "SHORT = True")
    folder = tmp_path_factory.mktemp("notebook")
    environment = os.environ | {"HEMLINE_DATA": str(real_folder), "MPLCONFIGDIR": str(folder)}
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}})
    client.execute(env=environment)
    return notebook


def test_it_answers_the_six_questions_on_the_real_data(executed):
    said = "\n".join(map(printed, executed.cells))
    assert "(60000, 28, 28) uint8, 0 to 255" in said
    assert re.search(r"pixels 0\.\.255 +first loss +\d", said)
    assert "101,770 in all" in said
    assert "1,875 steps of 32 pictures; every picture was shown 1 to 1 times" in said
    assert re.search(r"predicted label \d+, actual label 9", said)
    assert "no-trained-layers" in said or "no trained layers" in said
    assert re.search(r"predicted 9 \(Ankle boot, [\d.]+%\), actual 9 \(Ankle boot\)", said)
    measured = re.findall(r"^(.{36}) +[\d.]+ % +[\d.]+ to +[\d.]+ +[+-][\d.]+ \(", said, re.M)
    assert {name.strip() for name in measured} >= IMPROVEMENTS
    assert re.search(r"accurate: 9\d\.\d+%", said)


def test_both_files_hold_the_same_cells():
    committed = json.loads(NOTEBOOK.with_suffix(".ipynb").read_text())
    text = jupytext.read(NOTEBOOK.with_suffix(".py"))
    cells = [(cell["cell_type"], "".join(cell["source"])) for cell in committed["cells"]]
    assert cells == [(cell.cell_type, cell.source) for cell in text.cells]


def test_the_committed_outputs_are_those_of_a_full_run_without_errors():
    cells = json.loads(NOTEBOOK.with_suffix(".ipynb").read_text())["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell["outputs"]]
    assert all(output["output_type"] != "error" for output in outputs)
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 4
    # Of the processor: how long it takes depends on what else the machine was doing.
    (seconds,) = re.findall(r"and (\d+) s of processor time", json.dumps(outputs))
    assert int(seconds) < 300
