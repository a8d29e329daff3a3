"""The adversary's long run, over many workers; it prints how often what happened and renews docs/audit/oracle.md.

python -m tests.differential.oracle_page --sequences 50000 --workers 2 --seed 1 --write
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from novation.chain.compiler import ROOT, short_hash
from novation.console import positive
from tests.differential.adversary import STEPS, play
from tests.differential.oracle_twins import Ground

PAGE = ROOT / "docs" / "audit" / "oracle.md"
SHARE = 250  # sequences on one deployment
HEAD = """# An adversary before the oracle adapter

It chooses what is brought to the adapter, when, in which order and how often; sources fall silent, lie about their
time, starve; the sequencer stops; settings change. Adapter and model are told the same and must answer the same, word
by word and event by event. What is returned is held to a truth written apart from both, out of what the networks have
said: see the head of `tests/differential/adversary.py`.

```
python -m tests.differential.oracle_page --sequences 50000 --workers 2 --seed 1 --write
```

"""


def _share(job: tuple[int, int]) -> Counter[str]:
    first, count = job
    ground, counts = Ground(), Counter[str]()
    for seed in range(first, first + count):
        counts += play(ground, seed)
    return counts


def main(arguments: Sequence[str] | None = None) -> int:
    """@return 1 at the first difference."""
    options = argparse.ArgumentParser(description="An adversary before the oracle adapter, model against contract.")
    options.add_argument("--sequences", type=positive, default=50_000)
    options.add_argument("--workers", type=positive, default=2)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--write", action="store_true", help="renew docs/audit/oracle.md")
    given = options.parse_args(arguments)
    # The sources that are measured, whatever becomes of them meanwhile.
    source = short_hash()
    starts = range(0, given.sequences, SHARE)
    jobs = [(given.seed * 10**9 + start, min(SHARE, given.sequences - start)) for start in starts]
    started, done, counts = time.monotonic(), 0, Counter[str]()
    with ProcessPoolExecutor(given.workers) as pool:
        try:
            for (_, count), found in zip(jobs, pool.map(_share, jobs), strict=True):
                counts += found
                done += count
                print(f"\r{done:,} of {given.sequences:,} sequences", end="", file=sys.stderr, flush=True)
        except AssertionError as wrong:
            pool.shutdown(cancel_futures=True)
            print(f"\n{wrong}", file=sys.stderr)
            return 1
    print(file=sys.stderr)
    told = f"{done:,} sequences of {STEPS} steps, seed {given.seed}, contracts with the source hash `{source}`"
    print(f"{told}: no difference; {time.monotonic() - started:,.0f} s")
    for name, count in sorted(counts.items()):
        print(f"{name:>18}  {count:,}")
    if given.write:
        rows = "".join(f"| {name} | {count:,} |\n" for name, count in sorted(counts.items()))
        PAGE.write_text(f"{HEAD}{told}: no difference.\n\n| What | Times |\n|---|---:|\n{rows}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
