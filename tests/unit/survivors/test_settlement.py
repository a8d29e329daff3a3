"""The edges of liquidations as the vault books them."""

from __future__ import annotations

from dataclasses import replace

from novation.chain.protocol import Receipt
from novation.deployment.parameters import load
from tests.support.bench import BTC, ETH, WAD, Bench
from tests.support.stored import refusal
from tests.support.system import build


def everything(bench: Bench, *accounts: str) -> int:
    """All cash of these, of pool, insurance, treasury and liquidator."""
    everybody = {*accounts, bench.pool.address, bench.vault.address, bench.treasury, bench.liquidator}
    return sum(bench.cash(account) for account in everybody)


def charges(receipt: Receipt) -> list[int]:
    """What each fill charged."""
    return [event.args["charge"] for event in receipt.find("Filled")]


def test_the_penalty_of_another_market_that_is_closed(bench: Bench) -> None:
    """The fee of the first closing brings the margin below zero, the second, whose premium is in the account's favour,
    above it again: the penalty takes what there is, and somebody gets it."""
    assert bench.set_market(BTC, taker=0, maker=0).ok
    account = bench.sub_account(1)
    bench.fund(account, 20_000)
    bench.open(account, WAD, BTC)
    bench.open(account, 10 * WAD, ETH)
    before = everything(bench, account)
    bench.push(ETH, 2_003.98)
    assert 0 < bench.health(account).margin < 10 * WAD
    receipt = bench.liquidate(account)
    fee, penalty = charges(receipt)
    event = receipt.one("Liquidated").args
    assert fee > 10 * WAD
    assert event["reward"] + event["insurance_cash"] == penalty > WAD
    assert event["reward"] == bench.cash(bench.liquidator)
    assert everything(bench, account) == before
    assert bench.cash(account) == event["deficit"] == 0
    assert event["pool_cash"] == bench.cash(bench.pool.address)


def test_a_wei_that_is_left_is_something(bench: Bench) -> None:
    """Insurance tops a reward up where nothing is left of the account; one wei is not nothing."""
    account = bench.sub_account(1)
    bench.fund(account, 300)
    bench.open(account, WAD)
    bench.fund(bench.vault.address, 1_000)
    mark = bench.chain.snapshot()
    bench.push(ETH, 3_741.4)
    assert bench.liquidate(account).ok
    left = bench.cash(account)
    assert bench.position(account).size == 0 < left < 10 * WAD
    rewards = {}
    for wei in (0, 1):
        bench.chain.restore(mark)
        bench.vault.transact("transfer", account, bench.other, left - wei, sender=bench.trader)
        bench.push(ETH, 3_741.4)
        rewards[wei] = bench.liquidate(account, minimum=50 * WAD).one("Liquidated").args["reward"]
        assert bench.cash(account) == wei
    assert rewards[0] == 50 * WAD > rewards[1] > 0


def closed_with(bench: Bench, cash: int, minimum: int) -> dict[str, int]:
    """Liquidates an ether at 3,741.40 of an account from which `cash` was taken before. @return the event and more."""
    account = bench.sub_account(1)
    bench.fund(account, 300)
    bench.open(account, WAD)
    bench.fund(bench.vault.address, 1_000)
    if cash:
        bench.vault.transact("transfer", account, bench.other, cash, sender=bench.trader)
    bench.push(ETH, 3_741.4)
    receipt = bench.liquidate(account, minimum=minimum)
    assert bench.position(account).size == 0
    fees = bench.book().owed
    return receipt.one("Liquidated").args | {"left": bench.cash(account), "charge": charges(receipt)[0], "owed": fees}


def test_a_wei_of_top_up_and_of_deficit(bench: Bench) -> None:
    mark = bench.chain.snapshot()
    full = closed_with(bench, 0, 0)
    bench.chain.restore(mark)
    plain = closed_with(bench, full["left"], 0)
    assert plain["left"] == plain["deficit"] == 0
    assert plain["owed"] > 0  # insurance paid nothing, so nothing was collected for it
    bench.chain.restore(mark)
    more = closed_with(bench, full["left"], plain["reward"] + 1)
    assert (more["left"], more["deficit"], more["reward"]) == (0, 0, plain["reward"] + 1)
    assert more["owed"] == 0
    bench.chain.restore(mark)
    penalty = full["reward"] + full["insurance_cash"] - 1_000 * WAD
    short = closed_with(bench, full["left"] + penalty + 1, 0)
    assert (short["left"], short["deficit"], short["reward"]) == (0, 1, 0)
    assert short["owed"] == 0


