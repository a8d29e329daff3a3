"""Cancelling is no free look at the price, and a trigger buys no choice of it."""

from __future__ import annotations

from tests.support.oracle import PULLED
from tests.support.orders import DELAY, GRACE, WAD, WINDOW, Desk, order_of


def test_no_cancel_from_commit_to_the_end_of_window_and_grace(desk: Desk) -> None:
    order = desk.commit()
    for _ in range(DELAY + WINDOW + GRACE):
        assert desk.refusal("cancel", tuple(order), 0, sender=desk.trader) == "EARLY"
        assert desk.refusal("cancel", tuple(order), 0, sender=desk.operator) == "EARLY"
        desk.chain.warp(1)
    assert desk.refusal("cancel", tuple(order), 0, sender=desk.trader) == "EARLY"
    desk.chain.warp(1)
    # From here it cannot be executed: who keeps it holds no option on its old price.
    assert desk.execute(order).error == "EXPIRED"
    assert desk.refusal("cancel", tuple(order), 0, sender=desk.trader) is None


def test_a_slot_cannot_be_overwritten(desk: Desk) -> None:
    """Committing over a live order would be a cancel."""
    order = desk.commit()
    assert desk.refusal("commit", tuple(desk.order(size=-WAD)), 0, sender=desk.trader) == "SLOT"
    assert desk.is_alive(order)


def test_a_trigger_fills_at_a_price_after_it(desk: Desk) -> None:
    """The price that fires an order is known; the one that fills it is not yet published."""
    order = desk.commit(trigger=2_100 * WAD, trigger_above=True)
    desk.chain.warp(10)
    firing = desk.rig.push(2_100)
    published = desk.chain.now
    fired = order_of(desk.orders.transact("trigger", tuple(order), 0, sender=desk.trader).one("Triggered"))
    assert fired.due == published + DELAY
    adapter = desk.rig.oracle
    code = adapter.attempt("observe_at", 0, fired.due, WINDOW, firing, sender=desk.keeper).error
    assert code == "EARLY"
    # The market gaps: the fill is at the price after the gap.
    desk.chain.set_time(fired.due + 1)
    after = desk.rig.push(2_600)
    receipt = adapter.transact("observe_at", 0, fired.due, WINDOW, after, sender=desk.keeper)
    assert adapter.returned("observe_at", receipt)[1] == 2_600 * WAD
    assert adapter.attempt("observe_at", 0, fired.due, WINDOW, firing, sender=desk.keeper).error == "EARLY"
    desk.chain.warp(WINDOW + 1)
    assert adapter.attempt("observe_at", 0, fired.due, WINDOW, firing, sender=desk.keeper).error == "PROOF"


def test_firing_late_gives_a_later_price_and_only_once(desk: Desk) -> None:
    order = desk.commit(trigger=2_100 * WAD, trigger_above=True)
    desk.chain.warp(10)
    desk.rig.push(2_100)
    desk.chain.warp(30)
    fired = order_of(desk.orders.transact("trigger", tuple(order), 0, sender=desk.trader).one("Triggered"))
    assert fired.due == desk.chain.now + DELAY
    # Neither again, to move T, nor cancelled, to drop it.
    desk.chain.warp(DELAY + 1)
    desk.rig.push(1_000)
    assert desk.refusal("trigger", tuple(fired), 0, sender=desk.trader) == "ORDER"
    assert desk.refusal("trigger", tuple(order), 0, sender=desk.trader) == "ORDER"
    assert desk.refusal("cancel", tuple(fired), 0, sender=desk.trader) == "EARLY"


class TestBrought:
    """The feed's prices are brought: whoever fires an order shows the newest one, and the fill is at a later one."""

    def test_a_trigger_fills_at_a_price_after_it(self, desk: Desk) -> None:
        rig = desk.rig
        order = desk.commit(market=PULLED, trigger=2_100 * WAD, trigger_above=True)
        desk.chain.warp(10)
        rig.bring(2_100)
        fired = order_of(desk.orders.transact("trigger", tuple(order), 0, sender=desk.trader).one("Triggered"))
        assert fired.due == desk.chain.now + DELAY
        assert rig.refusal(fired.due, WINDOW, 0, PULLED) == "EARLY"
        # The market gaps: the fill is at the price after the gap, whoever brings what in between.
        desk.chain.set_time(fired.due + 2)
        rig.bring(2_600, gap=3)
        desk.chain.warp(1)
        rig.bring(2_000)
        assert rig.refusal(fired.due, WINDOW, 0, PULLED) == "PROOF"
        rig.bring(2_600, fired.due + 2, gap=3)
        assert rig.observe_at(fired.due, WINDOW, 0, PULLED)[1] == 2_600 * WAD

    def test_a_price_that_has_passed_fires_nothing(self, desk: Desk) -> None:
        """Somebody has shown a newer one."""
        order = desk.commit(market=PULLED, trigger=2_100 * WAD, trigger_above=True)
        desk.chain.warp(10)
        high = desk.rig.update(2_100 * WAD)
        desk.chain.warp(1)
        desk.rig.bring(2_000)
        desk.rig.brings(high)
        assert desk.refusal("trigger", tuple(order), 0) == "TRIGGER"

    def test_a_price_of_before_the_commit_fires_nothing(self, desk: Desk) -> None:
        desk.chain.warp(10)
        old = desk.rig.update(2_100 * WAD)
        order = desk.commit(market=PULLED, trigger=2_100 * WAD, trigger_above=True)
        desk.chain.warp(10)
        desk.rig.brings(old)
        assert desk.refusal("trigger", tuple(order), 0) == "STALE"
