"""Fee-on-transfer, rebasing, pausing, blocklisting, lying and silent tokens lose nobody else's money."""

from __future__ import annotations

import pytest

from novation.chain.protocol import Contract
from tests.support.system import ETH, WAD, House
from tests.support.tokens import BONUS, FEE, LIE, PAUSED, REFUSE, SILENT, build_hostile

UNIT = 10**6


@pytest.fixture(scope="module")
def deployed_hostile() -> tuple[House, Contract, int]:
    house, token = build_hostile()
    house.provide(house.lp, 500_000)
    house.fund(house.taker, 20_000)
    house.fund(house.maker, 20_000)
    token.transact("mint", house.attacker, 10_000 * UNIT, sender=house.attacker)
    token.transact("approve", house.vault.address, 2**256 - 1, sender=house.attacker)
    return house, token, house.chain.snapshot()


@pytest.fixture
def hostile(deployed_hostile: tuple[House, Contract, int]) -> tuple[House, Contract]:
    house, token, mark = deployed_hostile
    house.chain.restore(mark)
    return house, token


def balance(house: House, token: Contract, holder: str) -> int:
    """The token's answer is raw: its ABI says bytes."""
    return int.from_bytes(house.chain.raw_call(token.address, token.encode("balanceOf", holder)), "big")


def solvent(house: House, token: Contract) -> bool:
    """All cash of all accounts is held in tokens."""
    names = ("taker", "maker", "lp", "attacker", "keeper", "liquidator", "treasury", "outsider", "owner")
    accounts = [*(getattr(house, name) for name in names), house.pool.address, house.shares.address]
    accounts += [house.vault.address, house.orders.address]
    owed = sum(house.cash(account) for account in accounts)
    return bool(owed * UNIT <= balance(house, token, house.vault.address) * WAD)


@pytest.mark.parametrize("switch", [FEE, REFUSE, LIE, BONUS])
def test_a_deposit_of_other_than_what_arrives_is_refused(hostile: tuple[House, Contract], switch: int) -> None:
    house, token = hostile
    token.transact("set_switches", switch, sender=house.attacker)
    receipt = house.vault.attempt("deposit", house.attacker, 1_000 * UNIT, sender=house.attacker)
    assert receipt.error == "TOKEN"
    assert house.cash(house.attacker) == 0
    assert solvent(house, token)


def test_a_token_that_returns_nothing_works(hostile: tuple[House, Contract]) -> None:
    house, token = hostile
    token.transact("set_switches", SILENT, sender=house.attacker)
    house.vault.transact("deposit", house.attacker, 1_000 * UNIT, sender=house.attacker)
    house.vault.transact("withdraw", house.attacker, 400 * UNIT, house.attacker, sender=house.attacker)
    house.vault.transact("exit", house.attacker, house.outsider, sender=house.attacker)
    assert balance(house, token, house.outsider) == 600 * UNIT
    assert solvent(house, token)


def test_a_withdrawal_that_is_refused_by_return_value_books_nothing(hostile: tuple[House, Contract]) -> None:
    house, token = hostile
    token.transact("set_switches", REFUSE, sender=house.attacker)
    for function, args in (("withdraw", (house.taker, UNIT, house.taker)), ("exit", (house.taker, house.taker))):
        assert house.vault.attempt(function, *args, sender=house.taker).error == "TOKEN"
    assert house.cash(house.taker) == 20_000 * WAD


def test_a_fee_on_a_withdrawal_is_its_receivers(hostile: tuple[House, Contract]) -> None:
    house, token = hostile
    token.transact("set_switches", FEE, sender=house.attacker)
    house.vault.transact("withdraw", house.taker, 1_000 * UNIT, house.taker, sender=house.taker)
    assert balance(house, token, house.taker) == 990 * UNIT
    assert house.cash(house.taker) == 19_000 * WAD
    assert solvent(house, token)


def test_a_paused_token_stops_the_doors_and_nothing_else(hostile: tuple[House, Contract]) -> None:
    """Trading, liquidation, LPs and transfers between accounts move no token."""
    house, token = hostile
    house.trade(house.taker, ETH, 45 * WAD)
    token.transact("set_switches", PAUSED, sender=house.attacker)
    assert house.vault.attempt("deposit", house.attacker, UNIT, sender=house.attacker).error == "PAUSED"
    assert house.vault.attempt("withdraw", house.maker, UNIT, house.maker, sender=house.maker).error == "PAUSED"
    house.trade(house.maker, ETH, -3 * WAD)
    house.vault.transact("transfer", house.maker, house.outsider, WAD, sender=house.maker)
    house.shares.transact("request_redeem", 1_000 * WAD, sender=house.lp)
    house.settle()
    house.shares.transact("claim", house.lp, sender=house.lp)
    house.set_price(ETH, 3_640)
    house.liquidation.transact("liquidate", house.taker, ETH, b"", sender=house.liquidator)
    assert house.cash(house.liquidator) > 0
    assert solvent(house, token)


def test_a_blocked_owner_is_liquidated_and_is_paid_elsewhere(hostile: tuple[House, Contract]) -> None:
    house, token = hostile
    house.trade(house.taker, ETH, 45 * WAD)
    token.transact("set_blocked", house.taker, True, sender=house.attacker)
    house.set_price(ETH, 3_640)
    house.liquidation.transact("liquidate", house.taker, ETH, b"", sender=house.liquidator)
    position = house.lens.call("position", house.taker, ETH)[0]
    if position:
        house.trade(house.taker, ETH, -position, 3_640, slot=1)
    assert house.vault.attempt("exit", house.taker, house.taker, sender=house.taker).error == "BLOCKED"
    house.vault.transact("exit", house.taker, house.outsider, sender=house.taker)
    assert balance(house, token, house.outsider) > 0
    assert solvent(house, token)


def test_a_rebase_upwards_is_nobodys_and_a_rebase_downwards_credits_nobody(hostile: tuple[House, Contract]) -> None:
    """Cash is what was booked, whatever `balanceOf` says later; a deposit is measured by its own difference."""
    house, token = hostile
    for bps in (12_000, 8_000):
        token.transact("set_rebase", bps, sender=house.attacker)
        before = house.cash(house.attacker)
        receipt = house.vault.attempt("deposit", house.attacker, 1_000 * UNIT, sender=house.attacker)
        assert receipt.ok or receipt.error == "TOKEN"
        assert house.cash(house.attacker) - before == (1_000 * WAD if receipt.ok else 0)
        assert house.cash(house.taker) == 20_000 * WAD


def test_decimals_that_change_later_change_nothing(hostile: tuple[House, Contract]) -> None:
    house, token = hostile
    token.transact("set_decimals", 18, sender=house.attacker)
    house.vault.transact("deposit", house.attacker, UNIT, sender=house.attacker)
    assert house.cash(house.attacker) == WAD
