"""The model files that come with Hemline; beside each lies its model card."""

from pathlib import Path

from hemline.errors import ModelFileError, did_you_mean

_FOLDER = Path(__file__).parent
DEFAULT = "accurate"
PHOTO = "photo"  # where photographs are to be answered


def shipped_models() -> list[str]:
    """Their names."""
    return sorted(file.stem for file in _FOLDER.glob("*.onnx"))


def find_model(path: str | Path) -> Path:
    """The model file that a path, a run folder or the name of a shipped model means."""
    if str(path) in shipped_models() and not Path(path).exists():
        return _FOLDER / f"{path}.onnx"
    path = Path(path)
    return path / "model.onnx" if path.is_dir() else path


def read_model(path: str | Path) -> tuple[Path, bytes]:
    """The model file that `path` means, with its content.

    Raises:
        ModelFileError: it cannot be read.
    """
    file = find_model(path)
    if file.exists() and not file.is_file():  # a pipe would wait for ever
        raise ModelFileError(
            f"Expected a model file, received {file} that is no file; make one with hemline train."
        )
    try:
        return file, file.read_bytes()
    except OSError as error:
        raise ModelFileError(
            f"Expected a model file, received {file} that cannot be read ({error.strerror}); "
            f"{_mend(path)}"
        ) from error


def _mend(name: str | Path) -> str:
    from hemline.recipes import recipe_names

    if str(name) in recipe_names():
        return f"that is a recipe: hemline train {name} makes a model of it."
    return did_you_mean(str(name), shipped_models(), "make one with hemline train.")
