"""The figures of docs/audit/coverage.md."""

from __future__ import annotations

from collections.abc import Set

from novation.chain.compiler import short_hash
from novation.fuzz.coverage.explained import Entry, Judgement
from novation.fuzz.coverage.measure import Equality, Speed
from novation.fuzz.coverage.table import HEAD, rows
from novation.fuzz.probes.sites import COMPILER, USER, Site


def figures(
    sites: tuple[Site, ...],
    hits: Set[int],
    judgement: Judgement,
    fast: Speed,
    same: Equality,
    stories: int,
    command: str,
) -> str:
    """Table, speed, digests and every explanation."""
    total = rows(sites, hits, judgement)[-1]
    compared = same.same + len(same.different)
    plain, probed = fast.rates
    lines = [
        f"`{command}`, {stories:,} sequences on contracts with the source hash `{short_hash()}`: "
        f"{total[2]} outcomes of written branches reached, {total[3]} explained, **{total[4]} neither**; "
        f"{len(judgement.wrong)} explanations wrong.",
        "",
        f"Speed with probes: **{fast.ratio:.2f}** of the plain build's ({plain:,.0f} and "
        f"{probed:,.0f} calls a second, invariants after every call, one core, the same "
        f"{fast.calls:,} calls on both in turn; reading the hits after every sequence is in it). "
        f"Digests: {same.same} of {compared} sequences equal ({same.calls:,} calls; {same.starved} more prove nothing, "
        "for they starve a call of gas).",
        "",
        f"| {' | '.join(HEAD)} |",
        "|---|" + "---:|" * (len(HEAD) - 1),
        *(f"| {' | '.join(row)} |" for row in rows(sites, hits, judgement)),
        "",
        "### Never, and why",
        "",
        "| where | what | side | reason |",
        "|---|---|---|---|",
    ]
    used: dict[int, int] = {}
    for entry in judgement.explained.values():
        used[id(entry)] = used.get(id(entry), 0) + 1
    entries = list({id(entry): entry for entry in judgement.explained.values()}.values())
    lines += [_row(entry) for entry in entries if entry.level == USER]
    lines += ["", "| what the compiler adds | side | outcomes | shown | reason |", "|---|---|---:|---|---|"]
    for entry in entries:
        if entry.level == COMPILER:
            side = " or ".join(dict(entry.wanted)["outcome"])
            shown = "for all" if entry.sure else "no"
            lines.append(f"| {entry.name} | {side} | {used[id(entry)]} | {shown} | {entry.reason} {entry.evidence} |")
    return "\n".join(lines)


def _row(entry: Entry) -> str:
    wanted = dict(entry.wanted)
    texts = ", ".join(f"`{text}`" for text in wanted["text"]).replace("|", "\\|")
    where = f"{wanted['file'][0].removeprefix('contracts/')}{''.join(f' ({c})' for c in wanted.get('contract', ()))}"
    return f"| {where} | {texts} | {' or '.join(wanted['outcome'])} | {entry.reason} |"
