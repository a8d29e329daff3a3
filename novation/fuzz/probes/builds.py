"""The contracts with a probe at every branch (`weaving`): built, cached on disk, and what is known about them.

The addresses that probes ask for lie at BASE, far from precompiles and from accounts, which are hashes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from novation.chain.compiler import (
    CACHE,
    Artifact,
    artifact_data,
    artifact_from,
    artifact_of,
    fill_cache,
    open_contract,
    save,
    short_hash,
    source_hash,
)
from novation.deployment.system import OURS
from novation.fuzz.probes.origins import Traced
from novation.fuzz.probes.sites import Site
from novation.fuzz.probes.weaving import Weaver

CONTRACTS = tuple(sorted(OURS.values()))
BASE = 0xC000_0000
SPAN = 1 << 16  # ids of a contract
FORMAT = 11  # of the cached files

Lines = dict[str, dict[int, tuple[int, ...]]]
"""By file and line: the ids of which any tells that the line has run."""


class Instrumented(NamedTuple):
    """A contract with probes, its branches, and how its lines show."""

    artifact: Artifact
    sites: tuple[Site, ...]
    lines: Lines
    behind: dict[int, int]  # by branch: the outcome right before it that it tells


def instrument(names: Iterable[str] = CONTRACTS) -> dict[str, Instrumented]:
    """Builds with probes, from the cache where nothing changed. @raises KeyError for a contract without a span."""
    wanted = list(names)
    for name in wanted:
        if name not in CONTRACTS:
            raise KeyError(f"there are no probes for {name}")
    folder = CACHE / short_hash() / f"coverage{FORMAT}"
    targets = {name: folder / f"{name}.json" for name in wanted}
    fill_cache(targets, _compile_one)
    return {name: _load(target) for name, target in targets.items()}


def replaced() -> dict[str, Artifact]:
    """The builds as `Stages` and `build` take them."""
    return {name: found.artifact for name, found in instrument().items()}


def sites() -> tuple[Site, ...]:
    """The branches of all contracts."""
    return tuple(site for found in instrument().values() for site in found.sites)


def _compile_one(job: tuple[str, Path]) -> None:
    name, target = job
    made = compiled(name)
    save(
        target,
        {"artifact": artifact_data(made.artifact), "sites": made.sites, "lines": made.lines, "behind": made.behind},
    )


@lru_cache(maxsize=32)
def _load(path: Path) -> Instrumented:
    data = json.loads(path.read_text())
    found = tuple(Site._make([*fields[:-1], tuple(fields[-1])]) for fields in data["sites"])
    lines = {file: {int(line): tuple(ids) for line, ids in of.items()} for file, of in data["lines"].items()}
    behind = {int(after): before for after, before in data["behind"].items()}
    return Instrumented(artifact_from(data["artifact"]), found, lines, behind)


def compiled(name: str) -> Instrumented:
    """A contract with probes, compiled now."""
    from vyper.ir.compile_ir import assembly_to_evm

    data = open_contract(name)
    traced = Traced(data)
    plain = assembly_to_evm(traced.assembly, compiler_metadata=bytes.fromhex(data.integrity_sum))[0]
    if plain != data.bytecode:
        raise AssertionError(f"{name}: tracing has changed the code")
    start = CONTRACTS.index(name) * SPAN
    weaver = Weaver(name, traced, start, BASE)
    traced.runtime[1:] = weaver.woven(traced.runtime[1:])
    if weaver.next > start + SPAN:
        raise OverflowError(f"{name} has more than {SPAN // 2} probes")
    code = assembly_to_evm(traced.assembly, compiler_metadata=bytes.fromhex(data.integrity_sum))[0]
    lines = {file: {line: tuple(sorted(ids)) for line, ids in sorted(of.items())} for file, of in weaver.lines.items()}
    artifact = artifact_of(name, data, source_hash(), code)
    return Instrumented(artifact, tuple(weaver.sites), lines, weaver.behind)
