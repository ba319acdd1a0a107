"""Links inside the repository lead somewhere."""

import re

import pytest
from docs.site import links

from tests.docs.blocks import ROOT, pages


def anchors(text):
    """What GitHub makes of the headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for link in links(page.read_text(encoding="utf-8")):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link} is dead"
        assert target.is_relative_to(ROOT), f"{link} leads out of the repository"
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), f"{link} has no heading"


def test_every_page_of_the_docs_can_be_reached_from_the_readme():
    reached, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        found = links(page.read_text(encoding="utf-8"))
        paths = [link.partition("#")[0] for link in found if not link.startswith("#")]
        ahead += [(page.parent / path).resolve() for path in paths]
    assert set((ROOT / "docs").glob("*.md")) <= reached
