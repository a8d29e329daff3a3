"""The adapter against its model: random feeds, rounds, phases, malice, orders; every result, code and stored word."""

from __future__ import annotations

import random
from typing import Any

import pytest

from novation.chain.protocol import Contract
from novation.chain.revm import RevmChain
from novation.model import words
from novation.model.errors import Revert
from novation.model.feeds import Aggregator
from novation.model.journal import Env
from novation.model.oracle import NORMAL, REDUCE_ONLY, Oracle
from tests.support.oracle import BURN, EMPTY, FEED, HONEST, HUGE, LONG, NOTHING, ODD, PHASE, REVERT, SHORT, Rig, build

STEPS = 70
MALICES = (REVERT, BURN, SHORT, LONG, NOTHING, HUGE, ODD)
BANDS = (((100, 18), (10_000, 18)), ((1, 0), (5_192, 30)), ((1_500, 18), (2_500, 18)))


class Pair:
    """One adapter and its model, moved together."""

    def __init__(self, rig: Rig, seed: int) -> None:
        self.rig = rig
        self.random = random.Random(seed)
        self.env = Env(rig.chain.now)
        self.model = Oracle(self.env, int(rig.oracle.address, 16), int(rig.owner, 16), int(rig.guardian, 16))
        self.feeds: list[tuple[Contract, Aggregator]] = []
        for contract in (rig.source, rig.reference):
            twin = Aggregator(self.env, int(contract.address, 16), contract.call("decimals_"))
            self.model.sources[twin.address] = twin
            self.feeds.append((contract, twin))
        self.set_feed()

    def both(self, function: str, *args: Any, sender: str | None = None) -> tuple[Any, str | None]:
        """Result and code, the same from both."""
        sender = sender or self.rig.anyone
        receipt = self.rig.oracle.attempt(function, FEED, *args, sender=sender)
        plain = [words.band_word(*a) if isinstance(a, tuple) else int(a, 16) if isinstance(a, str) else a for a in args]
        try:
            expected, code = getattr(self.model, function)(int(sender, 16), FEED, *plain), None
        except Revert as refusal:
            expected, code = None, refusal.code
        assert receipt.error == code, (function, args)
        found = self.rig.oracle.returned(function, receipt) if receipt.ok else None
        assert found == (tuple(expected) if expected is not None else None), (function, args)
        return found, code

    def check(self) -> None:
        """Views and storage."""
        oracle, model = self.rig.oracle, self.model
        assert oracle.call("read", FEED) == tuple(model.read(FEED))
        assert oracle.call("bounds", FEED) == model.bounds(FEED)
        assert oracle.call("stored_at", FEED) == tuple(model.stored.get(FEED, (0, 0, 0)))

    def set_feed(self) -> None:
        pick = self.random
        band = pick.choice(BANDS)
        # An answer scaled for 18 decimals is in the band of a feed with 8 nowhere, and the other way round.
        divergence = pick.choice((0, 0, 100, 500))
        arguments = (
            self.rig.source.address,
            pick.choice((300, 1_000, 3_600)),
            pick.choice((0, 7, 50, 9_999)),
            divergence,
            *band,
            self.rig.reference.address if divergence else EMPTY,
            pick.choice((300, 3_600)) if divergence else 0,
        )
        _, code = self.both("set_feed", *arguments, sender=self.rig.owner)
        assert code in (None, "STALE", "BOUND")

    def push(self) -> None:
        pick = self.random
        contract, twin = self.feeds[pick.random() < 0.3]
        decimals = contract.call("decimals_")
        usd = pick.choice((0, -1, 50, 100, 10_000, 20_000)) if pick.random() < 0.1 else pick.randint(1_980, 2_020)
        answer = usd * 10**decimals + pick.randint(0, 10**decimals - 1) * (0 < usd < 10_000)
        offset = pick.choice((-1_000, -50, -1, 1, 50)) if pick.random() < 0.15 else 0
        at = self.env.now + offset
        contract.transact("push_at", answer, at, sender=self.rig.anyone)
        twin.post(answer, at)

    def warp(self) -> None:
        seconds = self.random.choice((0, 1, 5, 20, 60, 61, 299, 301, 1_000))
        self.rig.chain.warp(seconds)
        self.env.clock["now"] += seconds

    def change_source(self) -> None:
        """Failures, decimals and phases."""
        pick = self.random
        contract, twin = pick.choice(self.feeds)
        kind = pick.randrange(4)
        if kind == 0:
            malice = pick.choice(MALICES)
            contract.transact("set_modes", malice, malice, malice, sender=self.rig.anyone)
            twin.set_fails(True)
        elif kind == 1:
            decimals = pick.choice((6, 8, 18, 27, 36))
            contract.transact("set_decimals", decimals, sender=self.rig.anyone)
            twin.set_decimals(decimals)
        else:
            phase = twin.new_phase()
            contract.transact("set_phase", phase, sender=self.rig.anyone)

    def heal(self) -> None:
        for contract, twin in self.feeds:
            contract.transact("set_modes", HONEST, HONEST, HONEST, sender=self.rig.anyone)
            twin.set_fails(False)

    def observe_at(self) -> str | None:
        """An order that was due a while ago, at one of the last rounds or at nonsense."""
        pick = self.random
        newest = self.feeds[0][1].state["latest"]
        reference = max(0, newest - pick.choice((0, 0, 0, 1, 1, 2, 3, 5)) + pick.choice((0, 0, 0, 0, 0, 1)))
        if pick.random() < 0.05:
            reference = pick.choice((0, 1, newest - PHASE, newest + PHASE, 2**80, 2**256 - 1))
        known = self.feeds[0][1].rounds.get(reference)
        around = known.updated_at if known is not None and pick.random() < 0.7 else self.env.now
        due = max(0, around + pick.choice((-60, -20, -5, -1, 0, 1, 5, 20)))
        return self.both("observe_at", due, pick.choice((0, 10, 60, 300)), reference)[1]

    def step(self) -> str | None:
        kind = self.random.random()
        if kind < 0.33:
            self.push()
        elif kind < 0.55:
            self.warp()
        elif kind < 0.65:
            self.both("observe")
        elif kind < 0.90:
            return self.observe_at() or "FILLED"
        elif kind < 0.94:
            self.change_source()
        elif kind < 0.97:
            self.heal()
        elif kind < 0.985:
            self.set_feed()
        else:
            sender = self.random.choice((self.rig.owner, self.rig.guardian, self.rig.anyone))
            self.both("set_status", self.random.choice((NORMAL, REDUCE_ONLY, 4, 0)), sender=sender)
        return None


@pytest.fixture(scope="module")
def built() -> tuple[Rig, int]:
    rig = build(RevmChain())
    return rig, rig.chain.snapshot()


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_random_stories(built: tuple[Rig, int], first: int) -> None:
    rig, mark = built
    seen: dict[str, int] = {}
    for seed in range(first, first + 50):
        rig.chain.restore(mark)
        pair = Pair(rig, seed)
        for _ in range(STEPS):
            code = pair.step()
            if code:
                seen[code] = seen.get(code, 0) + 1
            pair.check()
    assert set(seen) == {"FILLED", "STALE", "EARLY", "PROOF"}
    assert min(seen.values()) > 20, seen
