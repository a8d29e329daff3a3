"""Compiles third-party Solidity sources of pinned npm packages where a package has no bytecode.

The compiler is npm's solc-js, run by node. What it made is kept beside the sources in `.cache`.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from novation.chain.components import CACHE, ComponentUnavailable, fetch

IMPORT = re.compile(r'^\s*import\s[^"\';]*["\']([^"\']+)["\']', re.MULTILINE)
TIMEOUT = 300  # seconds
RUNNER = """
const compiler = require(process.argv[1]);
const compile = compiler.cwrap("solidity_compile", "string", ["string", "number", "number"]);
process.stdout.write(compile(require("fs").readFileSync(0, "utf8"), 0, 0));
"""


def compiled(
    compiler: str, sources: Mapping[str, Path], contract: str, runs: int
) -> tuple[list[dict[str, Any]], bytes]:
    """ABI and creation code of a contract.

    @param compiler A component with solc-js.
    @param sources Files by the names that they import each other by; the contract is in one that is named after it.
    @param runs Of the optimizer.
    @raises ComponentUnavailable with one sentence.
    """
    texts = _imported(sources, contract)
    standard = json.dumps(
        {
            "language": "Solidity",
            "sources": {name: {"content": text} for name, text in texts.items()},
            "settings": {
                "optimizer": {"enabled": True, "runs": runs},
                "metadata": {"bytecodeHash": "none"},
                "outputSelection": {"*": {contract: ["abi", "evm.bytecode.object"]}},
            },
        }
    )
    key = hashlib.sha256(f"{compiler} {contract} {standard}".encode()).hexdigest()[:16]
    kept = CACHE / "components" / "compiled" / f"{contract}-{key}.json"
    if not kept.is_file():
        made = _run(fetch(compiler) / "soljson.js", standard, contract)
        kept.parent.mkdir(parents=True, exist_ok=True)
        fresh = kept.with_suffix(f".{hashlib.sha256(made.encode()).hexdigest()[:8]}")
        fresh.write_text(made, encoding="utf-8")
        fresh.replace(kept)
    found = json.loads(kept.read_text(encoding="utf-8"))
    return found["abi"], bytes.fromhex(found["code"])


def _imported(sources: Mapping[str, Path], contract: str) -> dict[str, str]:
    """The texts of a contract's file and of all that it imports, by name."""
    open_names = [name for name in sources if name.rpartition("/")[2] == f"{contract}.sol"]
    texts: dict[str, str] = {}
    while open_names:
        name = open_names.pop()
        if name not in sources:
            raise ComponentUnavailable(f"{contract} needs {name}, which is not among its sources")
        if name not in texts:
            texts[name] = sources[name].read_text(encoding="utf-8")
            for path in IMPORT.findall(texts[name]):
                relative = path.startswith(".")
                open_names.append(
                    posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if relative else path
                )
    return dict(sorted(texts.items()))


def _run(soljson: Path, standard: str, contract: str) -> str:
    node = shutil.which("node")
    if node is None:
        raise ComponentUnavailable(f"node is missing: install Node.js to compile {contract}")
    try:
        done = subprocess.run(
            [node, "-e", RUNNER, str(soljson)], input=standard, capture_output=True, text=True, timeout=TIMEOUT
        )
    except subprocess.TimeoutExpired as error:
        raise ComponentUnavailable(f"solc took over {TIMEOUT} s to compile {contract}") from error
    if done.returncode:
        raise ComponentUnavailable(f"solc could not compile {contract}: {done.stderr.strip().splitlines()[-1:]}")
    answer = json.loads(done.stdout)
    errors = [error["formattedMessage"] for error in answer.get("errors", ()) if error["severity"] == "error"]
    if errors:
        raise ComponentUnavailable(f"solc could not compile {contract}: {errors[0].strip().splitlines()[0]}")
    for file in answer["contracts"].values():
        if contract in file:
            return json.dumps({"abi": file[contract]["abi"], "code": file[contract]["evm"]["bytecode"]["object"]})
    raise ComponentUnavailable(f"solc found no contract {contract} in its sources")
