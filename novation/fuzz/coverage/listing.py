"""One source file as HTML, its counts beside it."""

from __future__ import annotations

import re
import sysconfig
from collections import Counter
from collections.abc import Set
from html import escape
from pathlib import Path

from novation.chain.compiler import ROOT
from novation.fuzz.coverage.explained import Judgement, Outcome
from novation.fuzz.probes.sites import USER, Site

BADNESS = {"hit": 0, "why": 1, "never": 2}  # of the states of an outcome; a branch is as bad as its worst
Branch = tuple[tuple[Outcome, ...], tuple[Outcome, ...]]
"""Both sides of one branch of the source, in each of the contracts that have it."""


def anchor(file: str) -> str:
    """What a file is called in links."""
    return re.sub(r"[^a-zA-Z0-9]+", "-", file.removesuffix(".vy"))


class Listing:
    """A source file with what was reached in it. `lines` are the ids that tell that a line has run."""

    def __init__(
        self,
        file: str,
        sites: list[Site],
        lines: dict[int, set[int]],
        counts: Counter[int],
        hits: Set[int],
        judgement: Judgement,
    ) -> None:
        self.file = file
        self.sites = sites
        self.lines = lines
        self.counts = counts
        self.hits = hits
        self.judgement = judgement
        self.at: dict[int, list[Site]] = {}
        for site in sites:
            self.at.setdefault(site.line, []).append(site)

    def lines_run(self) -> tuple[int, int]:
        """Lines that have run in some contract, and all that have code."""
        return sum(not self.hits.isdisjoint(ids) for ids in self.lines.values()), len(self.lines)

    def html(self) -> str:
        """The whole section."""
        folder = ROOT if self.file.startswith("contracts") else Path(sysconfig.get_path("purelib"))
        text = (folder / self.file).read_text().splitlines()
        run, total = self.lines_run()
        contracts = ", ".join(sorted({site.contract for site in self.sites}))
        name = anchor(self.file)
        quoted = _quoted(text)
        rows = "".join(self._row(number, line, number in quoted) for number, line in enumerate(text, 1))
        return (
            f'<section class="file" id="{name}"><h2>{escape(self.file)}<small>{run} of {total} lines; in {contracts}'
            f'</small><a class="up" href="#index">index</a></h2><div class="source">{rows}</div></section>'
        )

    # --- a line

    def _row(self, number: int, line: str, quoted: bool) -> str:
        branches = _branches([site for site in self.at.get(number, ()) if site.level == USER])
        checks = [site for site in self.at.get(number, ()) if site.level != USER]
        kind = self._kind(number, branches)
        times = self._times(number)
        shown = f"{times:,}" if number in self.lines else ""
        code = _code(line, quoted)
        if branches or checks:
            opened = " open" if kind == "part" else ""
            code = (
                f"<details{opened}><summary>{code}{self._marks(branches, checks)}</summary>"
                f'<div class="detail">{self._detail(branches, checks)}</div></details>'
            )
        name = f"{anchor(self.file)}-{number}"
        link = f'<a href="#{name}" tabindex="-1">{number}</a>'
        return f'<div class="row {kind}" id="{name}">{link}<span>{shown}</span><div>{code or " "}</div></div>\n'

    def _times(self, number: int) -> int:
        return max((self.counts[id] for id in self.lines.get(number, ())), default=0)

    def _kind(self, number: int, branches: list[Branch]) -> str:
        """How a line stands: with the worst of its written branches."""
        ids = self.lines.get(number)
        if ids is None:
            return ""
        if self.hits.isdisjoint(ids):
            known = {id for id in ids if id in self.judgement.explained}
            return "why" if known else "never"
        kinds = {self._state(outcome) for branch in branches for side in branch for outcome in side}
        return "part" if "never" in kinds else "why" if "why" in kinds else "hit"

    def _state(self, outcome: Outcome) -> str:
        if outcome.id in self.hits:
            return "hit"
        return "why" if outcome.id in self.judgement.explained else "never"

    def _marks(self, branches: list[Branch], checks: list[Site]) -> str:
        """The state of every written branch, and how many of the compiler's outcomes were reached."""
        marks = []
        for branch in branches:
            for side in branch:
                state = max((self._state(outcome) for outcome in side), key=BADNESS.__getitem__)
                sign = {"hit": "", "why": "cannot: ", "never": "never: "}[state]
                if state != "hit":
                    marks.append(f'<b class="{state}">{sign}{escape(side[0].word)}</b>')
        if branches and not marks:
            marks.append(f'<b class="hit">{"both" if len(branches) == 1 else "all"}</b>')
        if checks:
            reached = sum((site.id in self.hits) + (site.id + 1 in self.hits) for site in checks)
            marks.append(f'<b class="checks">checks {reached}/{2 * len(checks)}</b>')
        return f'<span class="marks">{"".join(marks)}</span>'

    def _detail(self, branches: list[Branch], checks: list[Site]) -> str:
        parts = []
        for branch in branches:
            site = branch[0][0].site
            parts.append(f'<span class="branch">{site.kind} <code>{escape(site.text)}</code></span>')
            parts.append(f"<dl>{''.join(self._side(side) for side in branch)}</dl>")
        if checks:
            parts.append('<span class="branch">what the compiler checks here</span>')
            parts.append(f"<dl>{''.join(self._side(side) for branch in _branches(checks) for side in branch)}</dl>")
        return "".join(parts)

    def _side(self, side: tuple[Outcome, ...]) -> str:
        """A side of a branch: how often in each contract, or why never."""
        times = ", ".join(f"{o.site.contract} {self.counts[o.id]:,}" for o in side if o.id in self.hits)
        state = max((self._state(outcome) for outcome in side), key=BADNESS.__getitem__)
        lines = [f'<span class="hit">{times}</span>'] if times else []
        reasons: dict[str, list[str]] = {}
        for outcome in side:
            if outcome.id in self.judgement.explained:
                entry = self.judgement.explained[outcome.id]
                text = f"{entry.reason} {entry.evidence}".strip()
                reasons.setdefault(text, []).append(outcome.site.contract)
            elif outcome.id not in self.hits:
                reasons.setdefault("", []).append(outcome.site.contract)
        for reason, contracts in reasons.items():
            names = ", ".join(dict.fromkeys(contracts))
            if reason:
                lines.append(f'<span class="why">never in {names}: {escape(reason)}</span>')
            else:
                lines.append(f'<span class="never">never in {names}</span>')
        word, kind = side[0].word, side[0].site.kind
        return f'<dt class="{state}">{escape(word)}</dt><dd class="branch">{kind}</dd><dd>{"; ".join(lines)}</dd>'


