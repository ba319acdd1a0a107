"""A `.keras` archive, looked at before Keras opens it."""

import json
import zipfile
from pathlib import Path
from typing import Any

from hemline.errors import TargetError

_LARGEST = 1 << 30  # bytes unpacked: far above any classifier of small pictures
_CONFIG = 1 << 22  # bytes of the configuration: that of a hundred layers has fifty thousand
_NAMES = {"metadata.json", "config.json", "model.weights.h5"}
# Layers and values that carry code, or read a model from elsewhere.
_CODE = {"Lambda", "__lambda__", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"}


def check_archive(path: Path) -> None:
    """Refuse a `.keras` file that could run code.

    Raises:
        TargetError: it is no archive, too large, or holds a Lambda, code or foreign classes.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = {entry.filename for entry in archive.infolist()}
            size = sum(entry.file_size for entry in archive.infolist())
            small = size <= _LARGEST and archive.getinfo("config.json").file_size <= _CONFIG
            config = json.loads(archive.read("config.json")) if small else None
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, RecursionError) as error:
        raise _refusal(path, "is not a .keras archive, or is damaged") from error
    if size > _LARGEST:
        raise _refusal(path, "unpacks to more than a gigabyte")
    if not small:
        raise _refusal(path, "has a configuration of more than four megabytes")
    foreign = sorted(n for n in names - _NAMES if not n.startswith("assets/") or ".." in n)
    if foreign:
        raise _refusal(path, f"holds {foreign[0]}, which belongs to no network")
    found = _code_in(config)
    if found:
        raise _refusal(path, f"holds {found}, which is code")


def _code_in(config: Any) -> str | None:
    """The first thing in a configuration that is code, anywhere in it."""
    waiting = [config]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        if not isinstance(value, dict):
            continue
        name, module = value.get("class_name"), value.get("module")
        if name in _CODE or value.get("registered_name") in _CODE:
            return f"a {name}"
        if isinstance(module, str) and module.partition(".")[0] not in {"keras", "builtins"}:
            return f"{module}.{name}"
        if module == "builtins" and name not in {"function", "slice", "range", "set", "dict"}:
            return f"{module}.{name}"
        waiting += value.values()
    return None


def _refusal(path: Path, what: str) -> TargetError:
    return TargetError(
        f"Expected a .keras file of plain layers, received {path} that {what}; "
        "save the network again with Keras's own layers."
    )
