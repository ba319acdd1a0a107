"""Which backend Keras works on: it decides once, when it is imported."""

import importlib.util
import json
import os
import sys
from pathlib import Path

from hemline.errors import HemlineError


def choose_backend() -> None:
    """Have Keras work on PyTorch, unless the user has said otherwise.

    Raises:
        HemlineError: the environment names a backend that is not installed.
    """
    if "keras" in sys.modules:
        return
    named = os.environ.get("KERAS_BACKEND")
    if named and importlib.util.find_spec(named) is None:
        raise HemlineError(
            f"Expected KERAS_BACKEND to name an installed backend, received {named}; "
            "install it, or write KERAS_BACKEND=torch."
        )
    backend = named or _configured() or "torch"
    os.environ["KERAS_BACKEND"] = backend
    if backend == "tensorflow":  # it greets the user at length
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def _configured() -> str | None:
    """The backend in keras.json, if it is installed.

    Keras writes the file by itself with tensorflow in it, whatever it runs on, so that a backend
    there that is missing was nobody's choice.
    """
    folder = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()
    try:
        backend = str(json.loads((folder / "keras.json").read_text())["backend"])
        return backend if importlib.util.find_spec(backend) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
