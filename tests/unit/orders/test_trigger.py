"""`trigger`: the newest price, younger than the commit, fires the order; T is a delay later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.oracle import (
    AGED,
    CALM,
    CLOSE_AGE,
    FALLBACK_AGE,
    HALT,
    NORMAL,
    PULLED,
    REDUCE_ONLY,
    TRADE_AGE,
    Rig,
)
from tests.support.orders import DELAY, WAD, Desk, Order, order_of


def armed(desk: Desk, usd: int = 2_000, wait: int = 10, **changes: Any) -> Order:
    """A committed order with a trigger at 2,000 from above, and a price `wait` seconds later."""
    order = desk.commit(**({"trigger": 2_000 * WAD, "trigger_above": True} | changes))
    desk.chain.warp(wait)
    desk.rig.push(usd)
    return order


def test_sets_the_due_time(desk: Desk) -> None:
    order = armed(desk)
    receipt = desk.orders.transact("trigger", tuple(order), 0, sender=desk.anyone)
    event = receipt.one("Triggered")
    fired = order_of(event)
    assert (event.args["account"], event.args["slot"]) == (desk.account, 0)
    assert fired == order._replace(due=desk.chain.now + DELAY)
    assert desk.is_alive(fired)
    assert not desk.is_alive(order)


@pytest.mark.parametrize(
    ("above", "usd", "code"),
    [
        (True, 1999, "TRIGGER"),
        (True, 2000, None),
        (True, 2500, None),
        (False, 2001, "TRIGGER"),
        (False, 2000, None),
        (False, 1500, None),
    ],
)
def test_at_or_beyond_the_trigger(desk: Desk, above: bool, usd: int, code: str | None) -> None:
    order = armed(desk, usd, trigger_above=above)
    assert desk.refusal("trigger", tuple(order), 0) == code


def test_stale_for_a_price_that_is_not_younger_than_the_commit(desk: Desk) -> None:
    desk.chain.warp(10)
    order = armed(desk, 2_100, wait=0)
    assert desk.refusal("trigger", tuple(order), 0) == "STALE"
    desk.chain.warp(1)
    assert desk.refusal("trigger", tuple(order), 0) == "STALE"
    desk.rig.push(2_100)
    assert desk.refusal("trigger", tuple(order), 0) is None


def test_stale_in_halt(desk: Desk) -> None:
    """Also where the last good price, which is then told, is younger than the commit."""
    order = armed(desk)
    desk.rig.oracle.transact("observe", 0, sender=desk.anyone)
    desk.chain.warp(CLOSE_AGE + 1)
    assert desk.rig.oracle.call("read", 0)[4] == HALT
    assert desk.refusal("trigger", tuple(order), 0) == "STALE"


@pytest.mark.parametrize("market", [0, PULLED])
@pytest.mark.parametrize(
    ("age", "status", "code"),
    [
        (0, NORMAL, None),
        (TRADE_AGE, NORMAL, None),
        (TRADE_AGE + 1, AGED, "STALE"),
        (CLOSE_AGE, AGED, "STALE"),
        (CLOSE_AGE + 1, HALT, "STALE"),
    ],
)
def test_stale_for_a_price_whose_time_somebody_chose(
    desk: Desk, market: int, age: int, status: int, code: str | None
) -> None:
    """Though it is younger than the commit and beyond the trigger."""
    order = armed(desk, market=market)
    if market == PULLED:
        desk.rig.bring(2_000)
    desk.chain.warp(age)
    assert desk.rig.read(market).status == status
    assert desk.refusal("trigger", tuple(order), 0) == code
    assert desk.is_alive(order) == (code is not None)


def test_stale_for_a_fallbacks_price(desk: Desk) -> None:
    """A fresh one of it is AGED as well."""
    desk.rig.reset(PULLED, fallback_age=FALLBACK_AGE)
    order = armed(desk, market=PULLED, trigger=1_900 * WAD)
    desk.rig.push_to(desk.rig.fallback, 2_000 * WAD)
    price = desk.rig.read(PULLED)
    assert (price.published_at, price.status) == (desk.chain.now, AGED)
    assert desk.refusal("trigger", tuple(order), 0) == "STALE"
    desk.rig.bring(2_000)
    assert desk.refusal("trigger", tuple(order), 0) is None


@pytest.mark.parametrize(("age", "code"), [(TRADE_AGE, None), (TRADE_AGE + 1, "STALE")])
def test_stale_for_an_aged_price_of_a_reduce_only_feed(desk: Desk, age: int, code: str | None) -> None:
    desk.rig.set_status(REDUCE_ONLY, 0)
    order = armed(desk)
    desk.chain.warp(age)
    assert desk.refusal("trigger", tuple(order), 0) == code


def by_status(rig: Rig) -> None:
    rig.oracle.transact("set_status", PULLED, REDUCE_ONLY, sender=rig.guardian)


def by_breaker(rig: Rig) -> None:
    """The price to come is far from the one before."""
    rig.reset(PULLED, swing=100, calm=CALM)
    rig.bring(1_900)


@pytest.mark.parametrize("reduce", [by_status, by_breaker])
def test_reduce_only_prices_fire_too(desk: Desk, reduce: Callable[[Rig], None]) -> None:
    reduce(desk.rig)
    order = armed(desk, market=PULLED)
    desk.rig.bring(2_000)
    assert desk.rig.read(PULLED).status == REDUCE_ONLY
    assert desk.refusal("trigger", tuple(order), 0) is None


def test_stale_for_a_market_without_a_feed(desk: Desk) -> None:
    order = armed(desk, market=9)
    assert desk.refusal("trigger", tuple(order), 0) == "STALE"


@pytest.mark.parametrize(("seconds", "code"), [(10 + DELAY - 1, "EXPIRED"), (10 + DELAY, None)])
def test_expired(desk: Desk, seconds: int, code: str | None) -> None:
    order = armed(desk, expires_at=desk.chain.now + seconds)
    assert desk.refusal("trigger", tuple(order), 0) == code


def test_order_already_triggered(desk: Desk) -> None:
    order = armed(desk)
    receipt = desk.orders.transact("trigger", tuple(order), 0, sender=desk.anyone)
    fired = order_of(receipt.one("Triggered"))
    assert desk.refusal("trigger", tuple(order), 0) == "ORDER"
    assert desk.refusal("trigger", tuple(fired), 0) == "ORDER"


def test_order_without_a_trigger(desk: Desk) -> None:
    order = desk.commit()
    assert desk.refusal("trigger", tuple(order), 0) == "ORDER"
    assert desk.refusal("trigger", tuple(order._replace(due=0)), 0) == "ORDER"


@pytest.mark.parametrize("slot", [1, 16, 2**200])
def test_order_in_another_slot(desk: Desk, slot: int) -> None:
    assert desk.refusal("trigger", tuple(armed(desk)), slot) == "ORDER"
