"""Contracts with a bug in them, compiled once: cached by the texts that they are made of."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from novation.chain.compiler import (
    EVM_VERSION,
    ROOT,
    VYPER_VERSION,
    Artifact,
    artifact_data,
    artifact_from,
    artifact_of,
    open_contract,
    save,
    sources_of,
)
from novation.deployment.system import OURS
from tests.planted.bug import Bug

CACHE = ROOT / ".cache" / "planted"
DEPLOYED = tuple(sorted(OURS.values()))


class Build(NamedTuple):
    """The contracts that a bug is in, and how many seconds the compiler took for them (0 from the cache)."""

    artifacts: dict[str, Artifact]
    seconds: float


@lru_cache(maxsize=len(DEPLOYED))
def made_of(name: str) -> frozenset[str]:
    """The source files of a contract."""
    return frozenset(sources_of(name))


@lru_cache(maxsize=1)
def interfaces() -> frozenset[str]:
    """Their files."""
    return frozenset(path.relative_to(ROOT).as_posix() for path in (ROOT / "interfaces").glob("*.vyi"))


def build(bug: Bug) -> Build:
    """Every contract that one of the bug's files is part of, the lens too: a bug in a shared module is everywhere.

    @raises ValueError where the bug no longer fits its source; CompilationFailed.
    """
    patches = bug.patches()
    names = [name for name in DEPLOYED if made_of(name) & patches.keys()]
    start = time.process_time()
    found = {name: _artifact(name, patches) for name in names}
    fresh = any(is_new for _, is_new in found.values())
    return Build({name: artifact for name, (artifact, _) in found.items()}, fresh * (time.process_time() - start))


def _artifact(name: str, patches: Mapping[str, str]) -> tuple[Artifact, bool]:
    """@return it, and whether it had to be compiled."""
    digest = hashlib.sha256(f"{VYPER_VERSION} {EVM_VERSION} {name}".encode())
    for path in sorted(made_of(name) | interfaces()):
        digest.update(f"\0{path}\0{patches.get(path) or (ROOT / path).read_text()}".encode())
    file = CACHE / f"{digest.hexdigest()[:32]}.json"
    if file.is_file():
        return artifact_from(json.loads(file.read_text())), False
    artifact = artifact_of(name, open_contract(name, patches))
    save(file, artifact_data(artifact))
    return artifact, True
