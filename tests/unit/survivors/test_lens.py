"""The edges of the lens: what it answers where its answer turns."""

from __future__ import annotations

import pytest

from novation.chain.protocol import Reverted
from novation.model.market import fill_cost, pnl, requirement
from tests.support.bench import BTC, ETH, WAD, Bench
from tests.support.stored import Risk
from tests.unit.lens.test_preview_trade import preview, same

K = 100_000 * WAD


def test_markets_end_before_the_gain_weight(bench: Bench) -> None:
    """The bit behind the last market's."""
    bench.vault.transact("set_gain_weight", 0, 9_999, sender=bench.owner)
    for market in (32, 2**256 - 1):
        with pytest.raises(Reverted) as refused:
            bench.lens.call("position", bench.trader, market)
        assert refused.value.code == "MARKET"


def test_flagged_in_the_last_second_of_the_clock(bench: Bench) -> None:
    bench.chain.set_time(2**40 - 10)
    account = bench.sub_account(1)
    bench.fund(account, 3_000)
    bench.open(account, 10 * WAD)
    bench.push(ETH, 3_800)
    bench.vault.transact("flag", account, sender=bench.anyone)
    assert bench.lens.call("account", account)[2] == bench.now
    assert bench.health(account).flagged_at == bench.now > 2**39


@pytest.mark.parametrize("sign", [1, -1])
def test_whose_margin_is_the_maintenance(bench: Bench, sign: int) -> None:
    account = bench.sub_account(1)
    bench.fund(account, 3_000)
    bench.open(account, sign * 10 * WAD)
    bench.push(ETH, 4_000 - sign * 300)
    bench.fund(bench.module, 5_000)
    found = bench.health(account)
    assert (found.liquidatable, found.withdrawable) == (True, 0)
    for amount, liquidatable in ((found.maintenance - found.margin - 1, True), (1, False)):
        bench.vault.transact("push", account, amount, sender=bench.module)
        assert bench.health(account).liquidatable is liquidatable
        assert bench.lens.call("unhealthy_bits", [bench.trader, account]) == 2 * liquidatable


def test_markets_that_are_not_listed_are_passed_over(bench: Bench) -> None:
    bench.add_feed(3)
    assert bench.set_market(3).ok
    bench.open(bench.trader, WAD, 3)
    assert bench.lens.call("unhealthy_bits", [bench.trader, bench.other]) == 0


# What a trade would do


