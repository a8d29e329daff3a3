"""The command line: `python -m novation.bytecode`.

Without options it compares what is compiled with what is committed. `--write` commits it, `--lint` runs natrix,
`--differential` plays the same calls on other builds.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from novation.bytecode import linter, page, snapshot
from novation.bytecode.builds import BUILDS
from novation.bytecode.differential import HEAD, compare_all
from novation.chain.compiler import CompilationFailed
from novation.console import positive
from novation.report import marks

CALLS, SEED = 20_000, 1


def main(arguments: Sequence[str]) -> int:
    """See the module. @return 1 where something differs or fails."""
    parser = argparse.ArgumentParser(prog="python -m novation.bytecode", description=__doc__.split("\n")[0])
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--write", action="store_true", help="accept sizes, layouts, selectors and call sites")
    what.add_argument("--lint", action="store_true", help="run natrix, the linter for Vyper")
    what.add_argument("--differential", action="store_true", help="play the same calls on other builds")
    parser.add_argument("--calls", type=positive, help=f"of --differential, a build ({CALLS:,})")
    parser.add_argument("--seed", type=int, help=f"of --differential ({SEED})")
    parser.add_argument("--builds", nargs="+", choices=list(BUILDS), help="of --differential (all)")
    given = parser.parse_args(arguments)
    if not given.differential and any(option is not None for option in (given.calls, given.seed, given.builds)):
        parser.error("--calls, --seed and --builds are options of --differential, which is not there")
    try:
        if given.write:
            return _write()
        if given.lint:
            return _lint()
        if given.differential:
            seed = SEED if given.seed is None else given.seed
            return _differential(given.builds or list(BUILDS), given.calls or CALLS, seed)
        return _compare()
    except (CompilationFailed, linter.LinterFailed, ValueError) as error:
        print(error, file=sys.stderr)
        return 1


def _compare() -> int:
    facts = snapshot.compiled()
    for name, sizes in facts["sizes.json"].items():
        print(f"{name:20} {sizes['runtime']:6,} bytes, {sizes['left']:6,} left, creation {sizes['creation']:6,}")
    lines = snapshot.differences(snapshot.committed(), facts)
    print("\n".join(lines) or "sizes, layouts, selectors, call sites and loops are as committed")
    return bool(lines)


def _write() -> int:
    facts = snapshot.compiled()
    lines = snapshot.differences(snapshot.committed(), facts)
    marks.check(page.PAGE, page.MARKS)
    snapshot.write(facts)
    marks.put(page.PAGE, {page.MARKS: page.table(facts)})
    print("\n".join(line.split("; `")[0] for line in lines) or "nothing has changed")
    return 0


def _lint() -> int:
    files = linter.linted()
    found = []
    for number, file in enumerate(files, 1):
        _progress(f"natrix: {number} of {len(files)}: {file}")
        found += linter.findings([file])
    _progress("")
    lines = linter.unexplained(found)
    print("\n".join(lines) or f"natrix: {len(files)} files, {len(found)} findings, all accepted with a reason")
    return bool(lines)


def _differential(builds: Sequence[str], calls: int, seed: int) -> int:
    outcomes = compare_all(builds, calls, seed, print, _progress)
    _progress("")
    print(HEAD)
    for outcome in outcomes:
        print(outcome.row())
    for outcome in outcomes:
        for line in outcome.differences:
            print(f"{outcome.built.build.name}: {line}")
        for line in outcome.disputed:
            print(f"{outcome.built.build.name} and the shipped build alike, but not the model: {line}")
    return any(outcome.differences or outcome.disputed for outcome in outcomes)


def _progress(text: str) -> None:
    """One line that is written over; only where somebody watches."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
    elif text:
        print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
