"""`hemline info`: what a report of a fault should say of this installation."""

import os
import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from hemline.cli.common import JsonOption, console, print_json

_PACKAGES = (
    "numpy",
    "pillow",
    "onnxruntime",
    "torch",
    "onnx",
    "pillow-heif",
    "fastapi",
    "uvicorn",
    "keras",
    "scikit-learn",
    "pyarrow",
)


def command(as_json: JsonOption = False) -> None:
    """Say what is installed here, for a report of a fault.

    Example: hemline info
    """
    facts = _gather()
    if as_json:
        print_json(facts)
        return
    for title, rows in facts.items():
        console().print(f"{title}", style="bold")
        for name, value in rows.items():
            console().print(f"  {name:<24}{value}")


def _gather() -> dict[str, dict[str, Any]]:
    return {
        "Versions": _versions(),
        "Machine": _machine(),
        "Engines": _engines(),
        "Data": _data(),
    }


def _versions() -> dict[str, str]:
    versions = {"hemline": metadata.version("hemline"), "python": platform.python_version()}
    for name in _PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return versions


def _machine() -> dict[str, Any]:
    from hemline.cores import cores, processor_name, quota

    return {
        "system": platform.platform(),
        "processor": f"{processor_name()}, {platform.machine()}",
        "program": sys.executable,
        "cores": os.cpu_count(),
        "cores to use": cores(),
        "quota": quota() or "none",
    }


def _engines() -> dict[str, str]:
    from hemline.engines import CONVOLUTIONS, PERCEPTRONS

    return {
        engine.module: f"{engine.work}, in C"
        if engine.is_built
        else f"not built: PyTorch alone takes {engine.without}"
        for engine in (PERCEPTRONS, CONVOLUTIONS)
    }


def _data() -> dict[str, str]:
    from hemline.data.fashion.fashion_mnist import find_nearby
    from hemline.data.sources import cache_folder
    from hemline.models import shipped_models

    cache = cache_folder()
    size = sum(file.stat().st_size for file in cache.rglob("*") if file.is_file())
    named = os.environ.get("HEMLINE_DATA")
    there = "" if named is None or Path(named).exists() else ", which is not there"
    return {
        "HEMLINE_DATA": f"{named or 'not set'}{there}",
        "Fashion-MNIST": str(find_nearby() or "not on this machine; downloaded when asked for"),
        "cache": f"{cache} ({size / 1e6:.0f} MB)",
        "models in the box": ", ".join(shipped_models()),
    }
