"""The adapter over ChainlinkSource over the real FluxAggregator behind the real EACAggregatorProxy, in process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from novation.chain.components import ComponentUnavailable, artifact
from novation.chain.protocol import Contract, Reverted
from novation.chain.revm import RevmChain
from novation.model.feeds import Price
from tests.support.oracle import AGED, EMPTY, HALT, NORMAL, WAD, price_of

FEED = 0
WINDOW = 60
ORACLES = 3
UNIT = 10**8
PHASE = 1 << 64
HEARTBEAT = 3_600


@dataclass
class Link:
    """Three oracles submit to the aggregator behind the proxy; a round is done when all have, then never changes."""

    chain: RevmChain
    owner: str
    oracles: list[str]
    adapter: Contract
    aggregator: Contract
    proxy: Contract
    source: Contract
    rounds: int = 0

    def new_aggregator(self, decimals: int = 8) -> Contract:
        """An aggregator for answers from 1 USD to a million."""
        abi, code = artifact("chainlink", "FluxAggregator")
        limits = 10**decimals, 10**6 * 10**decimals
        link = self.chain.account(9)  # never called: nothing is paid
        found = self.chain.deploy(
            ("FluxAggregator", abi, code), link, 0, 0, EMPTY, *limits, decimals, "ETH / USD", sender=self.owner
        )
        found.transact("changeOracles", [], self.oracles, self.oracles, ORACLES, ORACLES, 0, sender=self.owner)
        return found

    def submit(self, usd: int, at: int, aggregator: Contract | None = None, round_id: int | None = None) -> None:
        """A whole round, done at a time; the answer is the median."""
        aggregator = aggregator or self.aggregator
        if round_id is None:
            self.rounds += 1
            round_id = self.rounds
        self.chain.set_time(at)
        decimals = aggregator.call("decimals")
        for oracle, change in zip(self.oracles, (-1, 0, 1), strict=True):
            aggregator.transact("submit", round_id, (usd + change) * 10**decimals, sender=oracle)

    def change_phase(self, aggregator: Contract) -> None:
        self.proxy.transact("proposeAggregator", aggregator.address, sender=self.owner)
        self.proxy.transact("confirmAggregator", aggregator.address, sender=self.owner)

    def new_source(self) -> Contract:
        """On the proxy, in its phase. @raises Reverted."""
        return self.chain.deploy("ChainlinkSource", self.proxy.address, sender=self.owner)

    def set_feed(self, source: Contract, **changes: Any) -> None:
        """100 to 10,000 USD, an hour, 50 bps."""
        settings = {
            "source": source.address,
            "is_push": True,
            "trade_age": HEARTBEAT,
            "close_age": HEARTBEAT,
            "deviation": 50,
            "confidence": 0,
            "band_low": (100, 18),
            "band_high": (10_000, 18),
            "move": 0,
            "swing": 0,
            "window": 0,
            "calm": 0,
            "reference": EMPTY,
            "divergence": 0,
            "reference_age": 0,
            "refresh": 0,
            "fallback": EMPTY,
            "fallback_age": 0,
            "fallback_deviation": 0,
        } | changes
        self.adapter.transact("set_feed", FEED, tuple(settings.values()), sender=self.owner)

    def observe_at(self, due: int, round_id: int) -> tuple[int, int]:
        """Price and spread. @raises Reverted."""
        receipt = self.adapter.transact("observe_at", FEED, due, WINDOW, round_id, sender=self.owner)
        _, mid, spread = self.adapter.returned("observe_at", receipt)
        return mid, spread

    def read(self) -> Price:
        return Price(*self.adapter.call("read", FEED))

    def refusal(self, due: int, round_id: int) -> str | None:
        return self.adapter.attempt("observe_at", FEED, due, WINDOW, round_id, sender=self.owner).error


@pytest.fixture(scope="module")
def built() -> tuple[Link, int]:
    """Round 1 has 2,000 USD, of a hundred seconds ago."""
    try:
        abi, code = artifact("chainlink", "EACAggregatorProxy")
    except ComponentUnavailable as error:
        pytest.skip(str(error))
    chain = RevmChain()
    owner = chain.account(0)
    adapter = chain.deploy("OracleAdapter", owner, EMPTY, EMPTY, sender=owner)
    link = Link(chain, owner, [chain.account(10 + i) for i in range(ORACLES)], adapter, adapter, adapter, adapter)
    link.aggregator = link.new_aggregator()
    link.proxy = chain.deploy(("EACAggregatorProxy", abi, code), link.aggregator.address, EMPTY, sender=owner)
    with pytest.raises(Reverted, match="No data present"):
        link.proxy.call("latestRoundData")
    with pytest.raises(Reverted, match="BOUND"):
        link.new_source()
    link.submit(2_000, chain.now)
    link.source = link.new_source()
    link.set_feed(link.source)
    chain.warp(100)
    return link, chain.snapshot()


@pytest.fixture
def link(built: tuple[Link, int]) -> Link:
    link, mark = built
    link.chain.restore(mark)
    link.rounds = 1
    return link


def test_reads_the_median(link: Link) -> None:
    now = link.chain.now
    assert link.read() == price_of(2_000, now - 100)
    link.submit(2_010, now)
    assert link.read() == price_of(2_010, now)


def test_a_round_in_progress_is_not_seen(link: Link) -> None:
    now = link.chain.now
    link.submit(2_010, now)
    link.chain.warp(10)
    for oracle in link.oracles[:2]:
        link.aggregator.transact("submit", 3, 2_500 * UNIT, sender=oracle)
    assert link.read() == price_of(2_010, now)
    assert link.refusal(now + 5, PHASE + 3) == "STALE"


def test_the_first_observation(link: Link) -> None:
    start = link.chain.now
    for seconds, usd in ((0, 2_000), (20, 2_010), (40, 2_020), (60, 2_030)):
        link.submit(usd, start + seconds)
    assert link.observe_at(start + 15, PHASE + 3) == (2_010 * WAD, 5_000)  # it is 40 seconds old
    assert link.observe_at(start + 40, PHASE + 4) == (2_020 * WAD, 0)
    assert link.observe_at(start + 41, PHASE + 5) == (2_030 * WAD, 0)
    assert link.refusal(start + 15, PHASE + 4) == "PROOF"
    assert link.refusal(start + 15, PHASE + 2) == "EARLY"
    assert link.refusal(start + 15, PHASE + 6) == "STALE"
    # Round 0 does not exist, so nothing proves that round 1 is the first.
    assert link.refusal(start - 100, PHASE + 1) == "PROOF"


def test_in_force(link: Link) -> None:
    start = link.chain.now
    link.submit(2_010, start + 20)
    link.chain.set_time(start + 30 + WINDOW + 1)
    assert link.observe_at(start + 30, PHASE + 2) == (2_010 * WAD, 5_000)
    link.submit(2_100, start + 200)
    assert link.observe_at(start + 30, PHASE + 2) == (2_010 * WAD, 5_000)
    assert link.refusal(start + 30, PHASE + 3) == "PROOF"
    assert link.refusal(start + 30, PHASE + 1) == "PROOF"


def test_a_change_of_phase(link: Link) -> None:
    start = link.chain.now
    for seconds, usd in ((0, 2_000), (20, 2_010)):
        link.submit(usd, start + seconds)
    assert link.observe_at(start + 15, PHASE + 3) == (2_010 * WAD, 0)
    other = link.new_aggregator()
    # It has run for a while when it is confirmed: those rounds are the second phase's.
    link.submit(2_011, start + 25, other, 1)
    link.submit(2_500, start + 30, other, 2)
    link.change_phase(other)
    assert link.proxy.call("phaseId") == 2
    assert link.read() == price_of(2_500, start + 30)
    # Prices go on; an order takes none of either phase, for the two are no one sequence.
    link.submit(2_020, start + 60, other, 3)
    assert link.read() == price_of(2_020, start + 60)
    for due in (start + 15, start + 50):
        for number in (PHASE + 3, 2 * PHASE + 1, 2 * PHASE + 2, 2 * PHASE + 3):
            assert link.refusal(due, number) == "STALE"
    # A source of the new phase fills orders, but at nothing of the old one.
    link.set_feed(link.new_source())
    assert link.observe_at(start + 50, 2 * PHASE + 3) == (2_020 * WAD, 0)
    assert link.refusal(start + 15, PHASE + 3) == "STALE"
    assert link.refusal(start + 15, 2 * PHASE + 2) == "PROOF"
    assert link.refusal(start + 15, 2 * PHASE + 1) == "PROOF"


def test_a_new_phase_with_other_decimals_halts_until_the_feed_is_set_anew(link: Link) -> None:
    start = link.chain.now
    link.submit(2_010, start)
    link.adapter.transact("observe", FEED, sender=link.owner)
    other = link.new_aggregator(18)
    link.change_phase(other)
    assert link.read() == price_of(2_010, start, HALT)  # no round yet
    link.submit(2_020, start + 20, other, 1)
    assert link.read() == price_of(2_010, start, HALT)  # other decimals
    link.set_feed(link.new_source())
    assert link.read() == price_of(2_020, start + 20)


def test_an_answer_at_the_aggregators_limit_is_outside_the_band(link: Link) -> None:
    """The aggregator refuses what is beyond its limits, so a crash shows as its smallest answer (LUNA)."""
    start = link.chain.now
    link.submit(2_010, start)
    link.adapter.transact("observe", FEED, sender=link.owner)
    for oracle in link.oracles:
        attempt = link.aggregator.attempt("submit", 3, UNIT - 1, sender=oracle)
        assert attempt.error == "value below minSubmissionValue"
        link.aggregator.transact("submit", 3, UNIT, sender=oracle)
    assert link.aggregator.call("latestRoundData")[1] == UNIT
    assert link.read() == price_of(2_010, start, HALT)
    assert link.adapter.transact("observe", FEED, sender=link.owner).one("Doubted").args["reason"] == "BAND"


def test_as_reference_of_another(link: Link) -> None:
    start = link.chain.now
    source = link.chain.deploy("MockSource", True, sender=link.owner)
    source.transact("push", 2_000 * WAD, sender=link.owner)
    link.submit(2_000, start)
    checks = {"divergence": 100, "reference_age": HEARTBEAT, "refresh": 0}
    link.set_feed(source, reference=link.source.address, **checks)
    source.transact("push", 2_020 * WAD, sender=link.owner)
    assert link.read().status == NORMAL
    source.transact("push", 2_020 * WAD + 1, sender=link.owner)
    assert link.read().status == HALT


def test_as_fallback_of_another(link: Link) -> None:
    start = link.chain.now
    source = link.chain.deploy("MockSource", False, sender=link.owner)
    link.set_feed(source, is_push=False, fallback=link.source.address, fallback_age=HEARTBEAT, fallback_deviation=70)
    link.submit(2_010, start)
    assert link.read() == price_of(2_010, start, AGED, 70)
    link.chain.set_time(start + WINDOW + 2)
    assert link.observe_at(start + 1, PHASE + 2) == (2_010 * WAD, 7_000)
