"""`tighten`: the guardian raises initial margin and lowers caps, at once and never the other way."""

from __future__ import annotations

import pytest

from tests.support import stored
from tests.support.bench import ETH, WAD, Bench
from tests.support.stored import refusal


def code(bench: Bench, initial: int = 500, side: int = 100, position: int = 25, **options: str) -> str | None:
    sender = bench.roles[options.get("role", "guardian")]
    return refusal(bench.pool, "tighten", ETH, initial, side, position, sender=sender)


@pytest.mark.parametrize("role", ["guardian", "owner"])
def test_event_and_state(bench: Bench, role: str) -> None:
    before = stored.config(bench.pool)
    arguments = (ETH, 800, 90, 20)
    event = bench.pool.transact("tighten", *arguments, sender=bench.roles[role]).one("MarketSet").args
    word, ramp = bench.pool.call("market_words", ETH)[:2]
    assert event == {"market": ETH, "config": word, "ramp": ramp}
    assert stored.config(bench.pool) == before._replace(initial=800, open_interest_cap=90, position_cap=20)


def test_the_ramp_goes_on(bench: Bench) -> None:
    assert bench.set_market(ETH, maintenance=400).ok
    ramp = bench.pool.call("market_words", ETH)[1]
    assert ramp
    bench.chain.warp(1_800)
    assert code(bench, 600) is None
    assert bench.pool.call("market_words", ETH)[1] == ramp
    assert bench.lens.call("market_config", ETH)[2] == 350
    assert stored.config(bench.pool).maintenance == 400


@pytest.mark.parametrize(
    "changes",
    [{"initial": 499}, {"initial": 10_001}, {"side": 101}, {"position": 26}, {"side": 24}, {"side": 0, "position": 1}],
)
@pytest.mark.parametrize("role", ["guardian", "owner"])
def test_bounds(bench: Bench, changes: dict[str, int], role: str) -> None:
    assert code(bench, **changes, role=role) == "BOUND"


@pytest.mark.parametrize(
    "changes", [{}, {"initial": 10_000}, {"side": 0, "position": 0}, {"position": 0}, {"side": 25}]
)
def test_within(bench: Bench, changes: dict[str, int]) -> None:
    assert code(bench, **changes) is None


@pytest.mark.parametrize("role", ["trader", "manager", "anyone", "treasury"])
def test_nobody_else(bench: Bench, role: str) -> None:
    assert code(bench, role=role) == "AUTH"


@pytest.mark.parametrize("market", [2, 32])
def test_market(bench: Bench, market: int) -> None:
    assert refusal(bench.pool, "tighten", market, 500, 0, 0, sender=bench.guardian) == "MARKET"


def test_nobody_becomes_liquidatable(bench: Bench) -> None:
    account = bench.sub_account(1)
    bench.fund(account, 2_300)
    bench.open(account, 10 * WAD)
    before = bench.health(account)
    assert code(bench, 10_000, 0, 0) is None
    after = bench.health(account)
    assert (after.maintenance, after.liquidatable) == (before.maintenance, False)
    assert bench.trade(account, WAD).error == "CAPPED"
    assert bench.trade(account, -10 * WAD).ok
