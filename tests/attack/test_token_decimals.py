"""The same economics whatever the token's decimals: only the door rounds, and never for who passes it."""

from __future__ import annotations

import pytest

from novation.chain.protocol import Reverted
from novation.chain.revm import RevmChain
from tests.support.system import BTC, ETH, WAD, House, build
from tests.support.tokens import with_decimals

DECIMALS = [0, 6, 8, 18, 27]


def story(house: House) -> dict[str, int]:
    """Deposits, trades, an LP's round trip, a liquidation; @return everybody's cash and the pool's."""
    house.provide(house.lp, 900_000)
    house.fund(house.taker, 20_000)
    house.fund(house.maker, 70_000)
    house.fund(house.attacker, 3_000)
    house.trade(house.taker, ETH, 31 * WAD + 7)
    house.trade(house.maker, BTC, -(WAD // 3))
    house.trade(house.attacker, ETH, 11 * WAD)
    house.shares.transact("request_redeem", 100_000 * WAD + 1, sender=house.lp)
    house.settle()
    house.shares.transact("claim", house.lp, sender=house.lp)
    house.set_price(ETH, 3_760)
    house.liquidation.transact("liquidate", house.attacker, ETH, b"", sender=house.liquidator)
    house.trade(house.maker, BTC, WAD // 3, 109_000)
    house.vault.transact("collect", 0, sender=house.keeper)
    accounts = ["taker", "maker", "attacker", "lp", "liquidator", "treasury"]
    cash = {name: house.cash(getattr(house, name)) for name in accounts}
    return cash | {"pool": house.cash(house.pool.address), "insurance": house.cash(house.vault.address)}


@pytest.fixture(scope="module")
def expected() -> dict[str, int]:
    return story(build(with_decimals(18)))


@pytest.mark.parametrize("decimals", DECIMALS)
def test_decimals_change_nobodys_cash(decimals: int, expected: dict[str, int]) -> None:
    assert story(build(with_decimals(decimals))) == expected


@pytest.mark.parametrize("decimals", DECIMALS)
def test_what_comes_in_goes_out(decimals: int) -> None:
    house = build(with_decimals(decimals))
    house.fund(house.taker, 777)
    house.vault.transact("withdraw", house.taker, 777 * 10**decimals, house.outsider, sender=house.taker)
    assert house.token.call("balanceOf", house.outsider) == 777 * 10**decimals
    assert house.cash(house.taker) == 0


@pytest.mark.parametrize("decimals", DECIMALS)
def test_the_door_rounds_against_who_passes_it(decimals: int) -> None:
    """In and out a thousand times by odd amounts brings nobody a unit, and the vault holds what it owes."""
    house = build(with_decimals(decimals))
    held = 10 * 10**decimals + 1_003
    house.token.transact("mint", house.attacker, held, sender=house.attacker)
    house.token.transact("approve", house.vault.address, 2**256 - 1, sender=house.attacker)
    before = house.token.call("balanceOf", house.attacker)
    for amount in range(1, 400, 7):
        receipt = house.vault.attempt("deposit", house.attacker, amount, sender=house.attacker)
        assert receipt.ok or receipt.error in ("ZERO", "")  # worth nothing, or more than there is
        house.vault.attempt("withdraw", house.attacker, (amount + 1) // 2, house.attacker, sender=house.attacker)
    house.vault.transact("exit", house.attacker, house.attacker, sender=house.attacker)
    after = house.token.call("balanceOf", house.attacker)
    assert after <= before
    owed = sum(house.cash(account) for account in (house.pool.address, house.attacker, house.shares.address))
    assert owed * 10**decimals <= house.token.call("balanceOf", house.vault.address) * WAD


@pytest.mark.parametrize("decimals", [37, 77, 255])
def test_absurd_decimals_are_refused(decimals: int) -> None:
    chain = RevmChain()
    token = chain.deploy("HostileToken", decimals, sender=chain.account(0))
    someone = chain.account(1)
    with pytest.raises(Reverted) as caught:
        chain.deploy("CollateralVault", token.address, someone, someone, someone, 0, someone, someone, sender=someone)
    assert caught.value.code == "TOKEN"
