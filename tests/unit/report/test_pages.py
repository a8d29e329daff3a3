"""The pages for auditors say what is there: each table of the repository's own facts is the one of these sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from novation.bytecode import page as bytecode
from novation.bytecode.snapshot import committed
from novation.chain.compiler import ROOT
from novation.proofs import page as proofs
from novation.proofs.controls import CONTROLS
from novation.proofs.lemma import FACTS, LEMMAS
from novation.proofs.lemmas import GROUPS


def between(page: Path, name: str) -> str:
    """What stands between the marks of a page."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    return page.read_text(encoding="utf-8").partition(begin)[2].partition(end)[0].strip()


def first_cells(table: str) -> list[str]:
    """Of every row below the head."""
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    return [row.split(" | ")[0].removeprefix("| ").strip("`") for row in rows if not row.startswith("| ---")][1:]


def test_bytecode_shows_the_committed_facts() -> None:
    assert between(bytecode.PAGE, bytecode.MARKS) == bytecode.table(committed())


def test_proofs_lists_every_lemma() -> None:
    assert GROUPS
    assert sorted(first_cells(between(proofs.PAGE, "lemmas"))) == sorted([*LEMMAS, *FACTS])


def test_proofs_lists_every_planted_mistake() -> None:
    listed = between(proofs.PAGE, "controls").splitlines()
    assert len(listed) == len(CONTROLS) + 2
    for control in CONTROLS:
        assert any(line.startswith(f"| {control.lemma} | {control.mistake} |") for line in listed), control.lemma


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [part.partition(")")[0].partition("#")[0] for part in text.split("](")[1:]]
    assert [link for link in links if link and "://" not in link and not (page.parent / link).exists()] == []
