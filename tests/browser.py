"""A real browser for pages, and the accessibility checker axe-core."""

import io
import shutil
import subprocess
import tarfile
from collections.abc import Iterator

import pytest

AXE = "axe-core@4.14.1"


# Not for the whole session: while Playwright is open, nothing else can run an event loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """The system's own Chromium, headless."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Containers run as root, where Chromium has no sandbox.
        opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core, as npm has it."""
    if shutil.which("npm") is None:
        pytest.skip("needs npm, which brings axe-core")
    folder = tmp_path_factory.mktemp("axe")
    done = subprocess.run(["npm", "pack", AXE, "--silent"], cwd=folder, capture_output=True)
    if done.returncode:
        pytest.skip(f"npm cannot fetch {AXE}: {done.stderr.decode()[-100:].strip()}")
    archive = (folder / done.stdout.decode().split()[-1]).read_bytes()
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        member = files.extractfile("package/axe.min.js")
        assert member is not None
        return member.read().decode()
