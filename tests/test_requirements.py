"""Every package that is installed is one that was named, file by file."""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = (ROOT / "requirements.txt").read_text().replace("\\\n", " ").splitlines()
PINNED = {canonicalize_name(line.partition("==")[0]): line for line in LOCK}
EXTRAS = PROJECT["optional-dependencies"]
ASKED = [Requirement(text) for texts in EXTRAS.values() for text in texts]
ASKED += map(Requirement, PROJECT["dependencies"])
# The first versions without holes that are known and that pictures or requests of others can reach.
MENDED = {
    "onnx": "1.21",
    "pillow-heif": "1.8",
    "pillow": "13.0",
    "python-multipart": "0.0.27",
    "starlette": "1.3.1",
    "torch": "2.6",
    "uvicorn": "0.40",
}
# Which build of it fits is up to the machine.
FREE = ("torch",)


@pytest.mark.parametrize("name", sorted(PINNED))
def test_a_package_has_one_version_and_the_checksums_of_its_files(name):
    assert re.match(r"[\w.-]+==[\w.]+ ", PINNED[name])
    assert re.findall(r"--hash=sha256:[0-9a-f]{64}(?=\s|$)", PINNED[name])


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_what_the_project_asks_for_is_among_them(asked):
    if asked.name not in ("hemline", *FREE):
        pinned = PINNED[canonicalize_name(asked.name)]
        assert asked.specifier.contains(re.search(r"==([\w.]+)", pinned)[1])


@pytest.mark.parametrize("name", ["numpy", "onnxruntime", "pillow", "starlette"])
def test_these_versions_are_installed(name):
    assert f"=={version(name)} " in PINNED[name]


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_nobody_installs_a_version_with_a_known_hole(asked):
    if asked.name in MENDED:
        floor = min(Version(each.version) for each in asked.specifier if each.operator == ">=")
        assert floor >= Version(MENDED[asked.name])
