"""From what a user writes to a target."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hemline import models
from hemline.doctor.targets.archive import check_archive
from hemline.doctor.targets.base import Target
from hemline.doctor.targets.exchange import ForeignError
from hemline.doctor.targets.function import FunctionTarget
from hemline.doctor.targets.process import ProcessTarget
from hemline.doctor.targets.server import ServerTarget
from hemline.doctor.targets.upload import UploadTarget
from hemline.errors import PixelsError, TargetError
from hemline.photos.intake import Intake
from hemline.pixels import Form
from hemline.run_files import RunFiles

_PICKLES = {".pkl", ".pickle", ".joblib", ".pt", ".pth", ".h5", ".hdf5", ".ckpt", ".npz"}


def open_target(what: str | Path | Callable[[Any], Any], limit: float = 30.0) -> Target:
    """Open a run folder, a model file, a callable or a server.

    Args:
        what: a callable, which runs in this process; or a path, `module:function`, a URL, or the
            name of a model that comes with Hemline.
        limit: seconds for opening, and for each answer of a file, a named callable or a server.

    Raises:
        TargetError: there is nothing of the kind, or it cannot be opened.
    """
    if callable(what):
        return FunctionTarget(what)
    text = str(what)
    if text.startswith(("http://", "https://")):
        return _open_url(text, limit)
    path = models.find_model(what)
    if path.exists():
        return _open_file(path, limit)
    module, _, name = text.partition(":")
    if name and all(part.isidentifier() for part in [*module.split("."), *name.split(".")]):
        return ProcessTarget("callable", text, limit)
    if Path(text).is_dir():
        raise TargetError(
            f"Expected a run folder with model.onnx in it, received {text} without; "
            "name the folder of a finished training, or the model file."
        )
    raise TargetError(
        f"Expected a run folder, a .onnx or .keras file, module:function or a URL, received "
        f"{text}, which is none of these; correct the name."
    )


def _open_url(url: str, limit: float) -> Target:
    """A server of the Open Inference Protocol; or any other that is given a whole address."""
    try:
        return ServerTarget(url, limit)
    except ForeignError:
        if "/v2" in urlsplit(url).path:
            raise
    return UploadTarget(url, limit)


def _open_file(path: Path, limit: float) -> Target:
    if not path.is_file():  # a device or a pipe has no end
        raise TargetError(
            f"Expected a .onnx or .keras file, received {path}, which is no regular file; "
            "correct the name."
        )
    if path.suffix == ".keras":
        check_archive(path)
        target = ProcessTarget("keras", str(path), limit)
    elif path.suffix == ".onnx":
        target = ProcessTarget("onnx", str(path), limit)
        target.facts |= {"hemline": _hemline_facts(target.facts["metadata"])}
        target.facts |= {"run": _run_facts(path.parent)}
    else:
        why = "which can run code when opened" if path.suffix in _PICKLES else "which is neither"
        raise TargetError(
            f"Expected a .onnx or .keras file, received {path}, {why}; "
            "export the model to ONNX, or name a callable as module:function."
        )
    return target


def _hemline_facts(metadata: dict[str, str]) -> dict[str, Any]:
    """What a Hemline model file says of itself; nothing for any other."""
    try:
        facts = {key: json.loads(value) for key, value in metadata.items()}
    except (ValueError, RecursionError):
        return {}
    return facts if str(facts.get("format", "")).startswith("hemline/") else {}


def intake_of(target: Target) -> Intake | None:
    """How a Hemline model file brings pictures to its form; None for anything else."""
    facts = target.facts.get("hemline", {})
    try:
        return Intake.parse(Form.parse(facts["form"]), facts["intake"])
    except (KeyError, TypeError, AttributeError, PixelsError):
        return None


def _run_facts(folder: Path) -> dict[str, Any]:
    """The figures of the last epoch of a run, where the file lies in one."""
    try:
        return RunFiles(folder).read_metrics()[-1]
    except (OSError, ValueError, IndexError):
        return {}
