"""The bounds of the liquidation module, from inside."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.orders import WAD, Desk

BOUND = 50 * WAD


@pytest.mark.parametrize(
    "terms",
    [
        (10_000, 10_000, 1, BOUND),  # every bound at once
        (0, 0, 900, 0),
        (5_000, 5_000, 1, 0),
    ],
)
def test_terms_at_their_bounds(desk: Desk, terms: tuple[int, int, int, int]) -> None:
    arguments: list[Any] = [desk.vault.address, desk.rig.oracle.address, *terms]
    module = desk.chain.deploy("LiquidationModule", *arguments, sender=desk.anyone)
    names = ("SHARE_FLOOR", "SHARE_CEILING", "RAMP", "MINIMUM_REWARD")
    assert tuple(module.call(name) for name in names) == terms
    assert (module.call("VAULT"), module.call("ORACLE")) == (desk.vault.address, desk.rig.oracle.address)


def test_no_more_than_32_at_once(desk: Desk) -> None:
    desk.make_vault(0, WAD)
    for length, ok in ((32, True), (33, False)):
        accounts = [desk.sub_account(number) for number in range(length)]
        receipt = desk.liquidations.attempt("liquidate_many", accounts, [0] * length, sender=desk.keeper)
        assert receipt.ok == ok
        assert receipt.error in (None, "")
