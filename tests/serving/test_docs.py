"""What docs/serving.md shows works as it stands there."""

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "serving.md").read_text()
CURL = re.findall(r"^curl .*$", PAGE, re.M)


def test_there_is_something_to_run():
    assert len(CURL) == 2


def as_here(code, server):
    return code.replace("127.0.0.1:8000", f"127.0.0.1:{server.port}").replace('photo"', 'garments"')


def test_the_client_asks_as_is_shown(server, classifier):
    [code] = re.findall(r"^```python\n(.*?)^```$", PAGE, re.M | re.S)
    *before, last = as_here(code, server).strip().splitlines()
    names = {}
    exec("\n".join(before), names)
    shown = eval(last, names)
    names["client"].close()
    np.testing.assert_allclose(shown, classifier.predict_proba(names["pixels"]), atol=1e-5)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is missing")
@pytest.mark.parametrize("command", CURL)
def test_curl_asks_as_is_shown(server, photo, tmp_path, command):
    for name in ("photo.jpg", "one.jpg", "two.png"):
        (tmp_path / name).write_bytes(photo)
    done = subprocess.run(
        ["bash", "-c", as_here(command, server)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert '"class_name":"Trouser"' in done.stdout, done.stderr
