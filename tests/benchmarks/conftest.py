"""The scripts of `benchmarks/` import each other by their bare names."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def script_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a script of the folder had been started."""
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "benchmarks")
