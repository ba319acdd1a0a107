"""Advice to install an extra names the place where this installation came from."""

import json
import shlex
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from hemline import installing

ROOT = Path(__file__).parents[1]
WHEEL = "https://example.org/hemline-0.1.0-py3-none-any.whl"
GIT = {"vcs": "git", "commit_id": "4f2a", "requested_revision": "main"}


def installed(monkeypatch, origin):
    class Found:
        version = "0.1.0"

        def read_text(self, name):
            assert name == "direct_url.json"
            return origin if origin is None else json.dumps(origin)

    monkeypatch.setattr(installing, "distribution", lambda _: Found())
    return shlex.split(installing.install_command("heic"))[2:]


@pytest.mark.parametrize(
    ("origin", "wanted"),
    [
        (None, ["hemline[heic]==0.1.0"]),
        ({"url": "file:///a%20b/c", "dir_info": {"editable": True}},
         ["--editable", "/a b/c[heic]"]),
        ({"url": "file:///a/c", "dir_info": {}}, ["/a/c[heic]"]),
        ({"url": WHEEL, "archive_info": {}}, [f"hemline[heic] @ {WHEEL}"]),
        ({"url": "https://example.org/h.git", "vcs_info": GIT},
         ["hemline[heic] @ git+https://example.org/h.git@4f2a"]),
    ],
    ids=["an index", "a checkout", "a folder", "a wheel", "a repository"],
)  # fmt: skip
def test_the_extra_comes_from_where_the_rest_came_from(origin, wanted, monkeypatch):
    assert installed(monkeypatch, origin) == wanted


def test_what_is_not_installed_at_all_is_a_checkout(monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(installing, "distribution", missing)
    command = installing.install_command("heic")
    assert shlex.split(command)[2:] == ["--editable", f"{ROOT}[heic]"]


def test_the_advice_is_one_that_pip_follows():
    command = shlex.split(installing.install_command("tables"))
    options = ["--dry-run", "--no-deps", "--no-build-isolation", "--quiet"]
    done = subprocess.run(
        [sys.executable, "-m", *command, *options], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
