"""The edges of the margin engine's rules."""

from __future__ import annotations

import pytest

from tests.support.bench import BTC, CREDIT, ETH, WAD, Bench
from tests.support.stored import Risk, refusal


def rich_in_gains(bench: Bench, number: int) -> str:
    """An account with little cash, half a Bitcoin and gains in ether once that is at 5,000."""
    account = bench.sub_account(number)
    bench.fund(account, 3_000)
    bench.open(account, 10 * WAD)
    return account


def test_no_cash_is_no_debt(bench: Bench) -> None:
    """An opening that leaves exactly nothing is none of insurance's business, however much others owe."""
    one, debtor = rich_in_gains(bench, 1), rich_in_gains(bench, 2)
    bench.push(ETH, 5_000)
    for account in (one, debtor):
        bench.open(account, WAD // 2, BTC)
    quote = bench.quote(BTC, 110_000 - 2 * (bench.cash(debtor) // WAD) - 800)
    assert bench.trade(debtor, -WAD // 2, BTC, quote=quote).ok  # a reduction may leave a debt
    assert bench.vault.call("debts") > bench.cash(bench.vault.address) == 0
    mark = bench.chain.snapshot()
    bench.fund(bench.vault.address, 10_000)
    assert bench.trade(one, -WAD, BTC, quote=quote).ok
    short = -bench.cash(one)
    for missing, code in ((1, "DEBT"), (0, None)):
        bench.chain.restore(mark)
        bench.vault.transact("transfer", bench.other, one, short - missing, sender=bench.other)
        assert bench.trade(one, -WAD, BTC, quote=quote).error == code
    assert bench.cash(one) == 0


def test_the_last_wei_of_credit(bench: Bench) -> None:
    """A gain may bring the pool's cash to the end of its credit exactly."""
    bench.open(bench.trader, 10 * WAD)
    bench.vault.transact("set_credit", 0, 500 * WAD, sender=bench.owner)
    quote = bench.quote(ETH, 4_100)
    mark = bench.chain.snapshot()
    before = bench.cash(bench.trader)
    assert bench.trade(bench.trader, -10 * WAD, quote=quote).ok
    gain = bench.cash(bench.trader) - before
    pool = bench.pool.address
    for missing, code in ((1, "CREDIT"), (0, None)):
        bench.chain.restore(mark)
        rest = gain - 500 * WAD - missing
        bench.vault.transact("pull", pool, bench.cash(pool) - rest, sender=bench.shares)
        assert bench.trade(bench.trader, -10 * WAD, quote=quote).error == code
    assert bench.cash(pool) == -500 * WAD


@pytest.mark.parametrize(("market", "size"), [(BTC, 1), (ETH, 20)])
def test_gains_count_as_far_as_the_pool_has_cash(bench: Bench, market: int, size: int) -> None:
    """A commit is judged with the pool's cash, not with its credit alone; with a loss beside the gains or without."""
    account = rich_in_gains(bench, 1)
    bench.push(ETH, 5_000)
    bench.pool.transact("poke", ETH, sender=bench.anyone)
    order = (account, market, size * WAD, 0, True)
    bench.vault.transact("set_credit", 0, 0, sender=bench.owner)
    mark = bench.chain.snapshot()
    assert bench.vault.attempt("reserve", *order, sender=bench.order_module).ok
    bench.chain.restore(mark)
    pool = bench.pool.address
    bench.vault.transact("pull", pool, bench.cash(pool), sender=bench.shares)
    assert bench.vault.attempt("reserve", *order, sender=bench.order_module).error == "MARGIN"


def test_who_takes_nothing_out_of_the_pool_may_close(bench: Bench) -> None:
    """A pool beyond its credit pays no wei, and lets those close who lose or who gain nothing."""
    assert bench.set_market(ETH, taker=0, maker=0).ok
    pool = bench.pool.address
    bench.open(bench.other, 10 * WAD)
    bench.open(bench.trader, WAD)
    bench.vault.transact("set_credit", 0, 500 * WAD, sender=bench.owner)
    bench.vault.transact("pull", pool, bench.cash(pool) - 400 * WAD, sender=bench.shares)
    bench.open(bench.other, -10 * WAD, usd=4_085)
    assert -500 * WAD < bench.cash(pool) < -400 * WAD
    bench.vault.transact("set_credit", 0, 0, sender=bench.guardian)
    mark = bench.chain.snapshot()
    # Of a few wei of size, at the roundings against the account.
    for usd, size, code, cash in ((4_001, 1, None, -1), (4_001, 2, None, 0), (4_001.5, 2, "CREDIT", 0)):
        bench.chain.restore(mark)
        quote, before = bench.quote(ETH, usd), bench.cash(bench.trader)
        assert bench.trade(bench.trader, -size, quote=quote).error == code
        assert bench.cash(bench.trader) - before == cash


def test_realise_without_a_position(bench: Bench) -> None:
    """Whatever there is to say of the market."""
    for market in (ETH, BTC, 5):  # the last is the pool's, but not listed
        assert refusal(bench.vault, "realise", bench.trader, market, sender=bench.anyone) == "ZERO"
    bench.halt(ETH)
    assert refusal(bench.vault, "realise", bench.trader, ETH, sender=bench.anyone) == "ZERO"


def test_realise_with_no_cash_and_with_a_wei(bench: Bench) -> None:
    account = bench.sub_account(1)
    bench.fund(account, 300)
    bench.open(account, WAD)
    bench.push(ETH, 3_000)
    bench.vault.transact("realise", account, ETH, sender=bench.anyone)
    assert bench.cash(account) == 0
    assert refusal(bench.vault, "realise", account, ETH, sender=bench.anyone) == "ZERO"
    mark = bench.chain.snapshot()
    bench.halt(ETH)
    assert refusal(bench.vault, "realise", account, ETH, sender=bench.anyone) == "ZERO"
    bench.chain.restore(mark)
    bench.vault.transact("transfer", bench.other, account, 1, sender=bench.other)
    bench.vault.transact("realise", account, ETH, sender=bench.anyone)
    assert bench.cash(account) == 0


def test_a_close_that_leaves_nothing(bench: Bench) -> None:
    """A margin of exactly zero after it is enough, a wei below is not."""
    account = bench.sub_account(1)
    bench.fund(account, 300)
    bench.open(account, WAD)
    mark = bench.chain.snapshot()
    quote = bench.quote(ETH, 3_770)
    bench.trade(account, -WAD, quote=quote)
    left = bench.cash(account)
    assert 0 < left < 100 * WAD
    for taken, code in ((left + 1, "MARGIN"), (left, None)):
        bench.chain.restore(mark)
        bench.vault.transact("transfer", account, bench.other, taken, sender=bench.trader)
        quote = bench.quote(ETH, 3_770)
        assert bench.trade(account, -WAD, quote=quote).error == code
    assert bench.cash(account) == 0


def test_a_reduction_that_changes_no_health(bench: Bench) -> None:
    """At a price so far below the newest that the loss is the maintenance which it frees: equal is enough."""
    assert bench.set_market(ETH, taker=0, maker=0).ok
    bench.open(bench.trader, WAD)
    bench.chain.warp(5)
    quote = bench.quote(ETH, 3_880)  # 3% below the newest, maintenance is 3%
    bench.push(ETH, 4_000)
    for size, code in ((6, "MARGIN"), (7, None)):  # roundings cost up to a wei
        assert bench.trade(bench.trader, -size, quote=quote).error == code


def test_the_flag_ends_at_the_maintenance_exactly(bench: Bench) -> None:
    account = bench.sub_account(1)
    bench.fund(account, 1_000)
    bench.open(account, WAD)
    mark = bench.chain.snapshot()
    missing = 0
    for gift, flagged in ((0, True), (-1, True), (0, False)):
        bench.chain.restore(mark)
        bench.push(ETH, 3_090)
        bench.vault.transact("flag", account, sender=bench.anyone)
        if missing:
            bench.vault.transact("transfer", bench.other, account, missing + gift, sender=bench.other)
        assert bench.trade(account, -WAD // 50, usd=3_090).ok
        assert (bench.account(account).flagged_at > 0) == flagged
        health = bench.health(account)
        missing = missing or health.maintenance - health.margin
    assert health.margin == health.maintenance


def test_debts_up_to_all_that_insurance_has(bench: Bench) -> None:
    one = rich_in_gains(bench, 1)
    bench.push(ETH, 5_000)
    bench.open(one, WAD // 2, BTC)
    quote = bench.quote(BTC, 110_000 - 2 * (bench.cash(one) // WAD) - 800)
    mark = bench.chain.snapshot()
    bench.fund(bench.vault.address, 10_000)
    assert bench.trade(one, -WAD, BTC, quote=quote).ok
    debt = -bench.cash(one)
    for missing, code in ((1, "DEBT"), (0, None)):
        bench.chain.restore(mark)
        bench.vault.transact("transfer", bench.other, bench.vault.address, debt - missing, sender=bench.other)
        assert bench.trade(one, -WAD, BTC, quote=quote).error == code
    assert bench.vault.call("debts") == bench.cash(bench.vault.address) == debt


def test_the_last_market(bench: Bench) -> None:
    """Number 31, of a second pool, is looked at as all others."""
    pool = bench.new_pool(bench.vault.address)
    bench.add_feed(31)
    assert bench.set_market(31, pool).ok
    arguments = (1, pool.address, bench.module, 1 << 31, CREDIT * WAD)
    bench.vault.transact("register_pool", *arguments, sender=bench.owner)
    bench.fund(pool.address, 1_000_000)
    account = bench.sub_account(1)
    bench.fund(account, 1_000)
    bench.open(account, WAD, 31)
    assert bench.account(account).markets == 1 << 31
    assert refusal(bench.vault, "withdraw", account, 900 * 10**6, bench.anyone, sender=bench.trader) == "MARGIN"
    bench.push(31, 3_000)
    bench.vault.transact("flag", account, sender=bench.anyone)
    assert bench.liquidate(account, 31).ok
    assert bench.account(account).markets == 0


@pytest.mark.parametrize(("market", "size"), [(ETH, 32 * WAD), (BTC, 14 * WAD // 10)])
def test_a_commit_to_the_last_wei(bench: Bench, market: int, size: int) -> None:
    """Gains of the first pool count in full, and what is left beyond the requirement may go as the fee."""
    account = rich_in_gains(bench, 1)
    bench.push(ETH, 5_000)
    bench.pool.transact("poke", ETH, sender=bench.anyone)
    cost, risk = bench.pool.call("risk_with", account, market, size, 1 << ETH)
    found = Risk(*risk)
    assert found.gains > 9_000 * WAD
    spare = bench.cash(account) - cost + found.gains - found.losses - found.initial
    assert 0 < spare < bench.cash(account)
    for fee, code in ((bench.cash(account) + 1, "CASH"), (spare + 1, "MARGIN"), (spare, None)):
        receipt = bench.vault.attempt("reserve", account, market, size, fee, True, sender=bench.order_module)
        assert receipt.error == code


def test_no_wei_of_gains_counts_where_the_pool_has_nothing(bench: Bench) -> None:
    account = rich_in_gains(bench, 1)
    bench.push(ETH, 5_000)
    bench.pool.transact("poke", ETH, sender=bench.anyone)
    bench.fund(account, 10_000)
    bench.vault.transact("set_credit", 0, 0, sender=bench.owner)
    pool = bench.pool.address
    bench.vault.transact("pull", pool, bench.cash(pool), sender=bench.shares)
    cost, risk = bench.pool.call("risk_with", account, BTC, WAD, 1 << ETH)
    found = Risk(*risk)
    assert found.gains > 0
    spare = bench.cash(account) - cost - found.losses - found.initial
    for fee, code in ((spare + 1, "MARGIN"), (spare, None)):
        receipt = bench.vault.attempt("reserve", account, BTC, WAD, fee, True, sender=bench.order_module)
        assert receipt.error == code


def test_no_flag_between_maintenance_and_initial(bench: Bench) -> None:
    account = bench.sub_account(1)
    bench.fund(account, 300)
    bench.open(account, WAD)
    bench.push(ETH, 3_850)
    health = bench.health(account)
    assert health.maintenance < health.margin < health.initial
    assert refusal(bench.vault, "flag", account, sender=bench.anyone) == "NOFLAG"
    bench.push(ETH, 3_800)
    bench.vault.transact("flag", account, sender=bench.anyone)
    bench.push(ETH, 3_850)
    bench.vault.transact("flag", account, sender=bench.anyone)
    assert bench.account(account).flagged_at == 0


def test_a_flag_from_the_first_wei_below(bench: Bench) -> None:
    account = bench.sub_account(1)
    bench.fund(account, 1_000)
    bench.open(account, WAD)
    mark = bench.chain.snapshot()
    bench.push(ETH, 3_200)
    health = bench.health(account)
    spare = health.margin - health.maintenance
    for taken, code in ((spare, "NOFLAG"), (spare + 1, None)):
        bench.chain.restore(mark)
        bench.vault.transact("transfer", account, bench.other, taken, sender=bench.trader)
        bench.push(ETH, 3_200)
        assert refusal(bench.vault, "flag", account, sender=bench.anyone) == code


def test_a_gain_of_one_wei_counts(bench: Bench) -> None:
    """The size is looked for at whose average price the gain is a wei: the more is bought the dearer it is."""
    account = bench.sub_account(1)
    bench.fund(account, 50_000)
    bench.vault.transact("set_credit", 0, 0, sender=bench.owner)
    mark = bench.chain.snapshot()

    def risk_at(size: int) -> Risk:
        bench.chain.restore(mark)
        bench.open(account, size)
        bench.push(ETH, dear)
        bench.pool.transact("poke", ETH, sender=bench.anyone)
        return Risk(*bench.pool.call("risk_with", account, BTC, WAD // 10, 1 << ETH)[1])

    bench.open(account, WAD)
    dear = -(-bench.position(account).basis // 10**16) / 100 + 0.01  # at the marks there is no spread
    few, many = WAD, 60 * WAD
    assert risk_at(few).gains > 1 > risk_at(many).gains
    while many - few > 1 and risk_at(few).gains != 1:
        middle = (few + many) // 2
        few, many = (middle, many) if risk_at(middle).gains >= 1 else (few, middle)
    assert risk_at(few).gains == 1
    cost, risk = bench.pool.call("risk_with", account, BTC, WAD // 10, 1 << ETH)
    found = Risk(*risk)
    assert found.gains == 1
    spare = bench.cash(account) - cost + 1 - found.losses - found.initial
    for fee, code in ((spare + 1, "MARGIN"), (spare, None)):
        receipt = bench.vault.attempt("reserve", account, BTC, WAD // 10, fee, True, sender=bench.order_module)
        assert receipt.error == code
