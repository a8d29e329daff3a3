"""What a thief of the owner's key can do at once: nothing to the cash of others beyond the bounds in code."""

from __future__ import annotations

import pytest

from novation.deployment.plan import feed_settings
from tests.support.moves import all_cash
from tests.support.oracle import HALT
from tests.support.stored import refusal
from tests.support.system import ETH, WAD, House


@pytest.fixture
def house(system: House) -> House:
    system.provide(system.lp, 2_000_000)
    for role in ("taker", "maker"):
        system.fund(system.roles[role], 20_000)
    system.trade(system.taker, ETH, 10 * WAD)
    return system


def test_every_parameter_at_its_end_moves_no_cash(house: House) -> None:
    accounts = [house.taker, house.maker, house.pool.address]
    before, total = [house.cash(account) for account in accounts], all_cash(house)
    struct = list(house.market(ETH).struct())
    struct[4], struct[5] = 4_999, 4_999
    house.refresh()
    for name, function, arguments in (
        ("pool", "set_market", (ETH, tuple(struct))),
        ("vault", "set_gain_weight", (0, 0)),
        ("vault", "set_credit", (0, (2**40 - 1) * WAD)),
        ("vault", "set_guardian", (house.attacker,)),
        ("vault", "pause", (7,)),
        ("oracle", "set_status", (ETH, 2)),
    ):
        getattr(house, name).transact(function, *arguments, sender=house.owner)
    assert [house.cash(account) for account in accounts] == before
    assert all_cash(house) == total
    assert house.lens.call("unhealthy_bits", accounts[:2]) == 0
    # And everybody still leaves, at no more than 0.5% fee.
    house.trade(house.taker, ETH, -10 * WAD, reduce_only=True)
    assert house.cash(house.taker) > before[0] - 10 * 4_000 * WAD // 200 - 5 * WAD


@pytest.mark.parametrize("field", [4, 5, 9])
def test_a_fee_of_all(house: House, field: int) -> None:
    """Fees and penalty are below what the maintenance margin covers."""
    struct = list(house.market(ETH).struct())
    struct[field] = 60_000
    assert refusal(house.pool, "set_market", ETH, tuple(struct), sender=house.owner) == "BOUND"


def test_a_price_out_of_its_band(house: House) -> None:
    """A feed of the thief's prices within the band he sets; what the pool lost is bounded by caps and reserve."""
    false = house.chain.deploy("MockSource", True, sender=house.attacker)
    false.transact("push", 10**12 * WAD, sender=house.attacker)
    feed = feed_settings(house.market(ETH).feed, false.address)
    house.oracle.transact("set_feed", ETH, feed, sender=house.owner)
    assert house.oracle.call("read", ETH)[4] == HALT
    assert house.oracle.call("read", ETH)[1] == 4_000 * WAD


def test_no_function_pays_an_account_out(house: House) -> None:
    for function, arguments in (
        ("withdraw", (house.taker, 1, house.owner)),
        ("exit", (house.maker, house.owner)),
        ("transfer", (house.taker, house.owner, 1)),
        ("transfer_many", ([(house.taker, house.owner, 1)],)),
        ("pull", (house.taker, 1)),
    ):
        assert refusal(house.vault, function, *arguments, sender=house.owner) == "AUTH"


@pytest.mark.xfail(strict=True, reason="until the timelock a new module may pull whatever could be withdrawn")
def test_a_module_of_the_thief(house: House) -> None:
    house.vault.attempt("register_module", house.attacker, sender=house.owner)
    receipt = house.vault.attempt("pull", house.maker, 20_000 * WAD, sender=house.attacker)
    assert not receipt.ok
    assert house.cash(house.maker) == 20_000 * WAD


def test_nobody_acts_by_tx_origin(house: House) -> None:
    """A contract that its victim calls has none of the victim's powers."""
    token = house.chain.deploy("HostileToken", 6, sender=house.attacker)
    payload = house.vault.encode("transfer", house.taker, house.attacker, WAD)
    receipt = token.attempt("call", house.vault.address, payload, sender=house.taker)
    assert receipt.error == "AUTH"
    payload = house.vault.encode("pause", 7)
    assert token.attempt("call", house.vault.address, payload, sender=house.owner).error == "AUTH"
