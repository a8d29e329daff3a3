"""The adapter over the real Chainlink FluxAggregator behind the real EACAggregatorProxy, in process."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from novation.chain.components import ComponentUnavailable, artifact
from novation.chain.protocol import Contract, Reverted
from novation.chain.revm import RevmChain
from tests.support.oracle import EMPTY, HALT, NORMAL, PHASE, WAD, Price, price_of

FEED = 0
WINDOW = 60
ORACLES = 3
UNIT = 10**8


@dataclass
class Link:
    """Three oracles submit to the aggregator behind the proxy; a round is done when all have, then never changes."""

    chain: RevmChain
    owner: str
    oracles: list[str]
    adapter: Contract
    aggregator: Contract
    proxy: Contract
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
    try:
        abi, code = artifact("chainlink", "EACAggregatorProxy")
    except ComponentUnavailable as error:
        pytest.skip(str(error))
    chain = RevmChain()
    owner = chain.account(0)
    adapter = chain.deploy("OracleAdapter", owner, EMPTY, sender=owner)
    link = Link(chain, owner, [chain.account(10 + i) for i in range(ORACLES)], adapter, adapter, adapter)
    link.aggregator = link.new_aggregator()
    link.proxy = chain.deploy(("EACAggregatorProxy", abi, code), link.aggregator.address, EMPTY, sender=owner)
    adapter.transact(
        "set_feed", FEED, link.proxy.address, 3_600, 50, 0, (100, 18), (10_000, 18), EMPTY, 0, sender=owner
    )
    return link, chain.snapshot()


@pytest.fixture
def link(built: tuple[Link, int]) -> Link:
    link, mark = built
    link.chain.restore(mark)
    link.rounds = 0
    return link


def test_reads_the_median(link: Link) -> None:
    now = link.chain.now
    link.submit(2_000, now)
    assert link.read() == price_of(2_000, now)


def test_before_the_first_answer_the_real_proxy_reverts_and_the_feed_is_halted(link: Link) -> None:
    with pytest.raises(Reverted, match="No data present"):
        link.proxy.call("latestRoundData")
    assert link.read() == Price(0, 0, 0, 0, HALT)


def test_a_round_in_progress_is_not_seen(link: Link) -> None:
    now = link.chain.now
    link.submit(2_000, now)
    link.chain.warp(10)
    for oracle in link.oracles[:2]:
        link.aggregator.transact("submit", 2, 2_500 * UNIT, sender=oracle)
    assert link.read() == price_of(2_000, now)
    assert link.refusal(now + 5, PHASE + 2) == "STALE"


def test_the_first_observation(link: Link) -> None:
    start = link.chain.now
    for seconds, usd in ((0, 2_000), (20, 2_010), (40, 2_020), (60, 2_030)):
        link.submit(usd, start + seconds)
    assert link.observe_at(start + 15, PHASE + 2) == (2_010 * WAD, 0)
    assert link.observe_at(start + 40, PHASE + 3) == (2_020 * WAD, 0)
    assert link.observe_at(start + 41, PHASE + 4) == (2_030 * WAD, 0)
    assert link.refusal(start + 15, PHASE + 3) == "PROOF"
    assert link.refusal(start + 15, PHASE + 1) == "EARLY"
    assert link.refusal(start + 15, PHASE + 5) == "STALE"
    # Round 0 does not exist, so nothing proves that round 1 is the first.
    assert link.refusal(start, PHASE + 1) == "PROOF"


def test_in_force(link: Link) -> None:
    start = link.chain.now
    link.submit(2_000, start)
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
    assert link.observe_at(start + 15, PHASE + 2) == (2_010 * WAD, 0)
    other = link.new_aggregator()
    # It has run for a while when it is confirmed: those rounds are the second phase's.
    link.submit(2_011, start + 25, other, 1)
    link.submit(2_500, start + 30, other, 2)
    link.change_phase(other)
    assert link.proxy.call("phaseId") == 2
    assert link.read() == price_of(2_500, start + 30)
    # The order that was due before takes no price of the old phase any more, nor does the new phase give it a choice.
    assert link.refusal(start + 15, PHASE + 2) == "PROOF"
    assert link.refusal(start + 15, 2 * PHASE + 2) == "PROOF"
    assert link.refusal(start + 15, 2 * PHASE + 1) == "PROOF"
    # Later orders fill.
    link.submit(2_020, start + 60, other, 3)
    assert link.observe_at(start + 50, 2 * PHASE + 3) == (2_020 * WAD, 0)


def test_a_new_phase_with_other_decimals_halts_until_the_feed_is_set_anew(link: Link) -> None:
    start = link.chain.now
    link.submit(2_000, start)
    link.adapter.transact("observe", FEED, sender=link.owner)
    other = link.new_aggregator(18)
    link.change_phase(other)
    assert link.read() == price_of(2_000, start, HALT)  # no round yet
    link.submit(2_010, start + 20, other, 1)
    assert link.read() == price_of(2_000, start, HALT)  # other decimals
    link.adapter.transact(
        "set_feed", FEED, link.proxy.address, 3_600, 50, 0, (100, 18), (10_000, 18), EMPTY, 0, sender=link.owner
    )
    assert link.read() == price_of(2_010, start + 20)


def test_an_answer_at_the_aggregators_limit_is_outside_the_band(link: Link) -> None:
    """The aggregator refuses what is beyond its limits, so a crash shows as its smallest answer (LUNA)."""
    start = link.chain.now
    link.submit(2_000, start)
    link.adapter.transact("observe", FEED, sender=link.owner)
    for oracle in link.oracles:
        attempt = link.aggregator.attempt("submit", 2, UNIT - 1, sender=oracle)
        assert attempt.error == "value below minSubmissionValue"
        link.aggregator.transact("submit", 2, UNIT, sender=oracle)
    assert link.aggregator.call("latestRoundData")[1] == UNIT
    assert link.read() == price_of(2_000, start, HALT)


def test_as_reference_of_another(link: Link) -> None:
    start = link.chain.now
    source = link.chain.deploy("MockAggregatorProxy", 8, sender=link.owner)
    link.submit(2_000, start)
    link.adapter.transact(
        "set_feed",
        FEED,
        source.address,
        3_600,
        50,
        100,
        (100, 18),
        (10_000, 18),
        link.proxy.address,
        3_600,
        sender=link.owner,
    )
    source.transact("push", 2_020 * UNIT, sender=link.owner)
    assert link.read().status == NORMAL
    source.transact("push", 2_021 * UNIT, sender=link.owner)
    assert link.read().status == HALT
