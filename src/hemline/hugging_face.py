"""A model file as a folder that Hugging Face's libraries open: Optimum, pipelines, transformers.js.

They bring every picture to RGB, scale it to 0..1, and apply softmax to the logits. So the graph is
given such values, makes pixels of them again, and does with these what the model file does.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from hemline.classifier import Classifier
from hemline.comparing import difference
from hemline.errors import HemlineError
from hemline.files import whole_folder, write_whole
from hemline.pixels import Form, Pixels

_BILINEAR = 2  # as Pillow counts the ways to resize
_LUMA = (19595, 38470, 7471)  # of 65,536: red, green and blue, as Pillow makes grey of them


@dataclass(frozen=True)
class HuggingFaceFolder:
    """What was written.

    Attributes:
        path: of the folder.
        difference: from the model file's logits, the largest on the pictures compared.
    """

    path: Path
    difference: float


def write_hugging_face(classifier: Classifier, path: str | Path) -> HuggingFaceFolder:
    """Write `config.json`, `preprocessor_config.json`, `onnx/model.onnx` and `README.md`.

    Pictures of the model's form get the model file's probabilities; others are resized by the
    library that opens the folder, without the intake of the model file.

    Raises:
        HemlineError: `path` is there and is no empty folder.
        ModelFileError: the graph gives other logits than the model file.
        OSError: the folder cannot be written.
    """
    path = Path(path)
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise HemlineError(
            f"Expected a new folder, received {path} that holds something; choose another with "
            "--out."
        )
    graph = onnx.load(classifier.path)
    _take_values(graph.graph, classifier.form)
    _keep_logits(graph.graph)
    content = graph.SerializeToString(deterministic=True)
    farthest = difference(classifier, partial(_answer, content), "a graph", "such form")
    with whole_folder(path) as folder:
        (folder / "onnx").mkdir()
        write_whole(folder / "onnx" / "model.onnx", content)
        for name, document in (
            ("config.json", _config(classifier.classes_)),
            ("preprocessor_config.json", _preprocessing(classifier.form)),
        ):
            text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
            write_whole(folder / name, text)
        write_whole(folder / "README.md", _card(classifier))
    return HuggingFaceFolder(path, farthest)


def _take_values(graph: onnx.GraphProto, form: Form) -> None:
    """Put in front what makes uint8 pixels of float32 RGB values 0..1, channels first."""
    weights: dict[str, NDArray[Any]] = {"white": np.array(255, np.float32)}
    nodes = [
        helper.make_node("Mul", ["pixel_values", "white"], ["levels"]),
        helper.make_node("Round", ["levels"], ["whole_levels"]),
    ]
    if form.channels == 1:
        luma = np.array(_LUMA, np.float32).reshape(1, 3, 1, 1)  # sums stay exact in float32
        weights |= {
            "luma": luma,
            "half": np.array([2**15], np.float32),
            "whole": np.array(2**-16, np.float32),
            "channel": np.array([1]),
        }
        nodes += [
            helper.make_node("Conv", ["whole_levels", "luma", "half"], ["sums"]),
            helper.make_node("Mul", ["sums", "whole"], ["greys"]),
            helper.make_node("Floor", ["greys"], ["whole_greys"]),
            helper.make_node("Cast", ["whole_greys"], ["planes"], to=TensorProto.UINT8),
            helper.make_node("Squeeze", ["planes", "channel"], ["pixels"]),
        ]
    else:
        nodes += [
            helper.make_node("Cast", ["whole_levels"], ["planes"], to=TensorProto.UINT8),
            helper.make_node("Transpose", ["planes"], ["pixels"], perm=[0, 2, 3, 1]),
        ]
    size: list[str | int | None] = ["batch_size", 3, form.height, form.width]
    replaced = helper.make_tensor_value_info("pixel_values", TensorProto.FLOAT, size)
    _replace(graph.input, [replaced])
    _replace(graph.node, [*nodes, *graph.node])
    graph.initializer.extend(numpy_helper.from_array(w, n) for n, w in weights.items())


def _keep_logits(graph: onnx.GraphProto) -> None:
    """Leave out what makes the other answers."""
    wanted, nodes = {"logits"}, []
    for node in reversed(graph.node):
        if wanted.intersection(node.output):
            wanted.update(node.input)
            nodes.append(node)
    _replace(graph.node, nodes[::-1])
    _replace(graph.initializer, [each for each in graph.initializer if each.name in wanted])
    (logits,) = [each for each in graph.output if each.name == "logits"]
    logits.type.tensor_type.shape.dim[0].dim_param = "batch_size"
    _replace(graph.output, [logits])


def _replace(field: Any, values: list[Any]) -> None:
    kept = [type(value).FromString(value.SerializeToString()) for value in values]
    del field[:]
    field.extend(kept)


def _answer(content: bytes, pixels: Pixels) -> NDArray[np.float32]:
    """Logits of pixels, which come as a library gives them."""
    colour = pixels if pixels.ndim == 4 else np.repeat(pixels[..., None], 3, axis=3)
    values = colour.transpose(0, 3, 1, 2).astype(np.float32) / 255
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    logits: NDArray[np.float32] = session.run(["logits"], {"pixel_values": values})[0]
    return logits


def _config(classes: Iterable[str]) -> dict[str, Any]:
    # Libraries ask for a network that they know; they build none, but run the graph.
    return {
        "architectures": ["ResNetForImageClassification"],
        "model_type": "resnet",
        "num_channels": 3,
        "problem_type": "single_label_classification",
        "id2label": {str(place): name for place, name in enumerate(classes)},
        "label2id": {name: place for place, name in enumerate(classes)},
    }


def _preprocessing(form: Form) -> dict[str, Any]:
    return {
        "image_processor_type": "ViTImageProcessor",
        "do_convert_rgb": True,
        "do_resize": True,
        "size": {"height": form.height, "width": form.width},
        "resample": _BILINEAR,
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": False,
    }


def _card(classifier: Classifier) -> str:
    ground = "on a dark ground" if classifier.form.background == "dark" else "as they were trained"
    return f"""---
pipeline_tag: image-classification
library_name: transformers.js
tags: [hemline, onnx]
---

# {len(classifier.classes_):,} classes, {classifier.form}

Made by Hemline. Trained on {classifier.trained_on}.

It takes pictures of {classifier.form}, {ground}: what these libraries do to pictures of another
size or kind is not what the model was trained with. Out-of-distribution scores and the way from a
photograph to pixels are in the model file alone.

```python
from optimum.onnxruntime import ORTModelForImageClassification
from transformers import AutoImageProcessor, pipeline

model = ORTModelForImageClassification.from_pretrained(".", subfolder="onnx")
processor = AutoImageProcessor.from_pretrained(".")
pipeline("image-classification", model=model, image_processor=processor)("picture.png")
```

```js
import {{ env, pipeline }} from "@huggingface/transformers";
env.localModelPath = "..";  // the folder that this one lies in
const classify = await pipeline("image-classification", "NAME", {{ dtype: "fp32" }});
await classify("picture.png");
```
"""