def test_gains_elsewhere_leave_neither_deficit_nor_top_up(bench: Bench) -> None:
    """Cash below zero with gains above it: the account has something, so nobody pays for it."""
    account = bench.sub_account(1)
    bench.fund(account, 3_000)
    bench.open(account, 10 * WAD, ETH)
    bench.push(ETH, 5_000)
    bench.open(account, WAD, BTC)
    bench.fund(bench.vault.address, 10_000)
    bench.push(BTC, 100_000)
    pool = bench.cash(bench.pool.address)
    receipt = bench.liquidate(account, BTC, minimum=10_000 * WAD)
    event = receipt.one("Liquidated").args
    assert bench.position(account, BTC).size > 0 > bench.cash(account)
    assert event["deficit"] == 0
    assert event["pool_cash"] > pool
    assert event["insurance_cash"] > 10_000 * WAD
    fee = charges(receipt)[0] - event["reward"] - (event["insurance_cash"] - 10_000 * WAD)
    assert 0 < fee < 100 * WAD
    assert bench.vault.call("debts") == -bench.cash(account)
    bench.push(BTC, 95_000)
    assert bench.liquidate(account, BTC).ok  # of an account that is in debt already
    assert bench.vault.call("debts") == -bench.cash(account)


def test_who_liquidates_himself_is_paid_the_top_up(bench: Bench) -> None:
    account = bench.sub_account(1)
    bench.fund(account, 300)
    bench.open(account, WAD)
    bench.fund(bench.vault.address, 1_000)
    bench.push(ETH, 3_000)
    before = everything(bench, account)
    event = bench.liquidate(account, liquidator=account, minimum=5 * WAD).one("Liquidated").args
    assert event["deficit"] > 700 * WAD
    assert bench.cash(account) == event["reward"] == 5 * WAD
    assert everything(bench, account) == before


