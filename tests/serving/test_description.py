"""The OpenAPI description, and what schemathesis makes of it."""

import subprocess
import sys
from pathlib import Path


def test_it_names_every_route_and_every_refusal(server):
    described = server.get("/openapi.json").json()
    assert described["paths"].keys() >= {
        "/v2",
        "/v2/health/live",
        "/v2/health/ready",
        "/v2/models/{name}",
        "/v2/models/{name}/ready",
        "/v2/models/{name}/infer",
        "/classify",
        "/metrics",
    }
    classify = described["paths"]["/classify"]["post"]
    assert classify["responses"].keys() >= {"200", "400", "413", "415", "503"}
    assert classify["requestBody"]["content"].keys() >= {"multipart/form-data", "image/jpeg"}


def test_schemathesis_finds_no_mistake_of_the_server(server, tmp_path):
    program = Path(sys.executable).with_name("schemathesis")
    options = "--checks not_a_server_error --max-examples 15 --seed 1 --no-color"
    done = subprocess.run(
        [program, "run", f"{server.url}/openapi.json", *options.split()],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert "Traceback" not in server.log.read_text()
