"""The contracts with a probe at every branch.

A probe asks for the balance of an address that stands for the outcome, and the engine remembers every account that was
ever asked for, in calls that revert, too. Before each `JUMPI`, where the stack holds (destination, condition):

    DUP2 ISZERO PUSH4 <id> ADD COINBASE ADD BALANCE POP       id: it jumps, id + 1: it goes on

A check of the compiler's that jumps to the shared revert, and after which the code goes straight on to another `JUMPI`,
has its probe on the way to the revert, where it costs nothing: that it passed is told by the next one (`behind`).
At the head of a block that ends otherwise and has a line of which nothing before it tells that it has run there is


    PUSH4 <id> COINBASE ADD BALANCE POP

The addresses lie at BASE, far from precompiles and from accounts, which are hashes. COINBASE is zero unless somebody
sets it: a salt, by which the hits of one sequence are told from those of another. Symbols resolve when the code is
assembled, after the probes are in. Gas differs from the plain build's, nothing else does.
"""

from __future__ import annotations

import fcntl
import json
import multiprocessing
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from novation.chain.compiler import CACHE, Artifact, artifact_of, open_contract, source_hash
from novation.fuzz.coverage.origins import Origin, Traced
from novation.fuzz.coverage.sites import PASSES, Site, path_of, site

CONTRACTS = (
    "ClearingPool",
    "CollateralVault",
    "Lens",
    "OracleAdapter",
    "OrderModule",
    "LiquidationModule",
    "PoolShares",
)
BASE = 0xC000_0000
SPAN = 1 << 16  # ids of a contract
WORKERS = 2
FORMAT = 10  # of the cached files
ENDS = ("JUMP", "RETURN", "REVERT", "STOP", "INVALID", "SELFDESTRUCT")

Lines = dict[str, dict[int, tuple[int, ...]]]
"""By file and line: the ids of which any tells that the line has run."""


class Instrumented(NamedTuple):
    """A contract with probes, its branches, and how its lines show."""

    artifact: Artifact
    sites: tuple[Site, ...]
    lines: Lines
    behind: dict[int, int]  # by branch: the one before it that must have passed


def instrument(names: Iterable[str] = CONTRACTS) -> dict[str, Instrumented]:
    """Builds with probes, from the cache where nothing changed. @raises KeyError for a contract without a span."""
    wanted = list(names)
    for name in wanted:
        if name not in CONTRACTS:
            raise KeyError(f"there are no probes for {name}")
    folder = CACHE / source_hash()[:16] / f"coverage{FORMAT}"
    missing = [name for name in wanted if not (folder / f"{name}.json").is_file()]
    if missing:
        with _lock():  # parallel test processes compile once
            _compile([(name, folder) for name in missing if not (folder / f"{name}.json").is_file()])
    return {name: _load(folder / f"{name}.json") for name in wanted}


def replaced() -> dict[str, Artifact]:
    """The builds as `Stages` and `build` take them."""
    return {name: found.artifact for name, found in instrument().items()}


def sites() -> tuple[Site, ...]:
    """The branches of all contracts."""
    return tuple(site for found in instrument().values() for site in found.sites)


def _compile(jobs: list[tuple[str, Path]]) -> None:
    if len(jobs) > 1 and sys.platform == "linux":
        with ProcessPoolExecutor(WORKERS, multiprocessing.get_context("fork")) as pool:
            for _ in pool.map(_compile_one, jobs):
                pass
        return
    for job in jobs:
        _compile_one(job)


def _compile_one(job: tuple[str, Path]) -> None:
    name, folder = job
    made = compiled(name)
    artifact = vars(made.artifact) | {"bytecode": made.artifact.bytecode.hex()}
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{name}.new"
    fresh.write_text(
        json.dumps({"artifact": artifact, "sites": made.sites, "lines": made.lines, "behind": made.behind})
    )
    fresh.replace(folder / f"{name}.json")


@lru_cache(maxsize=32)
def _load(path: Path) -> Instrumented:
    data = json.loads(path.read_text())
    artifact = Artifact(**{**data["artifact"], "bytecode": bytes.fromhex(data["artifact"]["bytecode"])})
    found = tuple(Site._make([*fields[:-1], tuple(fields[-1])]) for fields in data["sites"])
    lines = {file: {int(line): tuple(ids) for line, ids in of.items()} for file, of in data["lines"].items()}
    return Instrumented(artifact, found, lines, {int(after): before for after, before in data["behind"].items()})


