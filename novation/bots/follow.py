"""A bot on a network: one step a block, until it is told to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from novation.bots.keeper import Done
from novation.chain.protocol import Chain, ChainError

POLL = 1.0  # seconds between looks at the newest block
FAILURES = 5  # of the network in a row, before the bot gives up


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set, so that a step ends before the bot does. A second Ctrl-C ends at once."""
    stop = threading.Event()

    def ask(number: int, frame: Any) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def follow(
    chain: Chain,
    step: Callable[[], Sequence[Done]],
    tell: Callable[[int, Sequence[Done]], None],
    stop: threading.Event,
    blocks: int | None = None,
    poll: float = POLL,
) -> int:
    """Runs `step` for the present block and every newer one; blocks that come while it works are one step.

    @param tell Gets the block and what was done.
    @param blocks Steps to take; None for no end.
    @return steps taken.
    @raises ChainError where the network fails so many times in a row as is no hiccup.
    """
    steps, seen, failures = 0, -1, 0
    while not stop.is_set():
        try:
            newest = chain.block
            if newest > seen:
                tell(newest, step())
                seen = newest
                steps += 1
            failures = 0
        except (ChainError, OSError):
            failures += 1
            if failures >= FAILURES:
                raise
        if blocks is not None and steps >= blocks:
            break
        stop.wait(poll)
    return steps
