"""Text between the marks of a page, and that the pages of docs/audit have the marks that commands want."""

from __future__ import annotations

from pathlib import Path

import pytest

from novation.chain.compiler import ROOT
from novation.report import marks
from novation.report.marks import NoMarks

PAGE = "head\n<!-- a -->\nold\n<!-- end of a -->\nbetween\n<!-- b --><!-- end of b -->\ntail\n"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.md"
    path.write_text(PAGE)
    return path


def test_only_what_is_between_changes(page: Path) -> None:
    marks.put(page, {"b": "| x |\n", "a": "one\n\ntwo"})
    assert page.read_text() == (
        "head\n<!-- a -->\none\n\ntwo\n<!-- end of a -->\nbetween\n<!-- b -->\n| x |\n<!-- end of b -->\ntail\n"
    )
    before = page.read_text()
    marks.put(page, {"a": "one\n\ntwo"})
    assert page.read_text() == before


@pytest.mark.parametrize(
    "text",
    [
        "nothing",
        "<!-- a -->\n",
        "<!-- end of a -->\n<!-- a -->\n",
        "<!-- a --><!-- end of a --><!-- a --><!-- end of a -->",
    ],
)
def test_a_page_without_its_marks_is_left_alone(page: Path, text: str) -> None:
    page.write_text(text)
    with pytest.raises(NoMarks, match="needs <!-- a --> and <!-- end of a -->, each once"):
        marks.check(page, "a")
    with pytest.raises(NoMarks):
        marks.put(page, {"a": "new"})
    assert page.read_text() == text


def test_a_page_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(NoMarks, match="There is no page"):
        marks.check(tmp_path / "none.md", "a")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("bytecode", ("facts",)),
        ("campaign", ("figures",)),
        ("coverage", ("figures",)),
        ("engines", ("figures",)),
        ("planted", ("figures",)),
        ("mutation", ("mutants",)),
        ("proofs", ("lemmas", "controls", "check")),
    ],
)
def test_pages_have_their_marks(name: str, wanted: tuple[str, ...]) -> None:
    marks.check(ROOT / "docs" / "audit" / f"{name}.md", *wanted)
