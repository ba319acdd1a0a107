"""The code blocks of the documentation."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(
    r"(?:<!-- not run: (?P<why>.+?) -->\n)?^```(?P<language>\w+)\n(?P<code>.*?)^```$", re.M | re.S
)


class Block(NamedTuple):
    """One fenced block; `why` says why it is not run, and is None if it is."""

    language: str
    code: str
    why: str | None


def pages() -> list[Path]:
    """Every page of text in the repository."""
    patterns = ("*.md", "docs/*.md", "src/hemline/models/*.md", "benchmarks/**/*.md")
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern))


def blocks_of(page: Path) -> list[Block]:
    """Its code blocks, in order."""
    text = page.read_text(encoding="utf-8")
    return [Block(m["language"], m["code"], m["why"]) for m in BLOCK.finditer(text)]


def hemline_commands(page: Path) -> list[str]:
    """The lines of its shell blocks that call the program."""
    shell = (block.code for block in blocks_of(page) if block.language == "sh")
    lines = "\n".join(shell).replace("\\\n", " ").splitlines()
    return [line for line in lines if line.startswith("hemline ")]
