"""The liquidation module alone: the policy it hands to the vault, and what it tells."""

from __future__ import annotations

from typing import Any

import pytest

from novation.chain.protocol import Reverted
from tests.support.oracle import EMPTY
from tests.support.orders import BURN, SPEND, WAD, Desk, error

POLICY = {"share_floor": 1_000, "share_ceiling": 5_000, "ramp": 600, "minimum_reward": 5 * WAD}


def test_liquidate(desk: Desk) -> None:
    desk.make_vault(0, 7 * WAD)
    receipt = desk.liquidate(3)
    assert desk.liquidations.returned("liquidate", receipt) == 7 * WAD
    assert receipt.one("Liquidating").args == {
        "account": desk.account,
        "market": 3,
        "liquidator": desk.keeper,
        **POLICY,
    }


@pytest.mark.parametrize("code", ["HEALTHY", "HALTED", "MARKET"])
def test_liquidate_passes_a_revert_on(desk: Desk, code: str) -> None:
    desk.fail_with(error(code))
    assert desk.liquidate().error == code


def test_liquidate_many(desk: Desk) -> None:
    desk.make_vault(0, WAD)
    accounts = [desk.sub_account(number) for number in range(32)]
    receipt = desk.liquidations.transact("liquidate_many", accounts, list(range(32)), sender=desk.keeper)
    assert desk.liquidations.returned("liquidate_many", receipt) == 32
    pairs = [(event.args["account"], event.args["market"]) for event in receipt.find("Liquidating")]
    assert pairs == list(zip(accounts, range(32), strict=True))
    assert {event.args["liquidator"] for event in receipt.find("Liquidating")} == {desk.keeper}


def test_liquidate_many_passes_over_what_reverts(desk: Desk) -> None:
    accounts = [desk.sub_account(number) for number in range(4)]
    for account in accounts[1:3]:
        desk.vault.transact("set_halted", account, True, sender=desk.anyone)
    receipt = desk.liquidations.transact("liquidate_many", accounts, [0] * 4, sender=desk.keeper)
    assert desk.liquidations.returned("liquidate_many", receipt) == 2
    assert [event.args["account"] for event in receipt.find("Liquidating")] == [accounts[0], accounts[3]]


@pytest.mark.parametrize("data", [b"", error("HEALTHY"), bytes(2_000)])
def test_liquidate_many_none(desk: Desk, data: bytes) -> None:
    desk.fail_with(data)
    receipt = desk.liquidations.transact("liquidate_many", [desk.account], [0], sender=desk.keeper)
    assert desk.liquidations.returned("liquidate_many", receipt) == 0
    assert receipt.events == []


def test_liquidate_many_a_vault_that_burns_its_gas(desk: Desk) -> None:
    desk.make_vault(BURN)
    receipt = desk.liquidations.attempt("liquidate_many", [desk.account] * 2, [0, 1], sender=desk.keeper)
    assert not receipt.ok or desk.liquidations.returned("liquidate_many", receipt) == 0


def test_liquidate_many_with_little_gas_does_what_it_says(desk: Desk) -> None:
    desk.make_vault(SPEND, 100)
    for gas in range(30_000, 200_000, 3_011):
        receipt = desk.liquidations.attempt(
            "liquidate_many", [desk.account] * 3, [0, 1, 2], sender=desk.keeper, gas=gas
        )
        if receipt.ok:
            done = desk.liquidations.returned("liquidate_many", receipt)
            assert len(receipt.find("Liquidating")) == done


@pytest.mark.parametrize("markets", [[], [0], [0, 1, 2]])
def test_length(desk: Desk, markets: list[int]) -> None:
    attempt = desk.liquidations.attempt("liquidate_many", [desk.account] * 2, markets, sender=desk.keeper)
    assert attempt.error == "LENGTH"


def test_settings(desk: Desk) -> None:
    names = ("VAULT", "ORACLE", "SHARE_FLOOR", "SHARE_CEILING", "RAMP", "MINIMUM_REWARD")
    assert [desk.liquidations.call(name) for name in names] == [
        desk.vault.address,
        desk.rig.oracle.address,
        *POLICY.values(),
    ]


@pytest.mark.parametrize(
    ("place", "value"),
    [(0, EMPTY), (1, EMPTY), (2, 5_001), (3, 10_001), (3, 999), (4, 0), (4, 1_801), (5, 50 * WAD + 1)],
)
def test_bound(desk: Desk, place: int, value: Any) -> None:
    arguments: list[Any] = [desk.vault.address, desk.rig.oracle.address, *POLICY.values()]
    arguments[place] = value
    with pytest.raises(Reverted, match="BOUND"):
        desk.chain.deploy("LiquidationModule", *arguments, sender=desk.anyone)
