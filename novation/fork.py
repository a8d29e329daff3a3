"""`make fork`: a chain with the real components, and a fork of it that runs until Ctrl-C."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from novation.console import one_sentence, positive
from novation.upstream import fork

PORTS = 65_535
BEAT = 0.5  # seconds between looks at the nodes


def main(arguments: Sequence[str]) -> int:
    """@return 0 where it was ended by hand."""
    parser = argparse.ArgumentParser(prog="make fork", description=__doc__)
    parser.add_argument("--port", type=positive, default=fork.PORT, help=f"of the fork ({fork.PORT})")
    parser.add_argument("--fresh", action="store_true", help="make the chain anew")
    parser.add_argument("--once", action="store_true", help="end as soon as it runs")
    given = parser.parse_args(arguments)
    if given.port > PORTS:
        parser.error(f"--port is at most {PORTS}")
    begin = time.monotonic()

    def progress(text: str) -> None:
        print(f"{time.monotonic() - begin:6.1f} s  {text}", flush=True)

    with one_sentence():
        kept = fork.upstream(progress, given.fresh)
        with fork.fork(kept, given.port) as running:
            for name, address in kept.manifest["addresses"].items():
                print(f"{name:32} {address}")
            progress(f"the fork answers at {running.url}")
            print(f"connect with --network ethereum:local:{running.url}; Ctrl-C ends it", flush=True)
            while not given.once and running.runs():
                time.sleep(BEAT)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(0)
