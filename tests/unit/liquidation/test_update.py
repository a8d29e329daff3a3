"""`liquidate` with an update: it is brought first, its fee paid out of the ether sent, the rest goes back."""

from __future__ import annotations

from typing import Any

import pytest

from novation.model.feeds import NOTHING
from tests.support.oracle import PULLED
from tests.support.orders import WAD, Desk, error
from tests.support.stub import passed, passing

PRICE = 10**15  # wei
MARKET = PULLED


def charge(desk: Desk, wei: int = PRICE) -> None:
    """What the source wants from now on."""
    desk.rig.pull.transact("set_price", wei, sender=desk.anyone)


def untouched(desk: Desk) -> bool:
    """Whether no price is known and no ether stayed anywhere."""
    parts = (desk.liquidations, desk.rig.oracle, desk.rig.pull)
    return desk.rig.stored(MARKET) == NOTHING and not any(desk.chain.balance(part.address) for part in parts)


def test_is_brought_before(desk: Desk) -> None:
    desk.make_vault(0, 7 * WAD)
    receipt = desk.liquidate(MARKET, desk.rig.update(2_010 * WAD))
    assert [event.name for event in receipt.events] == ["Observed", "Liquidating"]
    assert desk.liquidations.returned("liquidate", receipt) == 7 * WAD
    assert receipt.one("Liquidating").args["market"] == receipt.one("Observed").args["feed"] == MARKET
    assert desk.rig.stored(MARKET).mid == 2_010 * WAD


def test_an_empty_one_is_not_brought(desk: Desk) -> None:
    assert desk.liquidate(9).ok


@pytest.mark.parametrize("spoil", [("older", -1, 2_000), ("doubted", 0, 10_000)])
def test_one_that_is_no_price_now_does_no_harm(desk: Desk, spoil: tuple[str, int, int]) -> None:
    desk.rig.bring(2_010)
    desk.chain.warp(1)
    _, after, usd = spoil
    assert desk.liquidate(MARKET, desk.rig.update(usd * WAD, desk.chain.now - 1 + after)).ok
    assert desk.rig.stored(MARKET).mid == 2_010 * WAD


@pytest.mark.parametrize("more", [0, 1, WAD])
def test_its_fee_is_paid_exactly_and_the_rest_goes_back(desk: Desk, more: int) -> None:
    charge(desk)
    before = desk.chain.balance(desk.keeper)
    assert desk.liquidate(MARKET, desk.rig.update(2_010 * WAD), PRICE + more).ok
    assert desk.chain.balance(desk.keeper) == before - PRICE
    assert desk.chain.balance(desk.rig.pull.address) == PRICE
    assert desk.chain.balance(desk.liquidations.address) == desk.chain.balance(desk.rig.oracle.address) == 0


def test_ether_that_nothing_wants_goes_back(desk: Desk) -> None:
    before = desk.chain.balance(desk.keeper)
    assert desk.liquidate(MARKET, b"", WAD).ok
    assert desk.chain.balance(desk.keeper) == before


@pytest.mark.parametrize("value", [0, 1, PRICE - 1])
def test_fee(desk: Desk, value: int) -> None:
    charge(desk)
    assert desk.liquidate(MARKET, desk.rig.update(2_010 * WAD), value).error == "FEE"
    assert untouched(desk)


@pytest.mark.parametrize(("market", "code"), [(MARKET, "FORMAT"), (0, "PUSH"), (9, "MARKET")])
@pytest.mark.parametrize("value", [0, 1])
def test_what_the_adapter_reverts_with(desk: Desk, market: int, code: str, value: int) -> None:
    if market == 0:
        value = 0
    assert desk.liquidate(market, b"\0", value).error == code
    assert untouched(desk)


@pytest.mark.parametrize("code", ["HEALTHY", "HALTED", "MARGIN"])
def test_what_is_not_liquidated_brings_nothing(desk: Desk, code: str) -> None:
    charge(desk)
    desk.fail_with(error(code))
    assert desk.liquidate(MARKET, desk.rig.update(2_010 * WAD), PRICE).error == code
    assert untouched(desk)


def test_refund_where_the_caller_does_not_take_it(desk: Desk) -> None:
    charge(desk)
    liquidator = passing(desk.chain)
    data = desk.liquidations.encode("liquidate", desk.account, MARKET, desk.rig.update(2_010 * WAD))
    assert passed(desk.chain, liquidator, desk.liquidations, data, PRICE + 1).error == "REFUND"
    assert untouched(desk)
    receipt = passed(desk.chain, liquidator, desk.liquidations, data, PRICE)
    assert receipt.one("Liquidating").args["liquidator"] == liquidator.address


@pytest.mark.parametrize("back", ["liquidate", "liquidate_many"])
def test_nothing_is_done_again_from_the_refund(desk: Desk, back: str) -> None:
    arguments: dict[str, tuple[Any, ...]] = {
        "liquidate": (desk.account, MARKET, b""),
        "liquidate_many": ([desk.account], [MARKET]),
    }
    payload = desk.liquidations.encode(back, *arguments[back])
    liquidator = passing(desk.chain, (desk.liquidations.address, payload))
    data = desk.liquidations.encode("liquidate", desk.account, MARKET, desk.rig.update(2_010 * WAD))
    receipt = passed(desk.chain, liquidator, desk.liquidations, data, 1)
    assert receipt.ok
    assert desk.chain.storage(liquidator.address, 0) == 1  # it was called back, and failed
    assert len(receipt.find("Liquidating")) == 1


def test_many_take_no_ether(desk: Desk) -> None:
    arguments = ([desk.account], [MARKET])
    assert not desk.liquidations.attempt("liquidate_many", *arguments, sender=desk.keeper, value=1).ok