def test_the_last_market_that_may_be_held(bench: Bench) -> None:
    """Sixteen, of which one is in another pool; the next is refused whatever its neighbours are."""
    other = bench.new_pool(bench.vault.address)
    for market in range(2, 17):
        bench.add_feed(market)
        assert bench.set_market(market, other if market == 16 else bench.pool).ok
    bench.vault.transact("register_pool", 1, other.address, bench.anyone, 1 << 16, 0, sender=bench.owner)
    bench.fund(other.address, 1_000_000)
    for market in range(16):
        bench.open(bench.trader, WAD // 10, market)
        bench.open(bench.other, WAD // 10, market + 1)
    assert same(bench, bench.other, WAD // 10, 0).code == "MAX"
    bench.vault.transact("reserve", bench.trader, ETH, WAD, WAD, True, sender=bench.order_module)
    assert preview(bench, bench.trader, WAD // 10, 16).code == "MAX"
    bench.open(bench.trader, -WAD // 10, 7)
    assert same(bench, bench.trader, WAD // 10, 7).code == ""


def test_the_last_credit(bench: Bench) -> None:
    """The pool pays all of it, and not a wei more."""
    bench.open(bench.trader, 10 * WAD)
    quote = bench.quote(ETH, 4_100)
    pool, before = bench.pool.address, bench.cash(bench.trader)
    mark = bench.chain.snapshot()
    assert bench.trade(bench.trader, -10 * WAD, quote=quote).ok
    gain = bench.cash(bench.trader) - before
    bench.chain.restore(mark)
    bench.vault.transact("set_credit", 0, 0, sender=bench.guardian)
    bench.vault.transact("pull", pool, bench.cash(pool) - gain, sender=bench.shares)
    assert preview(bench, bench.trader, -10 * WAD).code == ""
    bench.vault.transact("pull", pool, 1, sender=bench.shares)
    assert preview(bench, bench.trader, -10 * WAD).code == "CREDIT"


def test_gains_count_as_far_as_the_pool_can_pay_them(bench: Bench) -> None:
    """After the fee of the trade itself."""
    account = bench.sub_account(1)
    bench.fund(account, 7_500)
    bench.open(account, WAD, BTC)
    bench.open(bench.other, 90 * WAD)  # whose losses keep the pool's reserve covered
    bench.push(BTC, 118_000)
    bench.push(ETH, 2_000)
    quote = bench.quote()
    pool = bench.pool.address
    bench.vault.transact("set_credit", 0, 0, sender=bench.guardian)
    mark = bench.chain.snapshot()
    assert bench.trade(account, 20 * WAD, quote=quote).ok
    risk = Risk(*bench.pool.call("risk", account, bench.account(account).markets))
    wanted = risk.initial + risk.losses - bench.cash(account)
    assert 0 < wanted < risk.gains
    spare = bench.cash(pool) - wanted
    bench.chain.restore(mark)
    bench.vault.transact("pull", pool, spare, sender=bench.shares)
    found = [preview(bench, account, 20 * WAD).code, bench.trade(account, 20 * WAD, quote=quote).error]
    bench.chain.restore(mark)
    bench.vault.transact("pull", pool, spare + 1, sender=bench.shares)
    found += [preview(bench, account, 20 * WAD).code, bench.trade(account, 20 * WAD, quote=quote).error]
    assert found == ["", None, "MARGIN", "MARGIN"]


def test_the_last_debt(bench: Bench) -> None:
    """Insurance for all of it, and for a wei less; and where the account owes already."""
    account = bench.sub_account(1)
    bench.fund(account, 3_000)
    bench.open(account, 10 * WAD)
    bench.push(ETH, 5_000)
    bench.open(account, WAD // 2, BTC)
    bench.fund(bench.module, 5_000)
    usd = 110_000 - 2 * (bench.cash(account) // WAD) - 800
    for delta in (-WAD, WAD):  # turns the position
        quote = bench.quote(BTC, usd)
        mark = bench.chain.snapshot()
        bench.fund(bench.vault.address, 5_000)
        assert bench.trade(account, delta, BTC, quote=quote).ok
        debt = -bench.cash(account)
        bench.chain.restore(mark)
        missing = debt - bench.cash(bench.vault.address)
        assert missing > 1
        bench.vault.transact("push", bench.vault.address, missing - 1, sender=bench.module)
        assert preview(bench, account, delta, BTC).code == "DEBT"
        bench.vault.transact("push", bench.vault.address, 1, sender=bench.module)
        assert preview(bench, account, delta, BTC).code == ""
        assert bench.trade(account, delta, BTC, quote=quote).ok
        usd += 500


def test_others_debts_beyond_insurance(bench: Bench) -> None:
    """They concern an order that leaves no debt of its own not at all, and one without margin is told that."""
    debtor, account = bench.sub_account(1), bench.sub_account(2)
    for each in (debtor, account):
        bench.fund(each, 3_000)
        bench.open(each, 10 * WAD)
    bench.push(ETH, 5_000)
    for each in (debtor, account):
        bench.open(each, WAD // 2, BTC)
    bench.open(debtor, -WAD // 2, BTC, usd=102_000)
    assert bench.vault.call("debts") > bench.cash(bench.vault.address) == 0
    bench.fund(bench.module, 5_000)
    quote = bench.quote(BTC, 110_000 - 2 * (bench.cash(account) // WAD) - 800)
    assert preview(bench, account, -WAD, BTC).code == "DEBT"
    assert preview(bench, account, -2 * WAD, BTC).code == "MARGIN"
    mark = bench.chain.snapshot()
    bench.fund(bench.vault.address, 10_000)
    assert bench.trade(account, -WAD, BTC, quote=quote).ok
    debt = -bench.cash(account)
    for missing, code in ((1, "DEBT"), (0, ""), (-1, "")):
        bench.chain.restore(mark)
        bench.vault.transact("push", account, debt - missing, sender=bench.module)
        assert preview(bench, account, -WAD, BTC).code == code
        assert bench.trade(account, -WAD, BTC, quote=quote).error == (code or None)


def test_the_reserve_against_what_the_pool_is_worth(bench: Bench) -> None:
    codes = []
    for _ in range(10):
        pool = bench.pool.address
        bench.vault.transact("pull", pool, bench.cash(pool) // 2, sender=bench.shares)
        codes.append(same(bench, bench.trader, 10 * WAD).code)
        if codes[-1]:
            break
        bench.open(bench.trader, -10 * WAD)
    assert codes[-1] == "CAPPED"
    assert len(codes) > 2


def test_the_impact_to_the_wei(bench: Bench) -> None:
    bench.push(ETH, 4_000.01)
    price, delta = 400_001 * 10**16, 10 * WAD + 1
    assert price * delta % WAD
    expected = fill_cost(K, price, 0, delta) - price * delta // WAD
    assert preview(bench, bench.trader, delta).impact == expected


# The price at which an account turns


def margin_at(bench: Bench, account: str, price: int) -> int:
    """Margin less maintenance where ETH is at a price."""
    size, basis, _ = bench.position(account)
    others = Risk(*bench.pool.call("risk", account, bench.account(account).markets & ~1))
    required = requirement(K, size, price, 300, 20_000, abs(size))
    outside = bench.cash(account) + others.equity - others.maintenance
    return outside + pnl(size, basis, price, bench.market().funding) - required


def top_price(bench: Bench) -> int:
    """Where the search ends."""
    return min(16 * bench.read()[1], int(bench.oracle.call("bounds", ETH)[0]))


def turning_price(bench: Bench, account: str) -> int:
    """Forty steps of bisection with the model's formulas."""
    good, bad = (top_price(bench), 0) if bench.position(account).size > 0 else (0, top_price(bench))
    if margin_at(bench, account, bad) >= 0 or margin_at(bench, account, good) < 0:
        return 0
    for _ in range(40):
        middle = (good + bad) // 2
        good, bad = (good, middle) if margin_at(bench, account, middle) < 0 else (middle, bad)
    return bad


@pytest.mark.parametrize("size", [9 * WAD, -9 * WAD, 10 * WAD + 1, -10 * WAD - 1, WAD // 2, -WAD // 3])
@pytest.mark.parametrize(
    ("usd", "btc", "after"),
    [(4_000, 0, 0), (4_500, -1, 115_000), (3_900, 1, 100_000), (30_000, 2, 150_000), (100_000, -9, 180_000)],
)
def test_the_liquidation_price_to_the_wei(bench: Bench, size: int, usd: int, btc: int, after: int) -> None:
    account = bench.sub_account(1)
    bench.fund(account, usd + (15_000 if btc else 0))
    bench.open(account, size)
    if btc:
        bench.open(account, btc * WAD, BTC)
        bench.chain.warp(600)
        bench.push(BTC, after)
    bench.push(ETH, 4_010)
    bench.pool.transact("poke", ETH, sender=bench.anyone)
    assert preview(bench, account, 0).liquidation_price == turning_price(bench, account)


@pytest.mark.parametrize(("size", "price", "margin"), [(10, 0, -100), (-10, 0, 5), (-1, None, 0), (-1, None, -1)])
def test_the_liquidation_price_at_the_ends(bench: Bench, size: int, price: int | None, margin: int) -> None:
    """Cash by the wei, so that the account turns at a few wei of price, or at the end of the search."""
    account = bench.sub_account(1)
    bench.fund(account, 100_000)
    bench.open(account, size * WAD)
    bench.open(account, -9 * WAD, BTC)
    bench.push(BTC, 180_000)
    bench.push(ETH, 4_010)
    bench.pool.transact("poke", ETH, sender=bench.anyone)
    bench.fund(bench.module, 2_000_000)
    missing = margin - margin_at(bench, account, top_price(bench) if price is None else price)
    bench.vault.transact("push", account, missing, sender=bench.module)
    expected = turning_price(bench, account)
    assert (expected == 0) == ((price, margin) in ((0, -100), (None, 0)))
    assert preview(bench, account, 0).liquidation_price == expected


def test_the_liquidation_price_of_the_smallest_size(bench: Bench) -> None:
    """It is worth its basis at first: a little above, for the requirement."""
    asked = preview(bench, bench.anyone, 1)
    assert asked.code == "DUST"
    assert 4_000 * WAD < asked.liquidation_price < 4_300 * WAD


def test_the_last_market(bench: Bench) -> None:
    """Of 32, in a pool of its own."""
    bench.second_pool(31)
    account = bench.sub_account(1)
    bench.fund(account, 4_000)
    bench.open(account, 10 * WAD, 31)
    assert same(bench, account, WAD).code == ""
    bench.push(31, 3_600)
    assert bench.health(account).liquidatable
    assert bench.lens.call("unhealthy_bits", [account]) == 1


def test_a_pool_beyond_its_credit_still_takes(bench: Bench) -> None:
    """Who loses by an order may close, and who gains nothing."""
    bench.open(bench.trader, 10 * WAD)
    bench.open(bench.other, WAD, BTC)
    bench.push(BTC, 109_000)
    pool = bench.pool.address
    bench.vault.transact("pull", pool, bench.cash(pool), sender=bench.shares)
    assert same(bench, bench.trader, -10 * WAD, usd=4_100).code == ""
    assert bench.cash(pool) < 0
    bench.vault.transact("set_credit", 0, 0, sender=bench.guardian)
    assert preview(bench, bench.other, 0, BTC).code == ""
    assert same(bench, bench.other, -WAD // 2, BTC).code == ""


def test_who_gains_more_than_it_has_may_close(bench: Bench) -> None:
    account = bench.sub_account(1)
    bench.fund(account, 3_000)
    bench.open(account, 10 * WAD)
    assert same(bench, account, -WAD, usd=5_000).code == ""


def test_gains_of_another_pool(bench: Bench) -> None:
    """They count as far as that pool can pay them."""
    bench.second_pool()
    bench.vault.transact("set_gain_weight", 1, 10_000, sender=bench.owner)
    account = bench.sub_account(1)
    bench.fund(account, 3_000)
    bench.open(account, 10 * WAD, 16)
    bench.push(16, 5_000)
    assert bench.health(account).initial < 3_000 * WAD
    assert same(bench, account, 10 * WAD).code == ""
