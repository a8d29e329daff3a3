"""Our fuzzer against forge's invariant tests: the same contracts, the same calls, the same checks after every call.

    python -m tests.forge.bench [--rounds 8] [--runs 20] [--depth 500] [--seed 1] [--json FILE]
    python -m tests.forge.bench --planted

Needs forge and solc-js, which npm brings once. Exits with 1 where ours is not twice as fast. What is compared and how
is in docs/audit/forge.md.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

from novation.chain.components import ComponentUnavailable
from novation.console import positive
from novation.fuzz.bench import measure
from novation.model.invariants import Violation
from tests.forge.ground import counted
from tests.forge.planted import BUGS
from tests.forge.project import ForgeFailed, Project, Run
from tests.forge.scene import TWIN_CALLS, Scene
from tests.forge.twin import Twin, digest
from tests.planted.builds import build

GOAL = 2.0
ROUNDS, RUNS = 8, 20  # of each side; sequences of a round
DEPTH = 500  # calls of a sequence, forge's default
FULL_CALLS = 10_000  # of the line for the project's own campaign
PATIENCE = 20_000  # calls after which a planted bug counts as not found
SEED_BITS = 256


def play(twin: Twin, runs: int, depth: int, seed: int) -> Run:
    """Our side: runs of random seeds. @raises Violation."""
    random, counters = Random(seed), dict.fromkeys(counted(0), 0)
    gc.collect()
    gc.freeze()  # what is compiled and deployed stays
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(runs):
        twin.restart()
        for _ in range(depth):
            twin.act(random.getrandbits(SEED_BITS))
            twin.check()
        for name, count in counted(twin.stats).items():
            counters[name] += count
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    gc.unfreeze()
    return Run(counters["calls"], cpu, wall, counters)


def total(runs: Sequence[Run]) -> Run:
    """Several as one."""
    names = runs[0].counters
    counters = {name: sum(run.counters[name] for run in runs) for name in names}
    return Run(sum(r.calls for r in runs), sum(r.cpu for r in runs), sum(r.wall for r in runs), counters)


def _rate(run: Run) -> float:
    return run.rate


def show(name: str, run: Run) -> None:
    """A line of the table."""
    c = run.counters
    shares = [f"{100 * c[key] / run.calls:5.1f}%" for key in ("reverts", "fills", "liquidations")] if c else [""] * 3
    print(
        f"{name:34} {run.calls:8,} {run.cpu:7.1f} {run.wall:7.1f} {run.rate:9,.0f} "
        + " ".join(f"{share:>8}" for share in shares),
        flush=True,
    )


def compare(rounds: int, runs: int, depth: int, seed: int) -> dict[str, object]:
    """Measures and prints. @return the figures. @raises ComponentUnavailable, ForgeFailed, Violation."""
    scene = Scene()
    project, twin = Project(scene), Twin(scene)
    if digest(twin, TWIN_CALLS) != project.twin():
        raise ForgeFailed(f"{TWIN_CALLS:,} calls from the same seeds leave forge elsewhere than Python")
    print(f"The first {TWIN_CALLS:,} calls are the same on both sides: every word after every call.\n")
    print(f"{'':34} {'calls':>8} {'cpu s':>7} {'wall s':>7} {'calls/s':>9} {'reverts':>8} {'fills':>8} {'liquid.':>8}")
    theirs, ours = [], []
    for number in range(rounds):  # in turns, so that a busy machine is busy for both
        theirs.append(project.campaign(runs, depth, seed + number))
        ours.append(play(twin, runs, depth, seed + number))
    default = project.campaign(runs, depth, seed, defaults=True)
    show("forge, best settings, one thread", total(theirs))
    show("    its fastest round", max(theirs, key=_rate))
    show("forge, its own defaults", default)
    show("Novation, same calls and checks", total(ours))
    show("    its fastest round", max(ours, key=_rate))
    calls, wall = measure(FULL_CALLS, seed, modelled=False, check=True)
    full = Run(calls, wall, wall, {})
    show("Novation, own campaign, all checks", full)
    # What else runs on the machine only ever slows a round down: the fastest ones are compared.
    ratio = max(ours, key=_rate).rate / max(theirs, key=_rate).rate
    ratios = [mine.rate / their.rate for mine, their in zip(ours, theirs, strict=True)]
    print(f"\nratio {ratio:.2f}, goal {GOAL:.0f} (round by round {', '.join(f'{r:.2f}' for r in ratios)})")
    lines = {"forge": total(theirs), "forge_defaults": default, "novation": total(ours), "novation_full": full}
    figures: dict[str, object] = {
        name: {"calls": run.calls, "cpu_seconds": run.cpu, "seconds": run.wall, "calls_per_second": run.rate}
        | {"counters": run.counters}
        for name, run in lines.items()
    }
    return figures | {"ratios": ratios, "ratio": ratio, "goal": GOAL, "depth": depth, "seed": seed}


def hunt(seed: int) -> bool:
    """Both sides look for the planted bugs. @return whether each finds all, by the same invariant."""
    good = True
    for number, bug in BUGS.items():
        scene = Scene(build(bug).artifacts)
        twin, random, found = Twin(scene), Random(seed), 0
        try:
            for _ in range(PATIENCE):
                twin.act(random.getrandbits(SEED_BITS))
                twin.check()
        except Violation as violation:
            found = violation.number
        run = Project(scene).campaign(PATIENCE // DEPTH, DEPTH, seed)
        good &= found == run.broken == number
        calls = twin.stats & 0xFFFFFFFF
        told = f"Novation: invariant {found}, {calls} calls; forge: invariant {run.broken}, {run.after} calls"
        print(f"{bug.name:34} {told}", flush=True)
    return good


def main(arguments: Sequence[str]) -> int:
    """Prints the table. @return 0 where the goal is met."""
    parser = argparse.ArgumentParser(prog="python -m tests.forge.bench", description="Our fuzzer against forge's.")
    parser.add_argument("--rounds", type=positive, help=f"of each side, in turns ({ROUNDS})")
    parser.add_argument("--runs", type=positive, help=f"sequences a round ({RUNS})")
    parser.add_argument("--depth", type=positive, help=f"calls a sequence ({DEPTH})")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--planted", action="store_true", help="look for planted bugs instead")
    given = parser.parse_args(arguments)
    if given.planted and any((given.rounds, given.runs, given.depth, given.json)):
        parser.error("--planted takes no other option than --seed")
    if given.json and not given.json.absolute().parent.is_dir():
        parser.error(f"there is no folder for {given.json}")
    try:
        if given.planted:
            return 0 if hunt(given.seed) else 1
        figures = compare(given.rounds or ROUNDS, given.runs or RUNS, given.depth or DEPTH, given.seed)
    except (ComponentUnavailable, ForgeFailed, Violation) as error:
        print(error, file=sys.stderr)
        return 1
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n")
    ratio = figures["ratio"]
    assert isinstance(ratio, float)
    return 0 if ratio >= GOAL else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
