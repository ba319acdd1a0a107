"""What the benchmarks share: environments of peers, thread limits, and where results go."""

import datetime
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from hemline.training.run import processor_name

ROOT = Path(__file__).resolve().parent
PEERS = ROOT / "peers"


@dataclass(frozen=True)
class Environment:
    """A virtual environment of one peer under `.bench/`."""

    name: str
    packages: list[str]

    def python(self) -> str:
        """Its interpreter; the environment is made when it is first asked for."""
        folder = ROOT.parent / ".bench" / self.name
        ready = folder / ".ready"
        python = folder / "bin" / "python"
        if not ready.exists():
            print(f"installing {self.name} ...", file=sys.stderr)
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
            subprocess.run([python, "-m", "pip", "install", "-q", *self.packages], check=True)
            ready.touch()
        return str(python)


def limited(threads: int) -> dict[str, str]:
    """Variables that hold every contestant to so many threads, whatever it is built on."""
    # JAX has no variable of its own: it takes as many threads as it sees cores.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    names = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    return dict.fromkeys(names, str(threads))


def write_result(name: str, text: str) -> None:
    """Print a result, and keep it with the machine, the versions and the command."""
    packages = ("hemline", "torch", "numpy", "onnxruntime")
    versions = ", ".join(f"{package} {metadata.version(package)}" for package in packages)
    facts = [
        f"- {datetime.date.today()}, `python {' '.join(sys.argv)}`",
        f"- {processor_name()}, {os.cpu_count()} cores, {platform.platform()}",
        f"- Python {platform.python_version()}, {versions}",
    ]
    result = f"# {name}\n\n{text}\n\n" + "\n".join(facts) + "\n"
    (ROOT / "results" / f"{name}.md").write_text(result)
    print(result)
