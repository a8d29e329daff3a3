"""What is committed of the compiled contracts: sizes, storage layouts, selectors and topics, call sites and loops.

A change of any of them is a change for somebody: sizes for who deploys, layouts for the tools that read words (the
lens's users, the fuzzer) and for upgrades, selectors and topics for every caller, call sites for auditors.
`python -m novation.bytecode --write` accepts what is compiled now.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from eth_utils.crypto import keccak

from novation.bytecode.builds import all_deployed
from novation.bytecode.disassembly import parts_of
from novation.bytecode.sites import external_calls, loops
from novation.bytecode.trees import shipped
from novation.chain.abi import canonical
from novation.chain.compiler import ROOT, SIZE_LIMIT, Artifact, compile_all

FOLDER = ROOT / "tests" / "bytecode"
ACCEPT = "python -m novation.bytecode --write"
Facts = dict[str, Any]


def sizes(artifact: Artifact) -> dict[str, int]:
    """Bytes: of the runtime code as EIP-170 counts it, what is left below its limit, of the creation code."""
    parts = parts_of(artifact.bytecode)
    return {
        "runtime": artifact.runtime_size,
        "left": SIZE_LIMIT - artifact.runtime_size,
        "immutables": parts.immutables,
        "creation": len(artifact.bytecode),
    }


def layout(artifact: Artifact) -> dict[str, dict[str, str]]:
    """Where every variable is: storage and transient slots, offsets of immutables behind the code."""
    found: dict[str, dict[str, str]] = {}
    for part, key in (("storage", "slot"), ("transient_storage", "slot"), ("code", "offset")):
        places = sorted(_variables(artifact.layout.get(f"{part}_layout", {})), key=lambda item: int(item[1][key]))
        found[part.removesuffix("_storage")] = {
            name: f"{key} {entry[key]}, {entry.get('n_slots', 0) or entry.get('length', 0)} "
            f"{'bytes' if key == 'offset' else 'slots'}, {_type(entry['type'])}"
            for name, entry in places
        }
    return found


def _variables(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, entry in tree.items():
        if "type" in entry and not isinstance(entry["type"], Mapping):
            yield prefix + name, entry
        else:
            yield from _variables(entry, f"{prefix}{name}.")


def _type(name: str) -> str:
    """A type without the folder that its interface comes from."""
    return Path(name).stem if name.endswith(".vyi") else name


def interface(artifact: Artifact) -> dict[str, dict[str, str]]:
    """Selectors of functions and topics of events, by signature."""
    topics = {}
    for entry in artifact.abi:
        if entry["type"] == "event":
            signature = f"{entry['name']}({','.join(canonical(item) for item in entry['inputs'])})"
            topics[signature] = f"0x{keccak(text=signature).hex()}"
    selectors = {signature: f"0x{int(found, 16):08x}" for signature, found in artifact.method_ids.items()}
    return {"functions": dict(sorted(selectors.items())), "events": dict(sorted(topics.items()))}


def compiled() -> dict[str, Facts]:
    """The facts of what is compiled now, by file below tests/bytecode."""
    names = sorted(all_deployed())  # the files keep their order whatever the list's is
    artifacts = compile_all(names)
    files: dict[str, Facts] = {"sizes.json": {name: sizes(artifacts[name]) for name in names}}
    sites: Facts = {}
    for name in names:
        files[f"layouts/{name}.json"] = layout(artifacts[name])
        files[f"interfaces/{name}.json"] = interface(artifacts[name])
        tree = shipped(name)
        sites[name] = {
            "calls": sorted(call.shown() for call in external_calls(tree)),
            "loops": sorted(loop.shown() for loop in loops(tree)),
        }
    return files | {"sites.json": sites}


def committed(folder: Path = FOLDER) -> dict[str, Facts]:
    """The facts as they stand in the files; a file that is missing is left out."""
    files = [folder / "sizes.json", folder / "sites.json", *folder.glob("layouts/*.json")]
    files += folder.glob("interfaces/*.json")
    return {path.relative_to(folder).as_posix(): json.loads(path.read_text()) for path in files if path.is_file()}


def write(facts: Mapping[str, Facts], folder: Path = FOLDER) -> None:
    """Commits them; files of contracts that are no more are removed."""
    for path in [*folder.glob("layouts/*.json"), *folder.glob("interfaces/*.json")]:
        if path.relative_to(folder).as_posix() not in facts:
            path.unlink()
    for name, content in facts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=1) + "\n")


def differences(before: Mapping[str, Facts], now: Mapping[str, Facts]) -> list[str]:
    """What changed, a sentence each, and the command that accepts it."""
    found = []
    for name in sorted(before.keys() | now.keys()):
        subject = name.removesuffix(".json").replace("/", " of ")
        if name not in before or name not in now:
            found.append(f"{subject} {'is new' if name in now else 'is gone'}; `{ACCEPT}` accepts it")
            continue
        old, new = dict(_flat(before[name])), dict(_flat(now[name]))
        for key in [*old, *(key for key in new if key not in old)]:
            if key not in new:
                found.append(f"{subject}: {key} ({old[key]}) is gone; `{ACCEPT}` accepts it")
            elif key not in old:
                found.append(f"{subject}: {key} ({new[key]}) is new; `{ACCEPT}` accepts it")
            elif old[key] != new[key]:
                found.append(f"{subject}: {key} was {old[key]} and is {new[key]}; `{ACCEPT}` accepts it")
    return found


def _flat(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Leaves by their path; items of a list are leaves by what they say, the n-th of equal ones by its number."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{prefix}{' ' if prefix else ''}{key}")
    elif isinstance(value, list):
        for at, item in enumerate(value):
            again = value[:at].count(item)
            yield f"{prefix}: {item}{f' (once more: {again})' if again else ''}", "there"
    else:
        yield prefix, value
