"""Tables of the proofs, for the terminal and for docs/audit/proofs.md."""

from __future__ import annotations

from collections.abc import Iterable

from novation.chain.compiler import ROOT
from novation.proofs.check import Checked
from novation.proofs.controls import Refutation
from novation.proofs.lemma import FACTS, LEMMAS, Outcome

PAGE = ROOT / "docs" / "audit" / "proofs.md"


def lemma_table(outcomes: Iterable[Outcome]) -> str:
    """Lemmas with their statements, bounds and results; facts are told apart."""
    rows = [
        "| lemma | statement | bounds | source | questions | ms | result |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for found in outcomes:
        if found.name in LEMMAS:
            known = LEMMAS[found.name]
            sources = ", ".join(f"`{name}`" for name in known.covers)
            text, bounds = known.statement, known.bounds
        else:
            text, bounds, sources = FACTS[found.name].statement, "all integers", "arithmetic"
        cells = (found.name, text, bounds, sources, str(found.questions), f"{found.ms:.0f}", found.result)
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows)


def check_table(checked: Iterable[Checked]) -> str:
    """Functions with their points and reverts."""
    rows = ["| function | points | of which revert | differences |", "| --- | --- | --- | --- |"]
    rows += [
        f"| `{item.function}` | {item.points:,} | {item.reverts:,} | {'1' if item.difference else '0'} |"
        for item in checked
    ]
    return "\n".join(rows)


def control_table(refuted: Iterable[Refutation]) -> str:
    """Planted mistakes and what refutes them."""
    rows = ["| lemma | mistake in the source | result | counterexample |", "| --- | --- | --- | --- |"]
    rows += [
        f"| {item.control.lemma} | {item.control.mistake} | {item.result} | {_short(item.example)} |"
        for item in refuted
    ]
    return "\n".join(rows)


def _short(text: str) -> str:
    """A counterexample whose long numbers are cut."""
    parts = []
    for part in text.split(", "):
        name, _, value = part.partition(" = ")
        parts.append(f"{name} = {value[:6]}...({len(value)} digits)" if len(value) > 24 else part)
    return ", ".join(parts).replace("|", "\\|")
