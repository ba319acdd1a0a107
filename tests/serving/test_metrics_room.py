"""The files of a worker's figures are as large from the beginning as they can become."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

COUNTS = {
    "nothing": "",
    "every method there is": """
for method in range(300):
    metrics.count_request("/v2/models/{name}/infer", f"METHOD-{method}", 405, 0.1)
""",
    "every route, method and status": """
for route in range(25):
    for method in (*metrics._METHODS, "SEARCH", "LINK"):
        for status in range(400, 412):
            metrics.count_request(f"/v2/models/{{name}}/versions/{route}", method, status, 0.1)
""",
    "thousands of classes with long names": """
for place in range(5000):
    metrics._count_class(place, "ß" * 200 + str(place), 1)
""",
}
BEGIN = "from hemline.serving import metrics\nmetrics.claim_room()\n"


@pytest.mark.parametrize("what", COUNTS)
def test_no_file_ever_grows(what, tmp_path):
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", BEGIN + COUNTS[what]], env=environment, check=True)
    sizes = {file.name.partition("_")[0]: file.stat().st_size for file in tmp_path.glob("*.db")}
    assert sizes == dict.fromkeys(("counter", "gauge", "histogram"), 1 << 20)
    held = [file.stat().st_blocks * 512 for file in Path(tmp_path).glob("*.db")]
    assert min(held) >= 1 << 20  # on the disk, not in its promise
