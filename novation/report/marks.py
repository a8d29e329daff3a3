"""Text between two marks of a Markdown page: `<!-- figures -->` and `<!-- end of figures -->`.

A command that writes a page asks `check` for the marks before its long work begins, and calls `put` after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from novation.console import Refused


class NoMarks(Refused):
    """A page that is missing, or is without the marks, or has them twice or in the wrong order."""


def check(page: Path, *names: str) -> None:
    """@raises NoMarks where the page does not have each pair of marks once."""
    _read(page, names)


def put(page: Path, texts: Mapping[str, str]) -> None:
    """Replaces what stands between the marks of each name. @raises NoMarks, and changes nothing then; OSError."""
    text = _read(page, texts)
    for name, fresh in texts.items():
        begin, end = _marks(name)
        head, tail = text.split(begin)[0], text.split(end)[1]
        body = fresh.strip("\n")
        text = f"{head}{begin}\n{body}\n{end}{tail}"
    page.write_text(text, encoding="utf-8")


def _marks(name: str) -> tuple[str, str]:
    return f"<!-- {name} -->", f"<!-- end of {name} -->"


def _read(page: Path, names: Mapping[str, str] | tuple[str, ...]) -> str:
    if not page.is_file():
        raise NoMarks(f"There is no page {page}.")
    text = page.read_text(encoding="utf-8")
    for name in names:
        begin, end = _marks(name)
        if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
            raise NoMarks(f"{page} has no place for the text: it needs {begin} and {end}, each once.")
    return text
