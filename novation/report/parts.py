"""What every page is made of: the document with its style, cards, plots and tables, in one file that needs nothing
else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path


def document(title: str, body: Iterable[str]) -> str:
    """A whole page; the parts of `body` are HTML."""
    style = (Path(__file__).parent / "style.css").read_text(encoding="utf-8")
    head = (
        '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>"
    )
    text = "\n".join(body)
    page = f"<head>\n{head}\n</head>\n<body>\n<main>\n{text}\n</main>\n</body>"
    return f'<!doctype html>\n<html lang="en">\n{page}\n</html>\n'


def save(path: Path, page: str) -> Path:
    """Writes a page and returns its absolute path. @raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    return path.resolve()


def header(title: str, lines: Iterable[str]) -> str:
    """The page's head line over some soft text."""
    text = "".join(f'<p class="soft">{escape(line)}</p>' for line in lines)
    return f"<header><h1>{escape(title)}</h1>{text}</header>"


def cards(items: Iterable[tuple[str, str, str]]) -> str:
    """Figures in boxes: kind ("good", "bad" or ""), value, name."""
    boxes = "".join(
        f'<div class="card {kind}"><b>{escape(value)}</b><span>{escape(name)}</span></div>'
        for kind, value, name in items
    )
    return f'<div class="cards">{boxes}</div>'


def plot(title: str, text: str, svg: str) -> str:
    """A picture under its title."""
    return f'<h2>{escape(title)}</h2><p class="soft">{escape(text)}</p><figure>{svg}</figure>'


def table(names: Sequence[str], rows: Iterable[Sequence[str]], numbers: set[int]) -> str:
    """A table of text; `numbers` are the columns that are set to the right."""

    def cells(tag: str, values: Sequence[str]) -> str:
        return "".join(
            f"<{tag}{' class=number' if column in numbers else ''}>{escape(value)}</{tag}>"
            for column, value in enumerate(values)
        )

    head = f"<thead><tr>{cells('th', names)}</tr></thead>" if any(names) else ""
    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f"<table>{head}<tbody>{body}</tbody></table>"
