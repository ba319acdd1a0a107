"""The docs as a site: built strictly, whole without others, readable on a phone."""

import functools
import re
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import pytest

from tests.browser import browser  # noqa: F401 - a fixture
from tests.docs.blocks import ROOT, pages


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder that it is built into."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


def page_of(site, page):
    if page.name == "README.md":
        return site / page.parent.relative_to(ROOT) / "index.html"
    return site / page.relative_to(ROOT).with_suffix("") / "index.html"


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_page_is_there_and_its_links_lead_somewhere(page, site):
    html = page_of(site, page).read_text(encoding="utf-8")
    body = html.partition('<article class="md-content__inner')[2].partition("</article>")[0]
    assert len(body) > 500
    for link in re.findall(r'(?:href|src)="([^"]+)"', body):
        path = unquote(link.partition("#")[0])
        if path and ":" not in path and ".github/" not in path:
            target = (page_of(site, page).parent / path).resolve()
            assert target.exists(), link


@pytest.fixture(scope="module")
def address(site):
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            """Nothing."""

    handler = functools.partial(Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits_and_asks_for_nothing_from_outside(width, address, browser):  # noqa: F811
    context = browser.new_context(viewport={"width": width, "height": 800})
    with context:
        page, wanted, errors = context.new_page(), [], []
        page.on("request", lambda request: wanted.append(request.url))
        page.on("response", lambda got: errors.append(got.url) if got.status >= 400 else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        for path in ("", "docs/training/", "docs/figures/", "docs/commands/"):
            page.goto(address + path)
            assert page.locator("h1").is_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert wanted
    assert [url for url in wanted if not url.startswith(address)] == []
    assert errors == []
