"""What does an installation take, does it do what it is for, and how soon is it imported?

    python benchmarks/extras.py [--only "" train heic ...]

Hemline is built into a wheel, and installed from it with one extra at a time, into a new
environment each. There the extra does what it is for; its size is that of all that pip has put
there. Times are of a process that imports what the extra is for, less one that imports nothing:
medians of five.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import ROOT, command_line, write_result

PROJECT = ROOT.parent
TORCH = "torch==2.13.0"
SKETCHES = ["--data", "sketches"]
_TRAIN = ["train", "seed", *SKETCHES, "--epochs", "1"]
# What each is for, and what has to be imported for that.
EXTRAS: dict[str, tuple[list[str], str]] = {
    "": (["predict", "--test-index", "0", *SKETCHES], "from hemline import Classifier"),
    "heic": (["predict", "photo.jpg"], "import pillow_heif; from hemline import Classifier"),
    "report": (["report", "tiny", *SKETCHES, "--out", "page.html"], "import hemline.report.page"),
    "doctor": (["doctor", "tiny", *SKETCHES], "from hemline import diagnose"),
    "tflite": (
        ["doctor", "tiny", *SKETCHES],
        "import ai_edge_litert; from hemline import diagnose",
    ),
    "tables": (["data", "--data", "table.parquet"], "import pyarrow.parquet"),
    "serve": (["serve", "--help"], "import hemline.serving.app"),
    "huggingface": (
        ["export", "tiny", "--format", "huggingface"],
        "import hemline.hugging_face",
    ),
    "train": (_TRAIN, "from hemline import train"),
    "sklearn": (["--version"], "from hemline import HemlineClassifier"),
    "keras": (["export", "tiny"], "import keras"),
    "tensorboard": ([*_TRAIN, "--track", "tensorboard"], "import torch.utils.tensorboard"),
    "mlflow": ([*_TRAIN, "--track", "mlflow"], "import mlflow"),
    "wandb": ([*_TRAIN, "--track", "wandb"], "import wandb"),
}
_VARIABLES = {
    "MLFLOW_TRACKING_URI": "file:mlflow",
    "MLFLOW_ALLOW_FILE_STORE": "true",
    "WANDB_MODE": "offline",
    "KERAS_BACKEND": "torch",
}
_ESTIMATOR = """
from hemline import HemlineClassifier, open_dataset
train = open_dataset("sketches").train
fitted = HemlineClassifier("seed", epochs=1).fit(train.pixels[:500], train.labels[:500])
assert len(fitted.predict(train.pixels[:5])) == 5
"""
_TABLE = """
import pyarrow as pa, pyarrow.parquet as pq
columns = {f"pixel{n}": [n * k % 256 for k in range(40)] for n in range(64)}
pq.write_table(pa.table({"label": list("ab") * 20} | columns), "table.parquet")
"""
_PHOTO = """
from PIL import Image
photo = Image.new("RGB", (90, 120), (200, 170, 120))
photo.paste((30, 40, 150), (25, 20, 65, 100))
photo.save("photo.jpg")
"""
_PREPARED = {"tables": _TABLE, "heic": _PHOTO}
_SERVER = """
import subprocess, sys, time, urllib.request
command = [sys.executable, "-m", "hemline", "serve", "tiny", "--port", "8931"]
with subprocess.Popen(command) as server:
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen("http://127.0.0.1:8931/v2/health/ready")
                break
            except OSError:
                time.sleep(0.1)
        else:
            sys.exit("no answer")
    finally:
        server.terminate()
"""
_ALSO = {"sklearn": _ESTIMATOR, "serve": _SERVER}


def build(folder: Path) -> Path:
    """The wheel of this checkout."""
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), PROJECT]
    subprocess.run(command, check=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def size(packages: Path) -> float:
    """Megabytes of all files, without compiled copies of sources."""
    files = (path for path in packages.rglob("*") if path.is_file() and not path.is_symlink())
    return sum(path.stat().st_size for path in files if path.suffix != ".pyc") / 1e6


def seconds(python: Path, code: str, folder: Path) -> float:
    """Of a process, the median of five after one that is not counted."""
    times = []
    for _ in range(6):
        began = time.perf_counter()
        subprocess.run([python, "-c", code], cwd=folder, check=True, env=os.environ | _VARIABLES)
        times.append(time.perf_counter() - began)
    return statistics.median(times[1:])


def measure(extra: str, wheel: Path, folder: Path) -> str:
    """A row of the table."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "env"], check=True)
    python = folder / "env" / "bin" / "python"
    wanted = f"{wheel}[{extra}]" if extra else str(wheel)
    constraint = folder / "constraint.txt"
    constraint.write_text(f"{TORCH}\n")
    install = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "-c", constraint]
    subprocess.run([*install, wanted], check=True)
    (packages,) = (folder / "env" / "lib").glob("python*/site-packages")
    megabytes = size(packages)
    use, imported = EXTRAS[extra]
    for code in filter(None, (_PREPARED.get(extra), _ALSO.get(extra))):
        subprocess.run([python, "-c", code], cwd=folder, check=True)
    command = [python, "-m", "hemline", *use]
    variables = _VARIABLES | {"HOME": str(folder)}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=variables)
    if done.returncode not in (0, 1) or "Traceback" in done.stderr:
        sys.exit(f"{extra or 'base'}: {done.stderr}")
    taken = seconds(python, imported, folder) - seconds(python, "pass", folder)
    shown = re.sub(r"^(import|from) |; .*| import .*", "", imported)
    return f"| {extra or 'none'} | {megabytes:,.0f} | `{shown}` | {taken:.2f} s |"


def main() -> None:
    """Measure one after the other."""
    parser = command_line(__doc__)
    parser.add_argument("--only", nargs="+", choices=EXTRAS, default=list(EXTRAS))
    rows = []
    with tempfile.TemporaryDirectory() as built:
        wheel = build(Path(built))
        for extra in parser.parse_args().only:
            with tempfile.TemporaryDirectory() as folder:
                rows.append(measure(extra, wheel, Path(folder)))
                print(rows[-1], file=sys.stderr)
    head = "| extra | MB installed | imports | in |\n| --- | ---: | --- | ---: |\n"
    write_result("extras", head + "\n".join(rows))


if __name__ == "__main__":
    main()
