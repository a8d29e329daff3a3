"""What became of the mutants, a line each in a file that a later run goes on with."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from novation.chain.compiler import ROOT

PATH = ROOT / ".cache" / "mutation" / "results.jsonl"
REJECTED, EQUIVALENT, DUPLICATE = "rejected", "equivalent", "duplicate"
CAMPAIGN, TESTS, SURVIVED, TIMEOUT = "campaign", "tests", "survived", "timeout"
KILLED = (CAMPAIGN, TESTS, TIMEOUT)


@dataclass(frozen=True)
class Result:
    """`outcome` is one of the words above; `how` is the compiler's message, the mutant it is a copy of, what was
    noticed or the test that failed; `code` is a hash over the contract and its code."""

    name: str
    contract: str
    outcome: str
    how: str
    code: str
    seconds: float


def load(path: Path = PATH) -> dict[str, Result]:
    """By the mutant's name; the last line of each counts. @raises ValueError for a line that is none of ours."""
    if not path.is_file():
        return {}
    found = {}
    for line in path.read_text().splitlines():
        result = Result(**json.loads(line))
        found[result.name] = result
    return found


def append(results: Iterable[Result], path: Path = PATH) -> None:
    """Adds lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a") as file:
        for result in results:
            file.write(json.dumps(asdict(result)) + "\n")
