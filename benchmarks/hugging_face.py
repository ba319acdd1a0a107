"""Do Hugging Face's libraries answer as the model file does, out of a folder that was exported?

    python benchmarks/hugging_face.py [--pictures 200]

A grey model that comes with Hemline and a colour one with names in any script, trained for an
epoch, are exported; Optimum with a pipeline of transformers, and transformers.js, open the folders
and say their probabilities of the same picture files. Needs Node and npm.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from common import BENCH, PEERS, Environment, command_line, run_process, write_result
from PIL import Image

from hemline import Classifier, Dataset, Split, load_recipe, open_dataset, train
from hemline.hugging_face import write_hugging_face

OPTIMUM = Environment(
    "hugging-face",
    [
        "transformers==4.57.6",
        "optimum==2.1.0",
        "optimum-onnx==0.1.0",
        "onnxruntime==1.32.0",
        "numpy==2.4.6",
        "pillow==13.0.0",
        "torch==2.13.0",
    ],
    {"HF_HUB_OFFLINE": "1"},
)
TRANSFORMERS_JS = "@huggingface/transformers@4.3.1"


def node_modules() -> Path:
    """Where npm has put transformers.js; fetched when it is first asked for."""
    folder = BENCH / "hugging-face-js"
    if not (folder / "node_modules").exists():
        folder.mkdir(parents=True, exist_ok=True)
        options = ["--no-audit", "--no-fund", "--silent", "--prefix", str(folder)]
        subprocess.run(["npm", "install", *options, TRANSFORMERS_JS], cwd=folder, check=True)
    return folder


def coloured(sketches: Dataset) -> Dataset:
    """The drawn garments, each picture in a colour of its own."""
    rng = np.random.default_rng(0)

    def part(split: Split) -> tuple[np.ndarray, np.ndarray]:
        shares = rng.random((len(split), 1, 1, 3))
        return (split.pixels[..., None] * shares).astype(np.uint8), split.labels

    names = [f"{name} 服 «{place}»" for place, name in enumerate(sketches.classes)]
    return Dataset.from_arrays(part(sketches.train), part(sketches.test), classes=names)


def models(work: Path) -> Iterator[tuple[str, Path, np.ndarray]]:
    """Name, model file, and pictures to ask about."""
    sketches = open_dataset("sketches")
    yield "tiny", Path(Classifier.load("tiny").path), sketches.test.pixels
    dataset = coloured(sketches)
    recipe = load_recipe("fast", ["epochs=1", "widths=[8, 8]", "fewest_steps=0"])
    run = train(recipe, dataset, folder=work / "run").run
    yield "garments in colour", run.model, dataset.test.pixels


def farthest(rows: list[dict[str, float]], expected: np.ndarray, classes: list[str]) -> float:
    """The largest difference of a probability."""
    received = np.array([[row[name] for name in classes] for row in rows])
    return float(np.abs(received - expected).max())


def main() -> None:
    """Export, ask, compare."""
    parser = command_line(__doc__)
    parser.add_argument("--pictures", type=int, default=200)
    count, lines = parser.parse_args().pictures, []
    if not shutil.which("npm"):
        sys.exit("Expected Node and npm, received neither; install nodejs and npm.")
    with tempfile.TemporaryDirectory() as folder:
        for name, file, pixels in models(Path(folder)):
            classifier, place = Classifier.load(file), Path(folder) / name.replace(" ", "-")
            write_hugging_face(classifier, place)
            pictures = Path(folder) / f"{place.name}-pictures"
            pictures.mkdir()
            for number, one in enumerate(pixels[:count]):
                Image.fromarray(one).save(pictures / f"{number:05}.png")
            expected = classifier.predict_proba(pixels[:count])
            for library, command, variables in (
                (
                    "Optimum 2.1.0, transformers 4.57.6",
                    [OPTIMUM.python(), str(PEERS / "hugging_face.py")],
                    OPTIMUM.variables,
                ),
                (
                    "transformers.js 4.3.1",
                    ["node", str(PEERS / "hugging_face.mjs"), str(node_modules())],
                    {},
                ),
            ):
                document = run_process([*command, str(place), str(pictures)], variables, 2)[1]
                apart = farthest(document["answers"], expected, list(classifier.classes_))
                lines.append(f"| {name}: {classifier.form} | {library} | {count} | {apart:.0e} |")
    head = "| model | library | pictures | largest difference of a probability |"
    write_result("hugging-face", "\n".join([head, "| --- | --- | ---: | ---: |", *lines]))


if __name__ == "__main__":
    main()
