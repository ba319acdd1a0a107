"""Which files the site is made of: the README, and whatever it leads to, where they lie."""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Called by MkDocs: every file under its path in the repository, so that links fit."""
    theme = [file for file in files if file.src_dir != config.docs_dir]
    mine = [
        File.generated(config, str(path.relative_to(ROOT)), abs_src_path=str(path))
        for path in sorted(reached())
    ]
    return Files([*theme, *mine])


def reached() -> set[Path]:
    """Files that can be reached from the README by links."""
    found: set[Path] = set()
    ahead = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    while ahead:
        path = ahead.pop()
        if path in found or not path.is_file():
            continue
        found.add(path)
        if path.suffix == ".md":
            named = [link.partition("#")[0] for link in links(path.read_text("utf-8"))]
            ahead += [(path.parent / link).resolve() for link in named if link]
    return found


def links(text: str) -> list[str]:
    """What a page links to in the repository, without what stands in its code blocks."""
    outside_code = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", outside_code) if "://" not in link]
