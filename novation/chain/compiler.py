"""Compiles the contracts in process with the pinned Vyper: legacy `gas` optimizer, Cancun.

Artifacts are cached on disk by a hash over every `.vy` and `.vyi` file and the compiler's version, so an edited module
or interface never leaves an importer stale. `python -m novation.chain.compiler` prints the sizes.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import multiprocessing
import os
import sys
import sysconfig
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vyper.compiler import CompilerData

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "artifacts"
CONTRACTS = "contracts"
FOLDERS = (CONTRACTS, "interfaces")
SIZE_LIMIT = 24_576  # EIP-170
WORKERS = 2
FORMAT = 1  # of the cached files
VYPER_VERSION = "0.4.3"
EVM_VERSION = "cancun"


class CompilationFailed(Exception):
    """A contract does not compile; the message is the compiler's, after the file's path."""


@dataclass(frozen=True)
class Artifact:
    """A compiled contract. `runtime_size` counts immutables, as EIP-170 does; `source_hash` is over all sources."""

    name: str
    path: str
    abi: list[dict[str, Any]]
    bytecode: bytes
    runtime_size: int
    source_hash: str
    method_ids: dict[str, str]
    layout: dict[str, Any]  # Vyper's: storage_layout, transient_storage_layout, code_layout


def sources() -> dict[str, Path]:
    """Every deployable contract by name: `contracts/*.vy`, `contracts/sources/*.vy` and `contracts/mocks/*.vy`."""
    folder = ROOT / CONTRACTS
    found: dict[str, Path] = {}
    for path in sorted([*folder.glob("*.vy"), *folder.glob("sources/*.vy"), *folder.glob("mocks/*.vy")]):
        if path.stem in found:
            raise CompilationFailed(f"two contracts are called {path.stem}: {found[path.stem]} and {path}")
        found[path.stem] = path
    return found


def source_hash() -> str:
    """A hash over all `.vy` and `.vyi` files, their paths, the compiler and its settings."""
    digest = hashlib.sha256(f"{VYPER_VERSION} gas {EVM_VERSION} {FORMAT}".encode())
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.vy*")):
            if path.suffix in (".vy", ".vyi"):
                text = path.read_bytes()
                digest.update(f"\0{path.relative_to(ROOT).as_posix()}\0{len(text)}\0".encode() + text)
    return digest.hexdigest()


def short_hash() -> str:
    """The first 16 digits of `source_hash`, as pages and folders have it."""
    return source_hash()[:16]


def compile_all(names: Iterable[str] | None = None) -> dict[str, Artifact]:
    """The artifacts of all contracts, or of the named ones, from the cache where nothing changed.

    @raises CompilationFailed; KeyError for an unknown name.
    """
    available = sources()
    wanted = list(available) if names is None else list(names)
    for name in wanted:
        if name not in available:
            raise KeyError(f"there is no contract {name}")
    state = source_hash()
    targets = {name: _cached(state, name) for name in wanted}
    fill_cache(targets, _compile_one)
    return {name: _load(target) for name, target in targets.items()}


def fill_cache(targets: Mapping[str, Path], compile_one: Callable[[tuple[str, Path]], None]) -> None:
    """Compiles contracts whose files are missing, in parallel where it pays and the platform can fork.

    `compile_one` gets a contract's name and file. Parallel processes wait for each other and compile once.
    """
    if all(target.is_file() for target in targets.values()):
        return
    with _lock():
        jobs = [(name, target) for name, target in targets.items() if not target.is_file()]
        if len(jobs) > 1 and sys.platform == "linux":
            with ProcessPoolExecutor(WORKERS, multiprocessing.get_context("fork")) as pool:
                for _ in pool.map(compile_one, jobs):
                    pass
            return
        for job in jobs:
            compile_one(job)


def save(target: Path, data: Mapping[str, Any]) -> None:
    """Writes a file of the cache: another process sees all of it or nothing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_suffix(".new")
    fresh.write_text(json.dumps(data))
    fresh.replace(target)


def artifact_data(artifact: Artifact) -> dict[str, Any]:
    """An artifact as JSON can hold it."""
    return vars(artifact) | {"bytecode": artifact.bytecode.hex()}


