"""In and out of a pool at one price earns nothing, whatever is done to the pool's value in between."""

from __future__ import annotations

from random import Random

import pytest

from tests.support.system import BTC, ETH, WAD, House

LIQUIDITY = 2_000_000


def everything(house: House, *accounts: str) -> int:
    """Cash of some accounts after they have left: no shares, no positions."""
    assert all(house.balance(account) == 0 for account in accounts)
    return sum(house.cash(account) for account in accounts)


@pytest.mark.parametrize("size", [0, 100, -100, 249, -249])
def test_deposit_trade_and_redeem_at_one_price_earn_nothing(system: House, size: int) -> None:
    """The attacker is LP and trader: it moves skew, premium and fees around its own shares."""
    system.provide(system.lp, LIQUIDITY)
    system.fund(system.maker, 200_000)
    system.trade(system.maker, ETH, 40 * WAD)
    system.fund(system.taker, 200_000)
    shares = system.provide(system.attacker, 1_000_000)
    start = 1_200_000 * WAD
    if size:
        system.trade(system.taker, ETH, size * WAD)
    system.shares.transact("request_redeem", shares, sender=system.attacker)
    system.settle()
    system.shares.transact("claim", system.attacker, sender=system.attacker)
    if size:
        system.trade(system.taker, ETH, -size * WAD)
    assert everything(system, system.attacker, system.taker) <= start


def test_a_request_cannot_be_settled_in_the_block_it_was_made_in(system: House) -> None:
    system.provide(system.lp, LIQUIDITY)
    system.fund(system.attacker, 1_000)
    system.shares.transact("request_deposit", system.attacker, 1_000 * WAD, sender=system.attacker)
    assert system.shares.attempt("settle", sender=system.attacker).error == "EARLY"


@pytest.mark.parametrize("seed", range(4))
def test_many_round_trips_at_fixed_prices_never_earn(system: House, seed: int) -> None:
    """Random deposits, redemptions and trades of one attacker; the prices stand still, others do nothing."""
    random = Random(seed)
    system.provide(system.lp, LIQUIDITY)
    system.fund(system.attacker, 500_000)
    system.fund(system.taker, 500_000)
    start = 1_000_000 * WAD
    sizes = {ETH: 0, BTC: 0}
    for _ in range(8):
        market = random.choice([ETH, BTC])
        size = random.randrange(-60, 60) * WAD // (1 if market == ETH else 30)
        if size:
            system.trade(system.taker, market, size)
            sizes[market] += size
        usd = random.randrange(1, 50_000) * WAD
        if random.random() < 0.6 and system.cash(system.attacker) >= usd:
            system.shares.transact("request_deposit", system.attacker, usd, sender=system.attacker)
        elif held := system.balance(system.attacker):
            system.shares.transact("request_redeem", random.choice([held, held // 2 + 1]), sender=system.attacker)
        else:
            continue
        system.settle()
        system.shares.transact("claim", system.attacker, sender=system.attacker)
    if held := system.balance(system.attacker):
        system.shares.transact("request_redeem", held, sender=system.attacker)
        system.settle()
        system.shares.transact("claim", system.attacker, sender=system.attacker)
    for market, size in sizes.items():
        if size:
            system.trade(system.taker, market, -size)
    funding = 50 * WAD  # prices stand still, time does not: skew pays the pool or is paid by it
    assert everything(system, system.attacker, system.taker) <= start + funding
