"""Other builds of the deployed contracts: the same sources through another code generator or optimizer.

They are never shipped. They are there to disagree: a contract that behaves in another way under another code generator
is miscompiled by one of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from novation.chain.compiler import (
    CACHE,
    ROOT,
    Artifact,
    CompilationFailed,
    artifact_data,
    artifact_from,
    artifact_of,
    compile_all,
    open_contract,
    save,
    source_hash,
    sources,
)
from novation.deployment.system import OURS

# The source's own choice would contradict the build's; the line stays, so that positions do.
_PRAGMA = re.compile(r"^# pragma optimize \w+$", re.MULTILINE)


@dataclass(frozen=True)
class Build:
    """A way to compile. `settings` are Vyper's by name, `optimize` the optimizer's level by name."""

    name: str
    optimize: str
    venom: bool
    what: str

    def settings(self) -> dict[str, Any]:
        """As Vyper takes them."""
        from vyper.compiler.settings import OptimizationLevel

        chosen: dict[str, Any] = {"optimize": OptimizationLevel[self.optimize]}
        return chosen | ({"experimental_codegen": True} if self.venom else {})


BUILDS = {
    build.name: build
    for build in (
        Build("venom", "GAS", True, "the experimental code generator"),
        Build("none", "NONE", False, "no optimizer: the plainest code"),
        Build("codesize", "CODESIZE", False, "optimized for size"),
    )
}


@dataclass(frozen=True)
class Built:
    """What a build made: artifacts by contract, the compiler's error where it made none."""

    build: Build
    artifacts: dict[str, Artifact]
    refused: dict[str, str] = field(default_factory=dict)


def deployed() -> tuple[str, ...]:
    """The contracts that a system is deployed of, mocks left out."""
    return tuple(OURS.values())


def price_sources() -> tuple[str, ...]:
    """The contracts that stand between a network and an adapter, deployed for each feed."""
    return tuple(sorted(name for name, path in sources().items() if path.parent.name == "sources"))


def all_deployed() -> tuple[str, ...]:
    """Both."""
    return (*deployed(), *price_sources())


def compile_build(build: Build, progress: Callable[[str], None] = lambda name: None) -> Built:
    """Every deployed contract by another build, from the cache where nothing changed; what the compiler refuses is
    listed with its error."""
    artifacts: dict[str, Artifact] = {}
    refused: dict[str, str] = {}
    for name in deployed():
        progress(name)
        try:
            artifacts[name] = _compile(build, name)
        except CompilationFailed as error:
            refused[name] = str(error)
    return Built(build, artifacts, refused)


def other_places(built: Built) -> list[str]:
    """Contracts of a build whose variables are not where the shipped build has them: words cannot be compared then."""
    shipped = compile_all(list(built.artifacts))
    return [name for name, artifact in built.artifacts.items() if artifact.layout != shipped[name].layout]


def _compile(build: Build, name: str) -> Artifact:
    state = source_hash()
    cached = CACHE / state[:16] / "builds" / f"{name}.{build.name}.json"
    if cached.is_file():
        return artifact_from(json.loads(cached.read_text()))
    artifact = _compile_now(build, name, state)
    save(cached, artifact_data(artifact))
    return artifact


def _compile_now(build: Build, name: str, state: str) -> Artifact:
    """@raises CompilationFailed with the kind and the first line of whatever the compiler raised."""
    path = sources()[name]
    patches = {path.relative_to(ROOT).as_posix(): _PRAGMA.sub("#", path.read_text())}
    try:
        return artifact_of(name, open_contract(name, patches, **build.settings()), state)
    except CompilationFailed:
        raise
    except Exception as error:  # an unfinished code generator fails in any way it likes; the report shows how
        raise CompilationFailed(f"{type(error).__name__}: {str(error).strip().splitlines()[0]}") from error
