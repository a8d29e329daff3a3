"""The pause x action matrix of docs/spec.md, section 12: every entry is refused with PAUSED, every exit works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from novation.chain.protocol import Receipt
from tests.support.system import BTC, ETH, WAD, House

DEPOSIT, OPEN, LP_DEPOSIT = 1, 2, 4
EVERYTHING = DEPOSIT | OPEN | LP_DEPOSIT
MASKS = range(8)


@pytest.fixture
def house(system: House) -> House:
    """An open pool, positions of both sides, an account near the edge, a redemption and a deposit that wait."""
    system.provide(system.lp, 2_000_000)
    for role in ("taker", "maker", "attacker", "other_lp"):
        system.fund(system.roles[role], 50_000)
    system.fund(system.hedger, 3_000)
    system.trade(system.taker, ETH, 10 * WAD)
    system.trade(system.maker, ETH, -4 * WAD)
    system.trade(system.hedger, ETH, 10 * WAD)
    return system


def order(house: House, account: str, size: int, **changes: Any) -> tuple[Any, ...]:
    """As a commit takes it."""
    reduce_only = changes.get("reduce_only", False)
    return (account, changes.get("market", ETH), size, 0, 0, False, reduce_only, WAD, house.now + 10**6, 0, 0)


def deposit(house: House) -> Receipt:
    return pay_in(house, house.attacker)


def pay_in(house: House, account: str) -> Receipt:
    house.system.mint(account, WAD)
    house.token.transact("approve", house.vault.address, 10**6, sender=account)
    return house.vault.attempt("deposit", account, 10**6, sender=account)


def commit_opening(house: House) -> Receipt:
    return house.orders.attempt("commit", order(house, house.attacker, WAD), 0, sender=house.attacker)


def commit_flip(house: House) -> Receipt:
    return house.orders.attempt("commit", order(house, house.taker, -20 * WAD), 0, sender=house.taker)


def request_deposit(house: House) -> Receipt:
    return house.shares.attempt("request_deposit", house.other_lp, WAD, sender=house.other_lp)


ENTRIES: dict[Callable[[House], Receipt], int] = {
    deposit: DEPOSIT,
    commit_opening: OPEN,
    commit_flip: OPEN,
    request_deposit: LP_DEPOSIT,
}


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.__name__)
def test_an_entry(house: House, entry: Callable[[House], Receipt], mask: int) -> None:
    house.vault.transact("pause", mask, sender=house.guardian)
    receipt = entry(house)
    assert receipt.error == ("PAUSED" if ENTRIES[entry] & mask else None)
    house.vault.transact("unpause", mask, sender=house.owner)
    if not receipt.ok:
        assert entry(house).ok


@pytest.mark.parametrize("size", [WAD, -20 * WAD])
def test_an_opening_that_was_committed_before(house: House, size: int) -> None:
    """It does not fill, lives on, fills after the pause or is cancelled after its window."""
    live = house.order(house.taker, ETH, size)
    house.vault.transact("pause", OPEN, sender=house.guardian)
    reference = house.round_at(live)
    attempt = ("execute", live, 0, reference, b"")
    mark = house.chain.snapshot()
    assert house.orders.attempt(*attempt, sender=house.keeper).error == "PAUSED"
    house.vault.transact("unpause", OPEN, sender=house.owner)
    assert house.orders.attempt(*attempt, sender=house.keeper).ok
    house.chain.restore(mark)
    house.warp(house.system.parameters.orders.window + house.system.parameters.orders.grace + 1)
    before = house.cash(house.taker)
    house.orders.transact("cancel", live, 0, sender=house.taker)
    assert house.cash(house.taker) == before + WAD


# every exit


def reduce(house: House) -> None:
    house.trade(house.taker, ETH, -4 * WAD, reduce_only=True)
    assert house.lens.call("position", house.taker, ETH)[0] == 6 * WAD


def close(house: House) -> None:
    for account in (house.taker, house.maker):
        house.trade(account, ETH, 2**100 if account == house.maker else -(2**100), reduce_only=True)
        assert house.lens.call("position", account, ETH)[0] == 0


def withdraw(house: House) -> None:
    house.vault.transact("withdraw", house.taker, 10**6, house.taker, sender=house.taker)
    assert house.token.call("balanceOf", house.taker) == 10**6


def close_and_exit(house: House) -> None:
    close(house)
    house.vault.transact("exit", house.taker, house.taker, sender=house.taker)
    assert house.cash(house.taker) < 10**12
    assert house.token.call("balanceOf", house.taker) > 49_000 * 10**6


def transfer(house: House) -> None:
    house.vault.transact("transfer", house.taker, house.attacker, WAD, sender=house.taker)
    house.vault.transact("transfer_many", [(house.taker, house.attacker, WAD)], sender=house.taker)


def realise(house: House) -> None:
    house.set_price(ETH, 3_950)
    house.vault.transact("realise", house.taker, ETH, sender=house.outsider)


def flag_and_liquidate(house: House) -> None:
    house.set_price(ETH, 3_800)
    house.vault.transact("flag", house.hedger, sender=house.outsider)
    house.liquidation.transact("liquidate", house.hedger, ETH, b"", sender=house.liquidator)
    assert house.cash(house.liquidator) > 0


def liquidate_a_bankrupt(house: House) -> None:
    house.set_price(ETH, 3_500)
    receipt = house.liquidation.transact("liquidate_many", [house.hedger], [ETH], sender=house.liquidator)
    assert house.liquidation.returned("liquidate_many", receipt) == 1
    assert house.lens.call("position", house.hedger, ETH)[0] == 0


def redeem_settle_and_claim(house: House) -> None:
    house.shares.transact("request_redeem", 1_000 * WAD, sender=house.lp)
    house.settle()
    house.shares.transact("claim", house.lp, sender=house.outsider)
    assert house.cash(house.lp) == pytest.approx(1_000 * WAD, rel=0.01)


def collect_poke_and_mark(house: House) -> None:
    house.vault.transact("collect", 0, sender=house.outsider)
    house.pool.transact("poke", ETH, sender=house.outsider)
    house.pool.transact("mark", 0, sender=house.outsider)
    house.oracle.transact("observe", BTC, sender=house.outsider)


def cancel_and_claim(house: House) -> None:
    """A reduction that was not filled, a trigger that never fired, a keeper's earnings."""
    waiting = house.order(house.taker, ETH, -WAD, trigger=WAD, reduce_only=True)
    house.orders.transact("cancel", waiting, 0, sender=house.taker)
    before = house.cash(house.keeper)
    house.orders.transact("claim", house.keeper, sender=house.outsider)
    assert house.cash(house.keeper) == before + 3 * WAD


