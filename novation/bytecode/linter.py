"""natrix, Vyper's linter, over the contracts, and what of its findings is accepted for which reason."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import NamedTuple

from novation.chain.compiler import CONTRACTS, ROOT

# It compiles every file alone, which the compiler refuses for modules that use another's state.
ALONE = ("ledger", "margin", "pools", "settlement", "market_registry")
DISABLED = {"NTX11": "it wants every argument to begin with `_`; ours are named for who reads them"}


class Finding(NamedTuple):
    """A rule, the file, and the linter's sentence."""

    rule: str
    file: str
    message: str


# What a price source has because its interface does, with the argument that it does not look at.
IDLE = {"prove": "update", "fee": "update", "latest": "", "observation": "id", "following": "id"}
SAYS_NOTHING = {
    "ChainlinkSource": ("prove", "fee"),
    "DataStreamsSource": ("latest", "observation", "following"),
    "MedianSource": ("prove", "fee", "observation", "following"),
    "PythSource": ("fee", "latest", "observation", "following"),
    "RedStoneSource": ("fee", "latest", "observation", "following"),
    "TwapSource": ("prove", "fee", "observation", "following"),
}


def _idle() -> dict[Finding, str]:
    found: dict[Finding, str] = {}
    for name, functions in SAYS_NOTHING.items():
        file = f"contracts/sources/{name}.vy"
        for function in functions:
            pure = f"Function '{function}' does not access state but is not marked as 'pure'."
            found[Finding("NTX5", file, pure)] = "the interface's other implementations do"
            if IDLE[function]:
                unused = f"Function '{function}' argument '{IDLE[function]}' is never used."
                found[Finding("NTX10", file, unused)] = "the interface has it"
    return found


ACCEPTED = _idle() | {
    Finding("NTX1", "contracts/ClearingPool.vy", "Function 'position_words' has a large frame size of 24704 bytes."): (
        "a view for up to 256 accounts, asked off chain"
    ),
    Finding("NTX1", "contracts/Lens.vy", "Function 'health_many' has a large frame size of 37184 bytes."): (
        "a view for up to 64 accounts, asked off chain"
    ),
    Finding("NTX1", "contracts/Lens.vy", "Function 'unhealthy_bits' has a large frame size of 69024 bytes."): (
        "a view for up to 256 accounts, asked off chain; its gas is in docs/gas.md"
    ),
    Finding("NTX8", "contracts/Lens.vy", "Variable 'step' is declared but never used."): (
        "Vyper's loops need a variable; the body halves an interval"
    ),
    Finding("NTX8", "contracts/sources/MedianSource.vy", "Variable 'i' is declared but never used."): (
        "as above; the body moves a value to its place"
    ),
    Finding("NTX8", "contracts/sources/RedStoneSource.vy", "Variable 'i' is declared but never used."): "likewise",
    Finding("NTX8", "contracts/sources/PythSource.vy", "Variable 'i' is declared but never used."): (
        "as above; the body reads on from where it is"
    ),
    Finding("NTX8", "contracts/sources/PythSource.vy", "Variable 'j' is declared but never used."): "likewise",
    Finding("NTX1", "contracts/sources/PythSource.vy", "Function 'prove' has a large frame size of 21504 bytes."): (
        "copies of an update of 4,096 bytes, paid by who brings it"
    ),
    Finding(
        "NTX4",
        "contracts/LiquidationModule.vy",
        "Function 'liquidate' reads contract state but is not marked as 'view'.",
    ): "wrong: it calls the vault, which changes state",
    Finding(
        "NTX4",
        "contracts/modules/price_updates.vy",
        "Function '_refund' reads contract state but is not marked as 'view'.",
    ): "wrong: it sends ether",
}


class LinterFailed(Exception):
    """The linter did not end as it should; the message is its last line."""


def linted() -> list[str]:
    """The files that it can read, by their paths from the root."""
    folder = ROOT / CONTRACTS
    paths = [path for pattern in ("*.vy", "modules/*.vy", "sources/*.vy") for path in sorted(folder.glob(pattern))]
    return [path.relative_to(ROOT).as_posix() for path in paths if path.stem not in ALONE]


def findings(files: Sequence[str]) -> list[Finding]:
    """All that it finds but for the disabled rules; about three seconds a file. @raises LinterFailed."""
    command = [sys.executable, "-m", "natrix", "lint", "--json", *files, "-d", *DISABLED]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    start = done.stdout.find("[")
    if start < 0:
        raise LinterFailed((done.stderr.strip() or done.stdout.strip() or "it says nothing").splitlines()[-1])
    found, _ = json.JSONDecoder().raw_decode(done.stdout[start:])
    return [Finding(item["code"], item["file"], item["message"]) for item in found]


def unexplained(found: Sequence[Finding]) -> list[str]:
    """Findings that are not accepted, and accepted ones that are no more, a sentence each."""
    lines = [f"{item.file}: {item.rule} {item.message}" for item in found if item not in ACCEPTED]
    gone = [item for item in ACCEPTED if item not in found]
    return lines + [f"{item.file}: {item.rule} is accepted and not found any more: {item.message}" for item in gone]
