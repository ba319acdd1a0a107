"""What the benchmarks share: environments of peers, thread limits, and where results go."""

import argparse
import datetime
import json
import os
import platform
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from hemline.cores import processor_name

ROOT = Path(__file__).resolve().parent
PEERS = ROOT / "peers"
BENCH = ROOT.parent / ".bench"
_RECORD = "--record"


@dataclass(frozen=True)
class Environment:
    """A virtual environment of peers under `.bench/`, and the variables that they run with."""

    name: str
    packages: list[str]
    variables: dict[str, str] = field(default_factory=dict)

    def python(self) -> str:
        """Its interpreter; the environment is made when it is first asked for."""
        folder = BENCH / self.name
        ready = folder / ".ready"
        python = folder / "bin" / "python"
        if not ready.exists():
            print(f"installing {self.name} ...", file=sys.stderr)
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
            subprocess.run([python, "-m", "pip", "install", "-q", *self.packages], check=True)
            ready.touch()
        return str(python)


TENSORFLOW = Environment(
    "keras-tensorflow",
    ["tensorflow-cpu==2.21.0", "keras==3.15.1"],
    {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"},
)
JAX = Environment(
    "keras-jax", ["jax==0.10.2", "jaxlib==0.10.2", "keras==3.15.1"], {"KERAS_BACKEND": "jax"}
)
PYTORCH = Environment("pytorch", ["torch==2.13.0", "numpy==2.4.6"])
SKLEARN = Environment("sklearn", ["scikit-learn==1.9.1", "scikit-image==0.26.0", "numpy==2.4.6"])


def limited(threads: int) -> dict[str, str]:
    """Variables that hold every contestant to so many threads, whatever it is built on."""
    # JAX has no variable of its own: it takes as many threads as it sees cores.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    names = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    return dict.fromkeys(names, str(threads))


def run_process(
    command: list[str], variables: dict[str, str], threads: int, limit: float | None = None
) -> tuple[float, dict[str, Any]]:
    """Seconds of a whole process from cold, and the JSON document that it printed.

    Raises:
        TimeoutExpired: it took more than `limit` seconds, and was killed.
    """
    environment = os.environ | limited(threads) | variables
    began = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=limit)
    seconds = time.perf_counter() - began
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    return seconds, json.loads(done.stdout[done.stdout.index("{") :])


def command_line(doc: str) -> argparse.ArgumentParser:
    """The options of a benchmark, by its docstring."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument(_RECORD, action="store_true", help="keep the result among those told of")
    return parser


def write_result(name: str, text: str) -> None:
    """Print a result, and keep it with the machine, the versions and the command.

    Without `--record` it changes nothing that the project tells of.
    """
    packages = ("hemline", "torch", "numpy", "onnxruntime")
    versions = ", ".join(f"{package} {metadata.version(package)}" for package in packages)
    script, *options = (word for word in sys.argv if word != _RECORD)
    # A folder is told by its name: where it lies is nobody's business.
    told = [Path(option).name if Path(option).is_dir() else option for option in options]
    command = shlex.join(["python", f"benchmarks/{Path(script).name}", *told])
    facts = [
        f"- {datetime.date.today()}, `{command}`",
        f"- {processor_name()}, {os.cpu_count()} cores, {platform.platform()}",
        f"- Python {platform.python_version()}, {versions}",
    ]
    result = f"# {name}\n\n{text}\n\n" + "\n".join(facts) + "\n"
    folder = ROOT / "results" if _RECORD in sys.argv else BENCH / "results"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.md").write_text(result)
    print(result)
