"""What a model file says of itself: one schema, checked once, where the file is opened."""

import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

from hemline.errors import ModelFileError, PixelsError
from hemline.names import unfit_sign
from hemline.photos.intake import Intake
from hemline.pixels import Form

FORMAT = "hemline/2"
_FIRST_FORMAT = "hemline/1"  # grey pictures of one size alone; read as what it is today
_FIRST_FORM = {"height": 28, "width": 28, "channels": 1, "background": "dark"}
_FIRST_INTAKE = {"fit": "pad", "find": "garment"}
_KINDS: dict[str, type] = {
    "classes": list,
    "form": dict,
    "intake": dict,
    "recipe": dict,
    "seed": int,
    "parameters": int,
    "layers": list,
    "data": dict,
    "versions": dict,
    "figures": dict,
    "out_of_distribution": dict,
}
# What has to be in some of them, and of which kind it then is.
_NEEDED: dict[str, dict[str, Any]] = {
    "form": {"height": int, "width": int},
    "intake": {"fit": str, "find": str},
    "recipe": {"name": str, "network": str, "widths": list[int]},
    "layers": {"name": str, "purpose": str, "output_shape": list[int], "parameters": int},
    "data": {"name": str, "drawn": bool, "n": int, "sha256": str},
    "start": {"model": str},
}
# What may be there.
_FURTHER: dict[str, dict[str, Any]] = {
    "form": {"channels": int, "background": str},
    "intake": {"eye": int},
    "data": {"group": str},
    "figures": {"epoch": int},
}


class ModelFacts(NamedTuple):
    """What has to be known of a model file to use it.

    Attributes:
        classes: names in the order of the labels, each once.
        intake: how a picture becomes pixels, and their form.
        threshold: of the out-of-distribution score.
        score_output: what the file calls that score.
        metadata: all that it says.
    """

    classes: list[str]
    intake: Intake
    threshold: float
    score_output: str
    metadata: dict[str, Any]


def read_facts(session: Any, path: Path) -> ModelFacts:
    """Check what an ONNX Runtime session says of its file.

    Raises:
        ModelFileError: inputs, outputs or metadata are not those of a Hemline model file.
    """
    first, metadata = _modern(_parsed(session, path))
    _check_kinds(metadata, path)
    classes = _classes(metadata["classes"], path)
    try:
        intake = Intake.parse(Form.parse(metadata["form"]), metadata["intake"])
    except (PixelsError, TypeError) as error:
        raise _wrong(path, f"a form or an intake that is none ({error})") from error
    threshold = metadata["out_of_distribution"].get("threshold")
    if type(threshold) not in (int, float) or not abs(threshold) <= sys.float_info.max:
        raise _wrong(path, "a threshold that is no finite number")
    score = "foreign" if first else "ood_score"
    _check_graph(session, path, intake.form, len(classes), score)
    return ModelFacts(classes, intake, float(threshold), score, metadata)


def _check_kinds(metadata: dict[str, Any], path: Path) -> None:
    """Everything that is used of them has to be of the kind that its users expect."""
    for key, kind in _KINDS.items():
        if type(metadata.get(key)) is not kind:
            raise _wrong(path, f"{key} that is no {kind.__name__}")
    for key in _NEEDED | _FURTHER:
        value = metadata.get(key)
        parts = value if isinstance(value, list) else [] if value is None else [value]
        for part in parts:
            _check_fields(part, key, path)
    if not all(isinstance(value, str) for value in metadata["versions"].values()):
        raise _wrong(path, "versions that are no text")


def _check_fields(part: Any, key: str, path: Path) -> None:
    if not isinstance(part, dict):
        raise _wrong(path, f"{key} with something that is no dict")
    needed, further = _NEEDED.get(key, {}), _FURTHER.get(key, {})
    for name, kind in (needed | further).items():
        if name not in part and name in needed:
            raise _wrong(path, f"{key} without {name}")
        if name in part and not _fits(part[name], kind):
            raise _wrong(path, f"{key} in which {name} is no {kind.__name__}")


def _fits(value: Any, kind: Any) -> bool:
    """Whether JSON gave exactly this; true is no number."""
    if kind == list[int]:
        return isinstance(value, list) and all(type(item) is int for item in value)
    return type(value) is kind


def _parsed(session: Any, path: Path) -> dict[str, Any]:
    try:
        properties = session.get_modelmeta().custom_metadata_map
        metadata: dict[str, Any] = {key: json.loads(value) for key, value in properties.items()}
        json.dumps(metadata, ensure_ascii=False).encode()  # else nobody could be told of it
    except (ValueError, RecursionError) as error:
        raise _wrong(path, "some that is not JSON in UTF-8") from error
    if metadata.get("format") not in (FORMAT, _FIRST_FORMAT):
        raise _wrong(path, f"format {metadata.get('format')!r}")
    return metadata


def _modern(metadata: dict[str, Any]) -> tuple[bool, dict[str, Any]]:
    """Whether it is of the first format; and the metadata as the present one has them."""
    if metadata["format"] == FORMAT:
        return False, metadata
    threshold = metadata.pop("foreign", None)
    return True, {
        **metadata,
        "form": _FIRST_FORM,
        "intake": _FIRST_INTAKE,
        "out_of_distribution": threshold,
    }


def _classes(classes: list[Any], path: Path) -> list[str]:
    names = [name for name in classes if isinstance(name, str) and name]
    if len(names) < 2 or len(set(names)) != len(classes):
        raise _wrong(path, "classes that are not two or more different names")
    if unfit := next(filter(None, map(unfit_sign, names)), ""):
        raise _wrong(path, f"a name of a class in which there is {unfit}")
    return names


def _check_graph(session: Any, path: Path, form: Form, classes: int, score: str) -> None:
    inputs = [(value.name, value.type, value.shape[1:]) for value in session.get_inputs()]
    outputs = {value.name: value.shape[1:] for value in session.get_outputs()}
    free = all(isinstance(value.shape[0], str) for value in session.get_inputs() if value.shape)
    wanted = {"probabilities": [classes], "logits": [classes], score: []}
    fits = inputs == [("pixels", "tensor(uint8)", list(form.shape))] and free
    if not fits or any(outputs.get(name) != shape for name, shape in wanted.items()):
        raise ModelFileError(
            f"Expected a Hemline model file (pixels in; {', '.join(wanted)} out), received {path} "
            f"with {inputs} in and {sorted(outputs)} out; make one with hemline train."
        )


def _wrong(path: Path, received: str) -> ModelFileError:
    return ModelFileError(
        f"Expected the metadata of format {FORMAT}, received {path} with {received}; "
        "make the file with this version's hemline train."
    )
