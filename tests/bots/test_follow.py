"""Following a chain: a step a block, a clean stop, hiccups of the network."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Sequence

import pytest

from novation.bots.costs import GUESS, Costs
from novation.bots.follow import FAILURES, follow, stopping
from novation.bots.keeper import Done
from novation.chain.protocol import ChainError, Receipt
from novation.chain.revm import RevmChain

WAD = 10**18


def nothing(block: int, deeds: Sequence[Done]) -> None:
    """Hears and says nothing."""


def test_a_step_a_block() -> None:
    chain, blocks = RevmChain(), []

    def step() -> list[Done]:
        chain.mine(3)  # what comes while it works is seen in the next step
        return []

    assert follow(chain, step, lambda block, _: blocks.append(block), threading.Event(), 4, 0) == 4
    assert blocks == [1, 4, 7, 10]


def test_waits_for_a_block() -> None:
    chain, stop, looks = RevmChain(), threading.Event(), []

    def step() -> list[Done]:
        looks.append(chain.block)
        threading.Timer(0.05, stop.set).start()
        return []

    assert follow(chain, step, nothing, stop, poll=0.005) == 1
    assert looks == [1]


def test_a_stop_lets_the_step_end() -> None:
    ended = []
    before = signal.getsignal(signal.SIGINT)
    with stopping() as stop:

        def step() -> list[Done]:
            os.kill(os.getpid(), signal.SIGINT)
            ended.append(True)
            return []

        assert follow(RevmChain(), step, nothing, stop, poll=0) == 1
    assert ended == [True]
    assert signal.getsignal(signal.SIGINT) is before


def interrupt() -> None:
    """Ctrl-C."""
    os.kill(os.getpid(), signal.SIGINT)


def test_a_second_interrupt_ends_at_once() -> None:
    with stopping() as stop:
        interrupt()
        assert stop.is_set()
        with pytest.raises(KeyboardInterrupt):
            interrupt()


def failing(times: int) -> Callable[[], list[Done]]:
    """A step that fails so often before it succeeds."""
    left = [times]

    def step() -> list[Done]:
        left[0] -= 1
        if left[0] >= 0:
            raise ChainError("the node is away")
        return []

    return step


def test_survives_a_hiccup() -> None:
    assert follow(RevmChain(), failing(FAILURES - 1), nothing, threading.Event(), 1, 0) == 1


def test_gives_up() -> None:
    with pytest.raises(ChainError, match="away"):
        follow(RevmChain(), failing(FAILURES), nothing, threading.Event(), 1, 0)


def test_costs() -> None:
    class Priced(RevmChain):
        class provider:  # noqa: N801
            gas_price = 10**9

    costs = Costs(Priced(), lambda: 4_000 * WAD)
    assert costs.of("execute") == 0
    costs.refresh()
    assert costs.of("execute") == GUESS["execute"] * 4_000 * 10**9
    costs.learn("execute", Receipt(True, 300_000, None, b"", 0, 0, list), 3)
    assert costs.of("execute") == 100_000 * 4_000 * 10**9
    assert costs.spent == 300_000 * 4_000 * 10**9


def test_gas_is_free_in_process() -> None:
    costs = Costs(RevmChain(), lambda: 4_000 * WAD)
    costs.refresh()
    assert costs.of("liquidate") == 0
