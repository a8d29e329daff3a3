"""A stranger must not turn a trader's cash into gains that he can neither withdraw nor open against."""

from __future__ import annotations

import pytest

from tests.support.system import ETH, WAD, House


@pytest.mark.xfail(strict=True, reason="known to be open: docs/spec.md, section 14")
def test_dips_do_not_take_withdrawable_cash(system: House) -> None:
    house = system
    house.provide(house.lp, 1_000_000)
    house.fund(house.taker, 3_000)
    house.set_price(ETH, 4_000)
    house.trade(house.taker, ETH, WAD, 4_000)
    basis = 4_000
    for dip in (3_500, 3_000, 2_500, 2_000):
        house.set_price(ETH, dip)
        receipt = house.vault.attempt("realise", house.taker, ETH, sender=house.attacker)
        basis = dip if receipt.ok else basis
    house.set_price(ETH, 4_000)
    # Nothing has happened to him: 3,000 of cash, a position at its entry, initial margin about 201.
    assert house.vault.attempt("withdraw", house.taker, 2_000 * 10**6, house.taker, sender=house.taker).error is None
