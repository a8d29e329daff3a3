"""What was reached, contract by contract, as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from typing import NamedTuple

from novation.fuzz.coverage.explained import Judgement, outcomes
from novation.fuzz.probes.builds import CONTRACTS, instrument
from novation.fuzz.probes.sites import COMPILER, USER, Site
from novation.report.columns import aligned

HEAD = ("contract", "lines", "written", "never, and why", "unexplained", "compiler's", "never, and why", "unexplained")


class Score(NamedTuple):
    """Of a level in a contract or in a file: outcomes reached, never reached but explained, neither."""

    reached: int
    explained: int
    unexplained: int

    @property
    def total(self) -> int:
        """All outcomes."""
        return sum(self)

    def __str__(self) -> str:
        return f"{self.reached}/{self.total}"


def score(sites: list[Site], hits: Set[int], judgement: Judgement) -> Score:
    """Of some branches."""
    kinds = Counter(
        0 if outcome.id in hits else 1 if outcome.id in judgement.explained else 2 for outcome in outcomes(sites)
    )
    return Score(kinds[0], kinds[1], kinds[2])


def lines_run(contract: str, hits: Set[int]) -> tuple[int, int]:
    """Lines of the source that have run in a contract, and all that have code."""
    lines = [ids for of in instrument([contract])[contract].lines.values() for ids in of.values()]
    return sum(not hits.isdisjoint(ids) for ids in lines), len(lines)


def rows(sites: tuple[Site, ...], hits: Set[int], judgement: Judgement) -> list[tuple[str, ...]]:
    """A row a contract, and one of all."""
    found = []
    total = {level: Counter[str]() for level in (USER, COMPILER)}
    run_in_all = [0, 0]
    for contract in CONTRACTS:
        row = [contract]
        run, all_lines = lines_run(contract, hits)
        run_in_all = [run_in_all[0] + run, run_in_all[1] + all_lines]
        row.append(f"{run}/{all_lines}")
        for level in (USER, COMPILER):
            of = score([s for s in sites if s.contract == contract and s.level == level], hits, judgement)
            row += [str(of), str(of.explained), str(of.unexplained)]
            total[level].update(of._asdict())
        found.append(tuple(row))
    sums = [str(value) for level in (USER, COMPILER) for value in _sums(Score(**total[level]))]
    found.append(("all", f"{run_in_all[0]}/{run_in_all[1]}", *sums))
    return found


def _sums(of: Score) -> tuple[str, str, str]:
    return str(of), str(of.explained), str(of.unexplained)


def show(sites: tuple[Site, ...], hits: Set[int], judgement: Judgement) -> str:
    """The table, then what is wrong with the explanations and what has none."""
    lines = aligned([HEAD, *rows(sites, hits, judgement)])
    for entry, outcome in judgement.wrong:
        lines.append(f"WRONG: reached, but explained ({entry.reason.splitlines()[0]}): {outcome}")
    for entry in judgement.stale:
        lines.append(f"STALE: about nothing in the contracts: {dict(entry.wanted)}")
    for level, name in ((USER, "written"), (COMPILER, "the compiler's")):
        missing = [outcome for outcome in judgement.unexplained if outcome.site.level == level]
        if missing:
            lines.append(f"{len(missing)} outcomes of {name} branches are not reached and not explained:")
            lines += [f"  {outcome}" for outcome in missing]
    return "\n".join(lines)