def _branches(sites: list[Site]) -> list[Branch]:
    """The same branch in several contracts is one."""
    found: dict[tuple[object, ...], list[Site]] = {}
    seen: Counter[tuple[object, ...]] = Counter()
    for site in sites:
        words = tuple(sorted(site.words))
        key = (site.column, site.end_line, site.end_column, site.kind, site.text, words)
        again = (site.contract, *key)
        found.setdefault((*key, seen[again]), []).append(site)  # the compiler may check one thing twice
        seen[again] += 1
    branches = []
    for same in found.values():
        first, second = sorted(same[0].words, key=_order)
        sides = [tuple(Outcome(s, s.words.index(word)) for s in same) for word in (first, second)]
        branches.append((sides[0], sides[1]))
    return branches


def _order(word: str) -> bool:
    """The good side first."""
    return word in ("fails", "not taken", "false", "reverts", "ended", "no rounds")


def _quoted(lines: list[str]) -> set[int]:
    """The lines of docstrings."""
    found, inside = set(), False
    for number, line in enumerate(lines, 1):
        marks = line.count('"""')
        if inside or marks:
            found.add(number)
        if marks % 2:
            inside = not inside
    return found


def _code(line: str, quoted: bool) -> str:
    """A line of source; comments and docstrings stand back."""
    if quoted:
        return f'<span class="note">{escape(line, quote=False)}</span>'
    code, sign, comment = line.partition("#")
    if not sign:
        return escape(line, quote=False)
    return f'{escape(code, quote=False)}<span class="note">{escape(sign + comment, quote=False)}</span>'
