"""Models for the fault bench: small, really trained, kept under .bench/doctor."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from common import BENCH
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import load_file
from torch import nn

from hemline import load_recipe, open_dataset
from hemline.networks import build_network
from hemline.networks.inputs import Inputs
from hemline.training import export

FOLDER = BENCH / "doctor"
_OPSET = 17
TRAINED = {
    "mlp": ["seed", "--set", "epochs=2"],
    "conv": ["fast", "--set", "widths=[16,32]", "--set", "epochs=1"],
}


def run_folder(name: str) -> Path:
    """The run of a small model, trained when first asked for."""
    folder = FOLDER / name
    if not (folder / "model.onnx").exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "hemline", "train", *TRAINED[name], "--out", str(folder)]
        subprocess.run(command, check=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    return folder


def network(name: str) -> nn.Module:
    """The network of a run in PyTorch: pixels uint8 to logits, in evaluation mode."""
    folder = run_folder(name)
    recipe = load_recipe(folder / "recipe.toml")
    data = open_dataset()
    inputs = Inputs.of(data.train.pixels, data.form)
    built = build_network(
        recipe.network,
        recipe.widths,
        0,
        inputs=inputs,
        outputs=len(data.classes),
        mirrored=recipe.test_time_flip,
    )
    tensors = load_file(folder / "checkpoint.safetensors")
    found = {k.removeprefix("network."): v for k, v in tensors.items() if k.startswith("network.")}
    built.load_state_dict(found)
    return built.eval()


def plain(kind: str, scale=(1 / 255, 0.0), *, steps=600, key="", wrong_loss=False, **options):
    """A network without scaling inside, trained on `pixels * scale[0] + scale[1]`, cached.

    `kind`: mlp, bare (no bias), narrow, wide, dropout, batchnorm or lenet. Returns float
    `(n, 784)` to logits.
    """
    torch.manual_seed(0)
    net = _build(kind)
    file = FOLDER / f"{kind}-{key or 'unit'}.json"
    FOLDER.mkdir(parents=True, exist_ok=True)
    if file.exists():
        state = json.loads(file.read_text())
        net.load_state_dict({k: torch.tensor(v, dtype=_dtype(k)) for k, v in state.items()})
        return net.eval()
    _fit(net, scale, steps, wrong_loss, **options)
    file.write_text(json.dumps({k: v.tolist() for k, v in net.state_dict().items()}))
    return net.eval()


def _dtype(key: str) -> torch.dtype:
    return torch.int64 if key.endswith("tracked") else torch.float32


def _build(kind: str) -> nn.Module:
    if kind == "lenet":
        return nn.Sequential(
            nn.Unflatten(1, (1, 28, 28)),
            *(nn.Conv2d(1, 8, 5, stride=2), nn.ReLU(), nn.Conv2d(8, 16, 3, stride=2), nn.ReLU()),
            *(nn.Flatten(), nn.Linear(400, 10)),
        )
    middle = {"dropout": [nn.Dropout(0.4)], "batchnorm": [nn.BatchNorm1d(64)]}.get(kind, [])
    width = {"narrow": 4, "wide": 1250}.get(kind, 64)
    return nn.Sequential(
        nn.Linear(784, width, bias=kind != "bare"), *middle, nn.ReLU(), nn.Linear(width, 10)
    )


def _fit(
    net,
    scale,
    steps,
    wrong_loss,
    rate=1e-3,
    decay=0.0,
    smoothing=0.0,
    data=None,
    few=None,
    change=None,
):
    pixels, labels = data or (open_dataset().train.pixels, open_dataset().train.labels)
    pixels, labels = pixels[:few], labels[:few]
    inputs = torch.tensor(pixels).reshape(len(pixels), 784).float() * scale[0] + scale[1]
    inputs = change(inputs) if change else inputs
    targets = torch.tensor(labels.astype(np.int64))
    optimiser = torch.optim.AdamW(net.parameters(), rate, weight_decay=decay)
    generator = torch.Generator().manual_seed(0)
    for _ in range(steps):
        rows = torch.randint(0, len(inputs), (128,), generator=generator)
        scores = net(inputs[rows])
        if wrong_loss:
            scores = scores.softmax(1)
        loss = nn.functional.cross_entropy(scores, targets[rows], label_smoothing=smoothing)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


def onnx_file(name: str, net: nn.Sequential, path: Path, **changes) -> Path:
    """A plain perceptron as an ONNX file, with changes.

    `dtype` (uint8, float32), `shape` of one picture, `before` and `after`: nodes as (kind, weights,
    options) around the network, `output`: its name, `batch`: a fixed number.
    """
    dtype = changes.get("dtype", "float32")
    graph = export.GraphBuilder("input", _OPSET)
    if dtype != "float32":
        graph.add("Cast", to=TensorProto.FLOAT)
    for kind, weights, options in changes.get("before", []):
        graph.add(kind, weights, **options)
    graph.add("Flatten")
    for layer in net:
        if isinstance(layer, nn.Linear):
            bias = layer.bias if layer.bias is not None else torch.zeros(len(layer.weight))
            graph.add("Gemm", [layer.weight.detach().numpy(), bias.detach().numpy()], transB=1)
        elif isinstance(layer, nn.ReLU):
            graph.add("Relu")
    for kind, weights, options in changes.get("after", []):
        graph.add(kind, weights, **options)
    output = changes.get("output", "output")
    graph.nodes.append(helper.make_node("Identity", [graph.value], [output]))
    kind = {"uint8": TensorProto.UINT8, "float32": TensorProto.FLOAT}[dtype]
    shape = [changes.get("batch", "n"), *changes.get("shape", (28, 28))]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            name,
            [helper.make_tensor_value_info("input", kind, shape)],
            [helper.make_tensor_value_info(output, changes.get("gives", TensorProto.FLOAT), None)],
            graph.weights,
        ),
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=8,
    )
    path.write_bytes(model.SerializeToString())
    return path


def changed_model_file(name: str, path: Path, change) -> Path:
    """A Hemline model file with its graph changed by `change(graph)`."""
    model = onnx.load(run_folder(name) / "model.onnx")
    change(model.graph)
    path.write_bytes(model.SerializeToString())
    return path


def insert_after_cast(kind: str, *values, **options):
    """A change: a node behind the Cast that makes floats of pixels."""

    def change(graph) -> None:
        place = next(i for i, node in enumerate(graph.node) if node.op_type == "Cast")
        source = graph.node[place].output[0]
        names = [f"inserted_{i}" for i in range(len(values))]
        arrays = zip(names, values, strict=True)
        graph.initializer.extend(numpy_helper.from_array(np.asarray(v), n) for n, v in arrays)
        users = [node for node in graph.node if source in node.input]
        first = options.pop("first", False)
        inputs = [*names, source] if first else [source, *names]
        graph.node.insert(place + 1, helper.make_node(kind, inputs, ["inserted"], **options))
        for user in users:
            user.input[list(user.input).index(source)] = "inserted"

    return change
