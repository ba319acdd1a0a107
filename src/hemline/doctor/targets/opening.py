"""From what a user writes to a target."""

import json
from collections.abc import Callable
from importlib.util import find_spec
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
from hemline.installing import install_command
from hemline.photos.intake import Intake
from hemline.pixels import Form
from hemline.run_files import RunFiles

_PICKLES = {".pkl", ".pickle", ".joblib", ".h5", ".hdf5", ".ckpt", ".npz"}
_SCRIPT = "a TorchScript file, which holds code"
_TORCH = {
    ".pt": "a TorchScript file or a pickle, which can run code when opened",
    ".pth": "a pickle, which can run code when opened",
    ".ts": _SCRIPT,
    ".torchscript": _SCRIPT,
}


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
        "Expected a run folder, a .onnx, .keras or .tflite file, module:function or a URL, "
        f"received {text}, which is none of these; correct the name."
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
            f"Expected a .onnx, .keras or .tflite file, received {path}, which is no regular file; "
            "correct the name."
        )
    if path.suffix == ".tflite":
        return _open_tflite(path, limit)
    if path.suffix == ".keras":
        check_archive(path)
        target = ProcessTarget("keras", str(path), limit)
    elif path.suffix == ".onnx":
        target = ProcessTarget("onnx", str(path), limit)
        target.facts |= {"hemline": _hemline_facts(target.facts["metadata"])}
        target.facts |= {"run": _run_facts(path.parent)}
    else:
        raise _refusal(path)
    return target


def _open_tflite(path: Path, limit: float) -> Target:
    if find_spec("ai_edge_litert") is None:
        raise TargetError(
            f"Expected LiteRT to open {path} with, received none; install it: "
            f"{install_command('tflite')}."
        )
    return ProcessTarget("tflite", str(path), limit)


def _refusal(path: Path) -> TargetError:
    """A file that is not opened, and what to do instead."""
    why, instead = "which is neither", "export the model to ONNX"
    if path.suffix in _PICKLES:
        why = "which can run code when opened"
    if path.suffix in _TORCH:
        why, instead = _TORCH[path.suffix], "write it with torch.onnx.export(model, example, path)"
    return TargetError(
        f"Expected a .onnx, .keras or .tflite file, received {path}, {why}; "
        f"{instead}, or name a callable as module:function."
    )


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
