"""The command: plays the mutants that have no result yet, prints the table, writes the page."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

from novation.console import CheckFailed, one_sentence, positive
from novation.mutation import corpus, results, table
from novation.mutation.mutant import Mutant, files, text_of
from novation.mutation.operators import mutants_of
from novation.mutation.reasons import load as load_reasons
from novation.mutation.reasons import reason_of
from novation.mutation.results import Result
from novation.report import marks

AGAIN = (results.SURVIVED, results.TIMEOUT)


def main(arguments: Sequence[str]) -> int:
    """See the module. @return 1 where a mutant that was played is open, or a story fails on the true contracts."""
    parser = argparse.ArgumentParser(prog="python -m novation.mutation", description=__doc__)
    parser.add_argument(
        "--file", action="append", help="a source by the end of its path; all of them where none is given"
    )
    parser.add_argument("--workers", type=positive, help="processes at once (1)")
    parser.add_argument("--limit", type=positive, help="at most so many mutants")
    parser.add_argument("--sample", type=int, metavar="SEED", help="in a random order")
    parser.add_argument("--quick", action="store_true", help="a few stories and the contract's own tests only")
    parser.add_argument("--again", action="store_true", help="play those that survived without a reason again")
    parser.add_argument("--no-run", action="store_true", help="only the table of what is known")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the tables into this page")
    given = parser.parse_args(arguments)
    playing = (given.workers, given.limit, given.sample, given.quick or None, given.again or None)
    if given.no_run and any(option is not None for option in playing):
        parser.error("--no-run plays nothing: leave out --workers, --limit, --sample, --quick and --again")
    if given.write and given.file:
        parser.error("--write puts the table of all sources into the page: leave out --file")
    chosen = [file for file in files() if not given.file or any(file.endswith(end) for end in given.file)]
    if not chosen:
        parser.error(f"no source ends with {' or '.join(given.file)}: there are {', '.join(files())}")
    with one_sentence():
        faults = _run(given, chosen)
    for fault in faults:
        print(f"FAILED: {fault}", file=sys.stderr)
    return 1 if faults else 0


def _run(given: argparse.Namespace, chosen: Sequence[str]) -> list[str]:
    """@return why the command fails, a sentence each.

    @raises Refused (BadReasons, BadResults, NoMarks); Broken for a fault of the runner.
    """
    if given.write:
        marks.check(given.write, table.MARK)
    mutants = [mutant for file in chosen for mutant in mutants_of(file, text_of(file))]
    known, reasons = results.load(), load_reasons()
    if old := results.others():
        print(f"{old:,} mutants have results of other sources than those with the hash {results.state()}: not used.")
    disputed: list[str] = []
    if not given.no_run:
        texts = {file: text_of(file) for file in chosen}
        again = {
            each.name
            for each in mutants
            if given.again
            and each.name in known
            and _open(known[each.name])
            and reason_of(each, texts[each.file], reasons) is None
        }
        wanted = [each for each in mutants if each.name not in known or each.name in again]
        if given.sample is not None:
            Random(given.sample).shuffle(wanted)
        disputed = _play(wanted[: given.limit], known, given.workers or 1, given.quick)
    print(table.show(mutants, known))
    if given.write:
        table.write(given.write, mutants, known)
    faults = [f"a bug, or the model is wrong: this story fails on the true contracts: {told}" for told in disputed]
    if unsolved := table.rows(mutants, known, reasons)[-1].unsolved:
        faults.append(f"{unsolved:,} mutants are neither killed nor explained")
    return faults


def _open(result: Result) -> bool:
    return result.outcome in AGAIN


def _play(wanted: Sequence[Mutant], known: dict[str, Result], workers: int, quick: bool) -> list[str]:
    """@return what fails on the true contracts, with its story."""
    if not wanted:
        return []
    from novation.mutation.killers import red
    from novation.mutation.runner import Runner
    from novation.mutation.targets import Targets

    print(f"{len(wanted):,} mutants; the tests on the true contracts ...", flush=True)
    if failed := red(quick):
        raise CheckFailed(f"{failed} fails on the contracts as they are: it would kill every mutant")
    print("opening the contracts ...", flush=True)
    stories, disputed = corpus.load()
    runner = Runner(Targets(), stories, known, quick, results.hints())
    begin, counts = time.monotonic(), Counter[str]()

    def progress(mutant: Mutant, result: Result) -> None:
        counts[result.outcome] += 1
        done, seconds = counts.total(), time.monotonic() - begin
        left = seconds / done * (len(wanted) - done)
        told = ", ".join(f"{count} {outcome}" for outcome, count in counts.most_common())
        if _open(result) or result.outcome == results.DISPUTED:
            print(f"{result.outcome}: {mutant}", flush=True)
        if done % 10 == 0 or done == len(wanted):
            print(f"{done:,}/{len(wanted):,}: {told}; {done / seconds:.2f}/s, {left / 60:.0f} minutes left", flush=True)

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # ends its processes too
    runner.run(wanted, workers, progress)
    return [*disputed, *runner.disputed]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
