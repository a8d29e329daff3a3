"""forge's side: a project in `.cache/forge`, built once, run as often as wanted."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any, NamedTuple

from eth_utils.crypto import keccak

from novation.chain.components import CACHE, fetch, forge
from tests.forge.ground import counted
from tests.forge.scene import Scene

HERE = Path(__file__).parent
FOLDER = CACHE / "forge"
STARTS = 3  # of which the fastest is what every run is made shorter by
BROKEN = "0x" + keccak(text="Broken(uint256)")[:4].hex()
TIMEOUT = 900  # seconds of one command
DEFAULTS = {  # what foundry.toml changes in forge's own defaults, changed back
    "FOUNDRY_INVARIANT_DICTIONARY_WEIGHT": "80",
    "FOUNDRY_INVARIANT_INCLUDE_STORAGE": "true",
    "FOUNDRY_INVARIANT_INCLUDE_PUSH_BYTES": "true",
    "FOUNDRY_INVARIANT_SHRINK_RUN_LIMIT": "5000",
    "FOUNDRY_INVARIANT_GAS_REPORT_SAMPLES": "256",
    "FOUNDRY_INVARIANT_SHOW_METRICS": "true",
}


class ForgeFailed(Exception):
    """forge did something else than expected; the message is its own."""


class Run(NamedTuple):
    """A campaign: calls, seconds of processor and of clock without the start, counters; the number of the invariant
    that broke, after how many calls (0: none did)."""

    calls: int
    cpu: float
    wall: float
    counters: dict[str, int]
    broken: int = 0
    after: int = 0

    @property
    def rate(self) -> float:
        """Calls a second of processor time."""
        return self.calls / self.cpu


class Project:
    """The project with a scene in it. @raises ComponentUnavailable, ForgeFailed."""

    def __init__(self, scene: Scene) -> None:
        self.binary = forge()
        source = FOLDER / "solidity"
        source.mkdir(parents=True, exist_ok=True)
        for path in (HERE / "solidity").glob("*.sol"):
            _copy(path, source / path.name)
        _copy(HERE / "foundry.toml", FOLDER / "foundry.toml")
        _copy(HERE / "solc.cjs", FOLDER / "solc")
        (FOLDER / "solc").chmod(0o755)
        _copy(fetch("solc") / "soljson.js", FOLDER / "soljson.js")
        scene.write(FOLDER)
        self._forge("build")
        one = {"FOUNDRY_INVARIANT_RUNS": "1", "FOUNDRY_INVARIANT_DEPTH": "1"}
        starts = [self._measured(one, "-j", "1")[1:] for _ in range(STARTS)]
        self.start = min(cpu for cpu, _ in starts), min(wall for _, wall in starts)
        codes = (FOLDER / "codes.txt").read_text()
        if codes != "0x" + scene.codes().hex():
            raise ForgeFailed("forge runs other code than Python")

    def twin(self) -> tuple[bytes, int]:
        """Digest and counters of `test_twin`."""
        (FOLDER / "digest.txt").unlink(missing_ok=True)
        self._forge("test", "--match-test", "test_twin")
        digest, stats = (FOLDER / "digest.txt").read_text().split()
        return bytes.fromhex(digest[2:]), int(stats)

    def campaign(self, runs: int, depth: int, seed: int, defaults: bool = False) -> Run:
        """An invariant test: on one thread with the settings of foundry.toml, or as forge comes."""
        settings = {"FOUNDRY_INVARIANT_RUNS": str(runs), "FOUNDRY_INVARIANT_DEPTH": str(depth)}
        options = ["--fuzz-seed", hex(seed)]
        options += [] if defaults else ["-j", "1"]
        stats = FOLDER / "stats.txt"
        stats.unlink(missing_ok=True)
        shutil.rmtree(FOLDER / "cache" / "invariant", ignore_errors=True)  # or an old failure is played first
        result, cpu, wall = self._measured(settings | (DEFAULTS if defaults else {}), *options)
        kind = result["kind"]["Invariant"]
        # One word a run; forge plays its last run once more at the end.
        words = [int(line) for line in stats.read_text().split()][:runs] if stats.is_file() else []
        counters: dict[str, int] = {}
        for word in words:
            for name, count in counted(word).items():
                counters[name] = counters.get(name, 0) + count
        if result["status"] != "Success":
            steps = (result["counterexample"] or {}).get("Sequence", [0])[0]
            return Run(kind["calls"], cpu, wall, counters, _number(result["reason"]), steps)
        if kind["reverts"] or counters["calls"] != kind["calls"]:
            raise ForgeFailed(f"forge counts {kind}, the handler {counters}")
        return Run(kind["calls"], cpu - self.start[0], wall - self.start[1], counters)

    def _measured(self, settings: dict[str, str], *options: str) -> tuple[dict[str, Any], float, float]:
        """@return the result of the invariant test, seconds of processor and of clock."""
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        output = self._forge("test", "--json", "--match-test", "invariant_books", *options, settings=settings)
        after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - start
        cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
        suites = list(json.loads(output).values())
        return suites[0]["test_results"]["invariant_books()"], cpu, wall

    def _forge(self, *arguments: str, settings: dict[str, str] | None = None) -> str:
        own = {name: value for name, value in os.environ.items() if not name.startswith(("FOUNDRY_", "DAPP_"))}
        # Whatever forge keeps at home it keeps here.
        environment = own | {"HOME": str(FOLDER), "NO_COLOR": "1"} | (settings or {})
        done = subprocess.run(
            [str(self.binary), *arguments], cwd=FOLDER, env=environment, capture_output=True, text=True, timeout=TIMEOUT
        )
        if done.returncode and "--json" not in arguments:
            raise ForgeFailed(f"forge {arguments[0]}: {(done.stderr or done.stdout).strip()}")
        if "--json" in arguments and not done.stdout.startswith("{"):
            raise ForgeFailed(f"forge {arguments[0]}: {(done.stderr or done.stdout).strip()}")
        return done.stdout


def _number(reason: str) -> int:
    """Of the invariant, out of `Broken(number)` as forge shows it, named or raw. @raises ForgeFailed for others."""
    found = re.search(r"Broken\((\d+)\)", reason)
    if found:
        return int(found[1])
    if BROKEN not in reason:
        raise ForgeFailed(reason)
    return ord(reason[-1])


def _copy(source: Path, target: Path) -> None:
    """Copies what is different, so that nothing is compiled again for a new date."""
    content = source.read_bytes()
    if not target.is_file() or target.read_bytes() != content:
        target.write_bytes(content)