EXITS = [
    reduce,
    close,
    withdraw,
    close_and_exit,
    transfer,
    realise,
    flag_and_liquidate,
    liquidate_a_bankrupt,
    redeem_settle_and_claim,
    collect_poke_and_mark,
    cancel_and_claim,
]


@pytest.mark.parametrize("leave", EXITS, ids=lambda leave: leave.__name__)
def test_an_exit_with_everything_paused(house: House, leave: Callable[[House], None]) -> None:
    house.vault.transact("pause", EVERYTHING, sender=house.guardian)
    leave(house)


@pytest.mark.parametrize("leave", EXITS[:4], ids=lambda leave: leave.__name__)
def test_an_exit_of_a_market_with_caps_at_nothing(house: House, leave: Callable[[House], None]) -> None:
    """The guardian's strictest: everything paused, initial margin 100%, caps 0."""
    house.vault.transact("pause", EVERYTHING, sender=house.guardian)
    house.pool.transact("tighten", ETH, 500, 0, 0, sender=house.guardian)
    house.vault.transact("set_credit", 0, 0, sender=house.guardian)
    leave(house)


def test_a_deposit_that_waits_is_settled_and_claimed(house: House) -> None:
    house.shares.transact("request_deposit", house.other_lp, 1_000 * WAD, sender=house.other_lp)
    house.vault.transact("pause", EVERYTHING, sender=house.guardian)
    house.settle()
    house.shares.transact("claim", house.other_lp, sender=house.outsider)
    assert house.balance(house.other_lp) > 900 * WAD


def test_a_market_that_only_reduces_is_left(house: House) -> None:
    house.oracle.transact("set_status", ETH, 2, sender=house.guardian)
    house.vault.transact("pause", EVERYTHING, sender=house.guardian)
    close(house)
    house.vault.transact("exit", house.taker, house.taker, sender=house.taker)
    house.set_price(ETH, 3_800)
    house.liquidation.transact("liquidate", house.hedger, ETH, b"", sender=house.liquidator)


def test_who_has_a_position_may_defend_it(house: House) -> None:
    house.vault.transact("pause", DEPOSIT | OPEN | LP_DEPOSIT, sender=house.guardian)
    assert pay_in(house, house.taker).error is None
    assert pay_in(house, house.attacker).error == "PAUSED"
