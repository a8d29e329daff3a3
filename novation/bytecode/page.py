"""What docs/audit/bytecode.md says of the compiled contracts, out of the committed facts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from novation.bytecode.snapshot import FOLDER
from novation.chain.compiler import ROOT

PAGE = ROOT / "docs" / "audit" / "bytecode.md"
MARKS = "facts"


def table(facts: Mapping[str, Any]) -> str:
    """Sizes of every contract, and how many call sites, loops and unchecked expressions there are."""
    sizes, sites = facts["sizes.json"], facts["sites.json"]
    argued = json.loads((FOLDER / "unchecked.json").read_text())
    rows = [
        "| bytes | runtime code | left | creation | call sites | loops |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, size in sizes.items():
        counts = [len(sites[name][kind]) for kind in ("calls", "loops")]
        rows.append(_row(name, size["runtime"], size["left"], size["creation"], *counts))
    whole = [sum(size[kind] for size in sizes.values()) for kind in ("runtime", "creation")]
    counts = [sum(len(site[kind]) for site in sites.values()) for kind in ("calls", "loops")]
    rows.append(_row("all", whole[0], "", whole[1], *counts))
    unchecked = sum(map(len, argued.values()))
    return "\n".join(rows) + f"\n\n{unchecked} `unsafe_*` expressions, each with its argument."


def _row(*cells: str | int) -> str:
    return f"| {' | '.join(f'{cell:,}' if isinstance(cell, int) else cell for cell in cells)} |"
