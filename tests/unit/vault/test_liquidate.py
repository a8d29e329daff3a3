"""`liquidate`: what the vault judges and books. Sizes and penalties are in tests/unit/pool."""

from __future__ import annotations

from dataclasses import replace

import pytest

from novation.deployment.plan import feed_settings
from tests.support.bench import BTC, ETH, WAD, Bench
from tests.support.oracle import AGED, NORMAL
from tests.support.stored import account_of, refusal

RAMP = 300  # of the bench's liquidations


def flag(bench: Bench, account: str, seconds: int = RAMP) -> None:
    """Starts the account's clock, that long ago."""
    bench.vault.transact("flag", account, sender=bench.anyone)
    bench.chain.warp(seconds)


@pytest.fixture
def thin(bench: Bench) -> str:
    """Long 10 ETH on 3,000 USD: unhealthy below 3,817, bankrupt below 3,702."""
    account = bench.sub_account(1)
    bench.fund(account, 3_000)
    bench.open(account, 10 * WAD)
    return account


def total(bench: Bench, *accounts: str) -> int:
    """All cash there is among these, pool, insurance and treasury."""
    everybody = {*accounts, bench.pool.address, bench.vault.address, bench.treasury, bench.liquidator}
    return sum(bench.cash(account) for account in everybody)


def test_a_partial_one(bench: Bench, thin: str) -> None:
    before = total(bench, thin)
    bench.push(ETH, 3_800)
    receipt = bench.liquidate(thin)
    event = receipt.one("Liquidated").args
    assert (event["account"], event["market"], event["liquidator"]) == (thin, ETH, bench.liquidator)
    assert event["word"] == bench.vault.call("account_word", thin)
    assert event["reward"] == bench.cash(bench.liquidator) == bench.vault.returned("liquidate", receipt) > 0
    assert event["deficit"] == 0
    assert event["insurance_cash"] == bench.cash(bench.vault.address) > 0
    assert event["pool_cash"] == bench.cash(bench.pool.address)
    assert total(bench, thin) == before
    found = account_of(event["word"])
    assert (found.markets, found.flagged_at) == (1, 0)
    assert 0 < bench.position(thin).size < 10 * WAD
    health = bench.health(thin)
    assert health.margin == pytest.approx(health.maintenance * 1.1, rel=0.01)


def test_bankrupt_with_insurance(bench: Bench, thin: str) -> None:
    bench.fund(bench.vault.address, 10_000)
    before = total(bench, thin)
    bench.push(ETH, 3_600)
    insurance = bench.cash(bench.vault.address)
    pool = bench.cash(bench.pool.address)
    event = bench.liquidate(thin).one("Liquidated").args
    assert event["word"] == bench.vault.call("account_word", thin)
    assert account_of(event["word"]) == account_of(0)
    assert event["deficit"] > 1_000 * WAD
    collected = 4 * WAD // 2 + 36 * WAD // 20
    assert event["insurance_cash"] == bench.cash(bench.vault.address)
    assert insurance + collected - event["insurance_cash"] == event["deficit"] + event["reward"]
    assert event["reward"] == WAD
    assert total(bench, thin) == before
    assert bench.cash(bench.pool.address) > pool
    assert bench.vault.call("debts") == 0


def test_bankrupt_without_insurance_the_pool_pays(bench: Bench, thin: str) -> None:
    before = total(bench, thin)
    bench.push(ETH, 3_600)
    event = bench.liquidate(thin).one("Liquidated").args
    assert event["insurance_cash"] == bench.cash(bench.vault.address) == 0
    assert event["deficit"] > 1_000 * WAD
    assert event["pool_cash"] == bench.cash(bench.pool.address)
    assert (bench.cash(thin), total(bench, thin)) == (0, before)


def test_past_the_credit_of_the_pool(bench: Bench, thin: str) -> None:
    """Bad debt is the pool's, whatever its cash: it is recognised, not kept."""
    pool = bench.pool.address
    bench.open(bench.trader, -10 * WAD)
    bench.vault.transact("pull", pool, bench.cash(pool), sender=bench.shares)
    bench.open(bench.trader, 10 * WAD, usd=3_000)
    bench.vault.transact("set_credit", 0, 0, sender=bench.guardian)
    assert bench.cash(pool) < -9_000 * WAD
    assert bench.liquidate(thin).ok
    assert bench.cash(thin) == 0
    assert bench.cash(pool) < -6_000 * WAD
    assert bench.vault.call("debts") == 0


