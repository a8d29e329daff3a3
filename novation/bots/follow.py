"""A bot on a network: one step a block, until it is told to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from novation.bots.keeper import Done
from novation.chain.protocol import Chain

POLL = 1.0  # seconds between looks at the newest block


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
    """
    steps, seen = 0, -1
    while not stop.is_set():
        newest = chain.block
        if newest > seen:
            seen = newest
            tell(newest, step())
            steps += 1
            if blocks is not None and steps >= blocks:
                break
        else:
            stop.wait(poll)
    return steps