def test_a_halted_gain_is_left_with_its_debt(bench: Bench) -> None:
    """What is halted is not closed: its gain stays, and the deficit is what it does not cover."""
    account = bench.sub_account(1)
    bench.fund(account, 3_000)
    bench.open(account, 10 * WAD, ETH)
    bench.push(ETH, 4_500)
    bench.open(account, WAD // 2, BTC)
    bench.fund(bench.vault.address, 1_000)
    bench.halt(ETH)
    bench.push(BTC, 80_000)
    bench.vault.transact("flag", account, sender=bench.anyone)
    flagged_at = bench.now
    bench.chain.warp(300)
    bench.push(BTC, 80_000)
    margin = bench.health(account).margin
    assert margin < -1_000 * WAD
    event = bench.liquidate(account, BTC).one("Liquidated").args
    health = bench.health(account)
    assert event["deficit"] > -margin
    assert health.margin == 0 > bench.cash(account)
    assert bench.vault.call("debts") == -bench.cash(account) > 0
    assert bench.account(account).flagged_at == flagged_at  # its market still needs margin


def test_the_reward_of_who_has_gains_elsewhere(bench: Bench) -> None:
    """However much is promised, insurance adds nothing while something is left of the account."""
    account = bench.sub_account(1)
    bench.fund(account, 3_000)
    bench.open(account, 10 * WAD, ETH)
    bench.push(ETH, 5_000)
    bench.open(account, WAD, BTC)
    bench.fund(bench.vault.address, 10_000)
    bench.push(BTC, 100_000)
    mark = bench.chain.snapshot()
    rewards = []
    for minimum in (0, 10_000 * WAD):
        bench.chain.restore(mark)
        rewards.append(bench.liquidate(account, BTC, minimum=minimum).one("Liquidated").args["reward"])
    assert rewards[0] == rewards[1] > WAD


def test_the_flag_of_who_stays_unhealthy(bench: Bench) -> None:
    """Where one market is not enough to lift it, the account keeps the time at which it was flagged."""
    account = bench.sub_account(1)
    bench.fund(account, 10_000)
    bench.open(account, WAD, ETH)
    bench.open(account, WAD, BTC)
    bench.push(BTC, 102_000)
    flagged_at = bench.now
    bench.vault.transact("flag", account, sender=bench.anyone)
    bench.chain.warp(77)
    assert bench.liquidate(account, ETH).ok
    found = bench.account(account)
    assert (found.markets, found.flagged_at) == (1 << BTC, flagged_at)


def test_the_reward_at_no_depth(bench: Bench) -> None:
    """A wei below its maintenance and not flagged an account is worth the floor of the share, nothing if that is 0."""
    account = bench.sub_account(1)
    bench.fund(account, 1_000)
    bench.open(account, WAD)
    mark = bench.chain.snapshot()
    bench.push(ETH, 3_200)
    health = bench.health(account)
    above = health.margin - health.maintenance
    assert above > 0
    for taken, error in ((above, "HEALTHY"), (above + 1, None)):
        bench.chain.restore(mark)
        bench.vault.transact("transfer", account, bench.other, taken, sender=bench.trader)
        bench.push(ETH, 3_200)
        receipt = bench.liquidate(account, floor=0, ceiling=10_000, minimum=0)
        assert receipt.error == error
    event = receipt.one("Liquidated").args
    assert event["reward"] == 0 < event["insurance_cash"]


def test_the_top_up_is_paid_out_of_this_penalty_too(bench: Bench) -> None:
    """Insurance that has nothing gives what the liquidation brings it: its part of penalty and fees."""
    account = bench.sub_account(1)
    bench.fund(account, 300)
    bench.open(account, WAD)
    bench.push(ETH, 3_740)
    before = everything(bench, account)
    event = bench.liquidate(account, minimum=50 * WAD).one("Liquidated").args
    assert bench.cash(account) == event["deficit"] == event["insurance_cash"] == 0
    assert event["reward"] == bench.cash(bench.liquidator) > 36 * WAD
    assert everything(bench, account) == before


def test_collect_down_to_the_end_of_the_credit(bench: Bench) -> None:
    bench.open(bench.trader, WAD)
    bench.vault.transact("set_credit", 0, 0, sender=bench.owner)
    pool, owed = bench.pool.address, bench.book().owed
    bench.vault.transact("pull", pool, bench.cash(pool) - owed + 1, sender=bench.shares)
    assert refusal(bench.vault, "collect", 0, sender=bench.anyone) == "CREDIT"
    bench.vault.transact("transfer", bench.other, pool, 1, sender=bench.other)
    bench.vault.transact("collect", 0, sender=bench.anyone)
    assert bench.cash(pool) == 0


def test_the_parts_of_what_is_collected() -> None:
    """Told apart where they are not halves."""
    parameters = load("local")
    house = build(replace(parameters, vault=replace(parameters.vault, insurance_share_bps=2_000)))
    house.provide(house.lp, 1_000_000)
    house.fund(house.taker, 10_000)
    house.trade(house.taker, ETH, WAD)
    receipt = house.vault.transact("collect", 0, sender=house.outsider)
    event = next(found for found in receipt.find("Collected") if found.address == house.vault.address).args
    assert event["treasury_amount"] == 4 * event["insurance_amount"] == house.cash(house.treasury) > 0
    assert event["insurance_amount"] == house.cash(house.vault.address)


def test_at_a_margin_of_nothing_no_other_market_is_touched(bench: Bench) -> None:
    """The penalty takes the rest of the margin: that is no bankruptcy, and nothing else is asked or closed."""
    account = bench.sub_account(1)
    bench.fund(account, 300)
    bench.open(account, WAD, ETH)
    bench.open(account, WAD // 1_000, BTC)
    bench.push(ETH, 3_720)
    bench.push(BTC, 110_001)
    stored = bench.oracle.call("words_of", BTC)
    receipt = bench.liquidate(account, ETH)
    assert receipt.one("Liquidated").args["deficit"] == 0
    assert bench.health(account).margin == 0
    assert bench.oracle.call("words_of", BTC) == stored
    assert bench.position(account, BTC).size > 0


def test_margin_between_maintenance_and_initial_after_a_bankruptcy(bench: Bench) -> None:
    """The first closing leaves less than nothing, the second, at a premium in its favour, more than the third market
    needs to stay: the account is healthy."""
    assert bench.set_market(BTC, taker=0, maker=0, penalty=0).ok
    bench.chain.warp(bench.parameters.pool.ramp_seconds)
    bench.push(ETH, 4_000)
    bench.push(BTC, 110_000)
    bench.add_feed(2)
    assert bench.set_market(2).ok
    account = bench.sub_account(1)
    bench.fund(account, 20_000)
    bench.open(account, WAD, BTC)
    bench.open(account, 10 * WAD, ETH)
    bench.open(account, 6 * WAD // 100, 2)
    bench.push(ETH, 2_004.3)
    receipt = bench.liquidate(account)
    assert len(charges(receipt)) == 2
    health = bench.health(account)
    assert health.maintenance < health.margin < health.initial
    assert bench.account(account).flagged_at == 0


def test_margin_between_maintenance_and_initial_with_a_position_in_another_pool(bench: Bench) -> None:
    """A part brings the account a little above the maintenance of all that it has: it is healthy."""
    bench.second_pool()
    account = bench.sub_account(1)
    bench.fund(account, 20_000)
    bench.open(account, 20 * WAD, ETH)
    bench.open(account, 20 * WAD, 16)
    for usd in range(3_999, 3_000, -1):
        bench.push(ETH, usd)
        health = bench.health(account)
        if health.margin < health.maintenance:
            break
    bench.vault.transact("flag", account, sender=bench.anyone)
    assert bench.account(account).flagged_at == bench.now
    assert bench.liquidate(account).ok
    health = bench.health(account)
    assert 0 < bench.position(account).size < 20 * WAD
    assert health.maintenance < health.margin < health.initial
    assert bench.account(account).flagged_at == 0