def test_one_call_for_all_markets_of_a_bankrupt(bench: Bench, thin: str) -> None:
    bench.open(thin, WAD // 100, BTC)
    bench.push(ETH, 3_500)
    bench.push(BTC, 110_000)
    before = total(bench, thin)
    receipt = bench.liquidate(thin)
    assert len(receipt.find("Filled")) == 2
    assert bench.account(thin) == account_of(0)
    assert total(bench, thin) == before
    assert bench.market(ETH).long == bench.market(BTC).long == 0


def test_a_halted_market_of_a_bankrupt_stays(bench: Bench, thin: str) -> None:
    """What is left of it keeps counting; the deficit is of what is known."""
    bench.open(thin, WAD // 100, BTC)
    bench.halt(BTC)
    bench.push(ETH, 3_500)
    assert bench.liquidate(thin).error == "EARLY"
    flag(bench, thin)
    bench.push(ETH, 3_500)
    assert bench.liquidate(thin).ok
    assert bench.account(thin).markets == 1 << BTC
    assert bench.position(thin, BTC).size == WAD // 100
    assert bench.position(thin, ETH).size == 0


def test_halted(bench: Bench, thin: str) -> None:
    bench.push(ETH, 3_000)
    bench.halt(ETH)
    assert bench.liquidate(thin).error == "HALTED"


class TestAnOldPrice:
    """Somebody chose not to bring a newer one: there must have been time for others to bring it."""

    @pytest.fixture(autouse=True)
    def short(self, bench: Bench) -> None:
        """Prices are old after a minute."""
        for market in (ETH, BTC):
            feed = replace(bench.settings(market).feed, trade_age=60)
            settings = feed_settings(feed, bench.feeds[market].address)
            bench.oracle.transact("set_feed", market, settings, sender=bench.owner)

    @pytest.mark.parametrize(("age", "code"), [(60, None), (61, "EARLY")])
    def test_of_the_market(self, bench: Bench, thin: str, age: int, code: str | None) -> None:
        bench.push(ETH, 3_700)
        bench.chain.warp(age)
        assert bench.read()[4] == (AGED if code else NORMAL)
        assert bench.liquidate(thin).error == code

    def test_of_another_market(self, bench: Bench, thin: str) -> None:
        bench.open(thin, WAD // 1_000, BTC, 110_000)
        bench.chain.warp(61)
        bench.push(ETH, 3_700)
        assert [bench.read(market)[4] for market in (ETH, BTC)] == [NORMAL, AGED]
        assert bench.liquidate(thin).error == "EARLY"
        flag(bench, thin)
        bench.push(ETH, 3_700)
        assert bench.liquidate(thin).ok

    @pytest.mark.parametrize("ramp", [1, RAMP, 2**32 - 1])
    def test_never_flagged(self, bench: Bench, thin: str, ramp: int) -> None:
        bench.push(ETH, 3_700)
        bench.chain.warp(61)
        assert bench.account(thin).flagged_at == 0
        assert bench.liquidate(thin, ramp=ramp).error == "EARLY"

    @pytest.mark.parametrize(
        ("ramp", "ago", "code"),
        [
            (1, 0, "EARLY"),
            (1, 1, None),
            (10, 9, "EARLY"),
            (10, 10, None),
            (1_800, 1_799, "EARLY"),
            (1_800, 1_800, None),
        ],
    )
    def test_after_any_ramp(self, bench: Bench, thin: str, ramp: int, ago: int, code: str | None) -> None:
        """Up to the longest that the module takes."""
        bench.push(ETH, 3_700)
        bench.chain.warp(61)
        flag(bench, thin, ago)
        assert bench.liquidate(thin, ramp=ramp).error == code

    @pytest.mark.parametrize("ago", [0, RAMP - 1])
    def test_a_flag_anew_is_a_ramp_anew(self, bench: Bench, thin: str, ago: int) -> None:
        bench.push(ETH, 3_700)
        bench.chain.warp(61)
        flag(bench, thin, 1_801)
        mark = bench.chain.snapshot()
        assert bench.liquidate(thin).ok
        bench.chain.restore(mark)
        flag(bench, thin, ago)
        assert bench.liquidate(thin).error == "EARLY"
        bench.chain.warp(RAMP - ago)
        assert bench.liquidate(thin).ok

    @pytest.mark.parametrize(("ago", "code"), [(0, "EARLY"), (RAMP - 1, "EARLY"), (RAMP, None)])
    def test_after_the_ramp(self, bench: Bench, thin: str, ago: int, code: str | None) -> None:
        bench.push(ETH, 3_700)
        bench.chain.warp(61)
        flag(bench, thin, ago)
        assert bench.liquidate(thin).error == code

    def test_of_a_whole_position(self, bench: Bench, thin: str) -> None:
        """Nothing of it is left to be told old."""
        bench.push(ETH, 3_300)
        bench.chain.warp(61)
        assert bench.liquidate(thin).error == "EARLY"
        flag(bench, thin)
        assert bench.liquidate(thin).ok
        assert bench.position(thin).size == 0


def test_healthy(bench: Bench, thin: str) -> None:
    assert bench.liquidate(thin).error == "HEALTHY"
    bench.push(ETH, 3_818)
    assert bench.liquidate(thin).error == "HEALTHY"
    bench.push(ETH, 3_817)
    assert bench.liquidate(thin).ok


def test_no_position_in_the_market(bench: Bench, thin: str) -> None:
    bench.push(ETH, 3_000)
    assert bench.liquidate(thin, BTC).error == "MARKET"
    assert bench.liquidate(thin, 31).error == "MARKET"
    assert bench.liquidate(thin, 32).error == "MARKET"
    assert bench.liquidate(bench.anyone).error == "MARKET"


def test_a_pool_in_debt_is_no_account_to_make_whole(bench: Bench) -> None:
    bench.fund(bench.vault.address, 10_000)
    bench.open(bench.trader, 10 * WAD)
    pool = bench.pool.address
    bench.vault.transact("pull", pool, bench.cash(pool), sender=bench.shares)
    bench.vault.transact("collect", 0, sender=bench.anyone)
    assert bench.cash(pool) < 0
    assert bench.liquidate(pool).error == "MARKET"


@pytest.mark.parametrize("role", ["trader", "owner", "module", "order_module", "guardian", "liquidator"])
def test_only_the_liquidation_module(bench: Bench, role: str) -> None:
    arguments = (bench.trader, ETH, bench.liquidator, 2_000, 8_000, 300, 0)
    assert refusal(bench.vault, "liquidate", *arguments, sender=bench.roles[role]) == "AUTH"


def reward_bps(bench: Bench, account: str, **options: int) -> int:
    """The liquidator's part of the penalty, bps rounded."""
    before = bench.cash(bench.vault.address)
    event = bench.liquidate(account, **options).one("Liquidated").args
    penalty = event["reward"] + event["insurance_cash"] - before
    return round(event["reward"] * 10_000 / penalty)


def test_the_share_rises_with_the_flag(bench: Bench, thin: str) -> None:
    bench.push(ETH, 3_817)
    start = bench.chain.snapshot()
    assert reward_bps(bench, thin) == pytest.approx(2_000, abs=60)
    bench.chain.restore(start)
    bench.vault.transact("flag", thin, sender=bench.anyone)
    bench.chain.warp(150)
    assert reward_bps(bench, thin) == 5_000
    bench.chain.restore(start)
    bench.vault.transact("flag", thin, sender=bench.anyone)
    bench.chain.warp(3_000)
    assert reward_bps(bench, thin) == 8_000


def test_the_share_rises_with_the_depth(bench: Bench, thin: str) -> None:
    bench.push(ETH, 3_760)
    health = bench.health(thin)
    depth = (health.maintenance - health.margin) * 10_000 // health.maintenance
    assert reward_bps(bench, thin) == 2_000 + 6_000 * depth // 10_000


def test_a_ramp_of_nothing_is_over_at_once(bench: Bench, thin: str) -> None:
    bench.push(ETH, 3_817)
    bench.vault.transact("flag", thin, sender=bench.anyone)
    bench.chain.warp(1)
    assert reward_bps(bench, thin, ramp=1) == 8_000


def test_a_top_up_is_bounded(bench: Bench, thin: str) -> None:
    """Insurance adds at most 50 USD, whatever the module asks, and only where nothing is left."""
    bench.fund(bench.vault.address, 10_000)
    bench.push(ETH, 3_600)
    assert bench.liquidate(thin, minimum=10**6 * WAD).one("Liquidated").args["reward"] == 50 * WAD
    other = bench.sub_account(2)
    bench.fund(other, 3_000)
    bench.open(other, 10 * WAD, usd=4_000)
    bench.push(ETH, 3_800)
    assert bench.liquidate(other, minimum=10**6 * WAD).one("Liquidated").args["reward"] < 50 * WAD


def test_by_the_account_itself(bench: Bench, thin: str) -> None:
    """The reward is its own cash again, and no more."""
    bench.push(ETH, 3_800)
    before = total(bench, thin)
    margin = bench.health(thin).margin
    receipt = bench.liquidate(thin, liquidator=thin)
    assert receipt.one("Liquidated").args["word"] == bench.vault.call("account_word", thin)
    assert total(bench, thin) == before
    assert bench.health(thin).margin < margin


def test_an_unflagged_account_that_stays_unhealthy_is_flagged(bench: Bench, thin: str) -> None:
    """Its first market is too small to heal it: the clock starts."""
    bench.open(thin, WAD // 100, BTC)
    bench.push(ETH, 3_820)
    assert bench.health(thin).liquidatable
    bench.push(ETH, 3_790)
    assert bench.liquidate(thin, BTC).ok
    assert bench.account(thin).flagged_at == bench.now
    assert bench.liquidate(thin, ETH).ok
    assert bench.account(thin).flagged_at == 0