def artifact_from(data: Mapping[str, Any]) -> Artifact:
    """The artifact that `artifact_data` was given."""
    return Artifact(**{**data, "bytecode": bytes.fromhex(data["bytecode"])})


def _compile_one(job: tuple[str, Path]) -> None:
    """Compiles one contract and writes its artifact."""
    name, target = job
    save(target, artifact_data(artifact_of(name, open_contract(name), source_hash())))


def open_contract(name: str, patches: Mapping[str, str] | None = None, **settings: Any) -> CompilerData:
    """A contract in the compiler; its stages are computed when asked for. @raises KeyError for an unknown name.

    `patches` replaces whole sources, by their path from the root; `settings` are Vyper's, in place of the pinned ones.
    """
    from vyper.compiler import CompilerData
    from vyper.compiler.input_bundle import FilesystemInputBundle
    from vyper.compiler.settings import OptimizationLevel, Settings

    class Bundle(FilesystemInputBundle):  # type: ignore[misc]
        def _load_from_path(self, resolved_path: Path, original_path: Path) -> Any:
            found = super()._load_from_path(resolved_path, original_path)
            name = os.path.relpath(resolved_path, ROOT)
            return replace(found, contents=patches[name]) if patches and name in patches else found

    bundle = Bundle([Path(sysconfig.get_path("purelib")), ROOT])  # the last one is searched first
    chosen = Settings(**({"evm_version": EVM_VERSION, "optimize": OptimizationLevel.GAS} | settings))
    return CompilerData(bundle.load_file(sources()[name]), input_bundle=bundle, settings=chosen)


def artifact_of(name: str, data: CompilerData, state: str = "", bytecode: bytes | None = None) -> Artifact:
    """What a contract compiles to; `bytecode` in place of the compiler's creation code. @raises CompilationFailed."""
    from vyper.compiler.output import build_abi_output, build_layout_output, build_method_identifiers_output
    from vyper.exceptions import VyperException

    path = sources()[name].relative_to(ROOT)
    try:
        return Artifact(
            name=name,
            path=path.as_posix(),
            abi=build_abi_output(data),
            bytecode=data.bytecode if bytecode is None else bytecode,
            runtime_size=len(data.bytecode_runtime)
            + data.annotated_vyper_module._metadata["type"].immutable_section_bytes,
            source_hash=state,
            method_ids=build_method_identifiers_output(data),
            layout=build_layout_output(data),
        )
    except VyperException as error:
        raise CompilationFailed(f"{path}: {error}") from None


def sources_of(name: str) -> tuple[str, ...]:
    """Our files that a contract is made of, itself first, by their paths from the root; without interfaces."""
    found = open_contract(name).resolved_imports.compiler_inputs
    folder = ROOT / CONTRACTS
    paths = (sources()[name], *(Path(item.resolved_path) for item in found))
    mine = (path for path in paths if path.suffix == ".vy" and path.is_relative_to(folder))
    return tuple(dict.fromkeys(path.relative_to(ROOT).as_posix() for path in mine))


def _cached(state: str, name: str) -> Path:
    return CACHE / state[:16] / f"{name}.json"


@lru_cache(maxsize=256)
def _load(path: Path) -> Artifact:
    """A cached artifact; the same object every time, so that its ABI is parsed once."""
    return artifact_from(json.loads(path.read_text()))


@contextmanager
def _lock() -> Iterator[None]:
    """One compiling process at a time."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / ".lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main(arguments: list[str]) -> int:
    """Prints every contract's size; `--warnings-are-errors` compiles anew and fails on the first warning."""
    status = 0
    if "--warnings-are-errors" in arguments:
        warnings.simplefilter("error")
        for name, path in sources().items():
            try:
                _compile_one((name, _cached(source_hash(), name)))
            except (CompilationFailed, Warning) as error:
                print(error if isinstance(error, CompilationFailed) else f"{path.name}: {error}", file=sys.stderr)
                status = 1
        if status:
            return status
    for name, artifact in compile_all().items():
        over = artifact.runtime_size > SIZE_LIMIT
        print(f"{name:28} {artifact.runtime_size:6,} bytes{'  over the limit of EIP-170' if over else ''}")
        if over and not artifact.path.startswith(f"{CONTRACTS}/mocks/"):
            status = 1
    return status


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