@contextmanager
def _lock() -> Iterator[None]:
    """One compiling process at a time."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / ".lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def compiled(name: str) -> Instrumented:
    """A contract with probes, compiled now."""
    from vyper.ir.compile_ir import assembly_to_evm

    data = open_contract(name)
    traced = Traced(data)
    plain = assembly_to_evm(traced.assembly, compiler_metadata=bytes.fromhex(data.integrity_sum))[0]
    if plain != data.bytecode:
        raise AssertionError(f"{name}: tracing has changed the code")
    prober = _Prober(name, traced)
    traced.runtime[1:] = prober.probed(traced.runtime[1:])
    code = assembly_to_evm(traced.assembly, compiler_metadata=bytes.fromhex(data.integrity_sum))[0]
    lines = {file: {line: tuple(sorted(ids)) for line, ids in sorted(of.items())} for file, of in prober.lines.items()}
    artifact = artifact_of(name, data, source_hash(), code)
    return Instrumented(artifact, tuple(prober.sites), lines, prober.behind)


class _Prober:
    """Puts probes into one contract."""

    def __init__(self, contract: str, traced: Traced) -> None:
        self.contract = contract
        self.traced = traced
        self.next = CONTRACTS.index(contract) * SPAN
        self.sites: list[Site] = []
        self.lines: dict[str, dict[int, set[int]]] = {}
        self.behind: dict[int, int] = {}

    def _new(self) -> int:
        self.next += 2
        if self.next % SPAN == 0:
            raise OverflowError(f"{self.contract} has more than {SPAN // 2} probes")
        return self.next - 2

    def probed(self, code: list[Any]) -> list[Any]:
        """A runtime with its probes."""
        made: list[Any] = []
        aside: list[Any] = []  # probes on the way to the revert
        went_on: int | None = None  # the outcome by which the block is entered, if it is the only way
        passed: int | None = None  # the check before it, whose passing it tells
        blocks = [*_blocks(code), []]
        for block, following in zip(blocks, blocks[1:], strict=False):
            headed = block[1:2] == ["JUMPDEST"]
            evidence: tuple[int, ...] = () if went_on is None or headed else (went_on,)
            went_on = None
            if isinstance(block[0], list):  # data: the end of the code
                made += aside
                aside = []
            elif block[-1] == "JUMPI":
                number = self._new()
                found = site(self.traced, self.contract, number, block[-1], block[-5:-1])
                self.sites.append(found)
                evidence = (number, number + 1)
                went_on = number + 1
                if passed is not None:
                    self.behind[number] = passed
                passed = None
                if found.words[0] == PASSES[1] and _goes_straight_on(block, following):
                    passed = number
                    label = f"_sym_probe{number}"
                    aside += [label, "JUMPDEST", *_block_probe(number), block[-2], "JUMP"]
                    block = [*block[:-2], label, block[-1]]
                else:
                    block = [*block[:-1], *_branch_probe(number), block[-1]]
            elif headed and not all(line in self.lines.get(file, ()) for file, line in self._lines(block)):
                evidence = (self._new(),)
                block = [*block[:2], *_block_probe(evidence[0]), *block[2:]]
            for file, line in self._lines(block) if evidence else ():
                self.lines.setdefault(file, {}).setdefault(line, set()).update(evidence)
            made += block
        return made + aside

    def _lines(self, block: list[Any]) -> set[tuple[str, int]]:
        """The lines that a block's instructions are of."""
        origins = {id(found): found for item in block if (found := self.traced.of(item)) is not None}
        return {place for origin in origins.values() if (place := _place(origin)) is not None}


def _goes_straight_on(block: list[Any], following: list[Any]) -> bool:
    """Whether a check jumps to the shared revert, and what follows has no other way in and ends with a `JUMPI`."""
    shared = _is_label(block[-2]) and "revert" in block[-2]
    return shared and following[-1:] == ["JUMPI"] and following[1:2] != ["JUMPDEST"]


def _place(origin: Origin) -> tuple[str, int] | None:
    if origin.ast is None:
        return None
    node = origin.ast.get_original_node()
    return (path_of(node), node.lineno) if node.lineno else None


def _blocks(code: list[Any]) -> Iterator[list[Any]]:
    """Runs of instructions that are entered at their head and left at their end; data comes last, as it is."""
    block: list[Any] = []
    for index, item in enumerate(code):
        if isinstance(item, list) or (_is_label(item) and code[index + 1 : index + 2] == ["JUMPDEST"]):
            if block:
                yield block
            block = []
        block.append(item)
        if item == "JUMPI" or item in ENDS:
            yield block
            block = []
    if block:
        yield block


def _is_label(item: Any) -> bool:
    return isinstance(item, str) and item.startswith("_sym_")


def _branch_probe(number: int) -> list[Any]:
    return ["DUP2", "ISZERO", *_push(number), "ADD", "COINBASE", "ADD", "BALANCE", "POP"]


def _block_probe(number: int) -> list[Any]:
    return [*_push(number), "COINBASE", "ADD", "BALANCE", "POP"]


def _push(number: int) -> list[Any]:
    return ["PUSH4", *(BASE + number).to_bytes(4, "big")]
