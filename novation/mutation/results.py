"""What became of the mutants, a line each in a file that a later run goes on with.

A result is of the sources it was made with: where any of them has changed, it is not used.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from novation.chain import compiler
from novation.chain.compiler import ROOT
from novation.console import Refused

PATH = ROOT / ".cache" / "mutation" / "results.jsonl"
REJECTED, EQUIVALENT, DUPLICATE = "rejected", "equivalent", "duplicate"
CAMPAIGN, TESTS, SURVIVED, TIMEOUT = "campaign", "tests", "survived", "timeout"
DISPUTED = "disputed"  # a story fails on the true contracts: told, and no result
KILLED = (CAMPAIGN, TESTS)


class BadResults(Refused):
    """A file of results that cannot be read."""


@dataclass(frozen=True)
class Result:
    """`outcome` is one of the words above; `how` is the compiler's message, the mutant it is a copy of, what was
    noticed or the test that failed; `code` is a hash over the contract and its code, `source` of the sources."""

    name: str
    contract: str
    outcome: str
    how: str
    code: str
    seconds: float
    source: str = ""


def state() -> str:
    """The hash of the contracts' sources as they are, as pages show it."""
    return compiler.short_hash()


def load(path: Path = PATH) -> dict[str, Result]:
    """Those of the sources as they are, by the mutant's name; the last line of each counts. @raises BadResults."""
    now = state()
    return {result.name: result for result in _lines(path) if result.source == now}


def others(path: Path = PATH) -> int:
    """How many mutants have results of other sources alone. @raises BadResults."""
    now = state()
    fresh, old = set[str](), set[str]()
    for result in _lines(path):
        (fresh if result.source == now else old).add(result.name)
    return len(old - fresh)


def hints(path: Path = PATH) -> dict[str, str]:
    """How a mutant was noticed the last time, by its name, under whatever sources: where to look first.

    @raises BadResults.
    """
    return {result.name: result.how for result in _lines(path) if result.outcome in KILLED}


def _lines(path: Path) -> Iterator[Result]:
    """@raises BadResults for a line that is no result."""
    if not path.is_file():
        return
    for number, line in enumerate(path.read_text().splitlines(), 1):
        try:
            yield Result(**json.loads(line))
        except (ValueError, TypeError) as error:
            raise BadResults(f"{path}, line {number} is no result of a mutant: delete the line") from error


def append(results: Iterable[Result], path: Path = PATH) -> None:
    """Adds lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a") as file:
        for result in results:
            file.write(json.dumps(asdict(result)) + "\n")
