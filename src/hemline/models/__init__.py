"""The model files that come with Hemline; beside each lies its model card."""

from pathlib import Path

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
