"""Nobody keeps his liquidation away: no callback, no frozen token, no broken feed of another market."""

from __future__ import annotations

import pytest

from novation.chain.revm import RevmChain
from tests.support import bench as benches
from tests.support.bench import BTC, ETH, WAD, Bench
from tests.support.moves import expose
from tests.support.oracle import HALT, STARVED
from tests.support.system import House

PAUSED = 16


@pytest.fixture
def bench() -> Bench:
    return benches.build(RevmChain())


def test_an_account_that_is_a_contract(bench: Bench) -> None:
    """Nothing calls it, so what it does when it is called does not matter."""
    account = bench.feeds[ETH].address
    bench.fund(account, 3_000)
    bench.open(account, 10 * WAD)
    bench.push(ETH, 3_800)
    bench.feeds[BTC].transact("set_modes", STARVED, STARVED, sender=bench.owner)
    assert bench.liquidate(account).ok


def test_a_liquidator_or_a_receiver_that_is_a_contract(bench: Bench) -> None:
    """Rewards are booked, not sent."""
    account = bench.sub_account(1)
    bench.fund(account, 3_000)
    bench.open(account, 10 * WAD)
    bench.push(ETH, 3_800)
    assert bench.liquidate(account, liquidator=bench.token.address).ok
    assert bench.cash(bench.token.address) > 0


def test_a_token_that_is_paused() -> None:
    """It stops withdrawals; liquidations only book."""
    bench = benches.build(RevmChain(), token="HostileToken")
    account = bench.sub_account(1)
    bench.fund(account, 3_000)
    bench.open(account, 10 * WAD)
    bench.token.transact("set_switches", PAUSED, sender=bench.owner)
    bench.token.transact("set_blocked", account, True, sender=bench.owner)
    bench.push(ETH, 3_800)
    withdrawal = bench.vault.attempt("withdraw", bench.other, 10**6, bench.other, sender=bench.other)
    assert withdrawal.error == "PAUSED"
    assert bench.liquidate(account).ok
    bench.push(ETH, 3_400)
    assert bench.liquidate(account).ok


def test_one_broken_feed_freezes_neither_closing_nor_liquidation_elsewhere(system: House) -> None:
    system.provide(system.lp, 2_000_000)
    for role in ("hedger", "taker"):
        system.fund(system.roles[role], 4_000)
        system.trade(system.roles[role], BTC, WAD // 100)
        system.trade(system.roles[role], ETH, 10 * WAD)
    proxy = expose(system, BTC)
    for mode in (1, 2, 5, 6):
        proxy.transact("set_modes", mode, mode, mode, sender=system.outsider)
        assert system.oracle.call("read", BTC)[4] == HALT
        system.set_price(ETH, 3_750)
        system.trade(system.taker, ETH, -2 * WAD, usd=3_750, reduce_only=True)
    # Where a price is missing the others have the ramp's time to bring one; then it goes on without.
    system.set_price(ETH, 3_700)
    attempt = system.liquidation.attempt("liquidate", system.hedger, ETH, b"", sender=system.liquidator)
    assert attempt.error == "EARLY"
    system.vault.transact("flag", system.hedger, sender=system.liquidator)
    system.warp(system.system.parameters.liquidation.ramp)
    system.set_price(ETH, 3_700)
    system.liquidation.transact("liquidate", system.hedger, ETH, b"", sender=system.liquidator)
    assert system.lens.call("position", system.hedger, ETH)[0] < 10 * WAD


def test_an_order_that_is_pending(system: House) -> None:
    """A pending mark holds withdrawals, not liquidations; nor does an order in every slot."""
    system.provide(system.lp, 2_000_000)
    system.fund(system.attacker, 3_200)
    system.trade(system.attacker, ETH, 10 * WAD)
    for slot in range(2, 16):
        system.order(system.attacker, ETH, -WAD, slot=slot, reduce_only=True, trigger=WAD)
    system.order(system.attacker, ETH, WAD // 40, slot=1)
    system.set_price(ETH, 3_700)
    system.liquidation.transact("liquidate", system.attacker, ETH, b"", sender=system.liquidator)
    assert system.cash(system.liquidator) > 0


def test_many_where_one_is_not_possible(system: House) -> None:
    """A pair that reverts stops no other."""
    system.provide(system.lp, 2_000_000)
    system.fund(system.hedger, 3_000)
    system.trade(system.hedger, ETH, 10 * WAD)
    system.set_price(ETH, 3_750)
    pairs = [(system.outsider, ETH), (system.hedger, BTC), (system.hedger, ETH), (system.hedger, 32)]
    accounts, markets = (list(column) for column in zip(*pairs, strict=True))
    receipt = system.liquidation.transact("liquidate_many", accounts, markets, sender=system.liquidator)
    assert system.liquidation.returned("liquidate_many", receipt) == 1
