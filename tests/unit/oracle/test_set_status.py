"""`set_status`: the best status a feed can have; the guardian may only tighten."""

from __future__ import annotations

import pytest

from tests.support.oracle import FEED, HALT, NORMAL, REDUCE_ONLY, Rig


@pytest.mark.parametrize("role", ["owner", "guardian"])
def test_tightens(rig: Rig, role: str) -> None:
    receipt = rig.oracle.transact("set_status", FEED, REDUCE_ONLY, sender=getattr(rig, role))
    assert receipt.one("StatusSet").args == {"feed": FEED, "status": REDUCE_ONLY}
    assert rig.oracle.call("feed_at", FEED)[5] == REDUCE_ONLY


def test_the_owner_loosens(rig: Rig) -> None:
    rig.oracle.transact("set_status", FEED, REDUCE_ONLY, sender=rig.guardian)
    before = rig.oracle.call("feed_at", FEED)
    rig.oracle.transact("set_status", FEED, NORMAL, sender=rig.owner)
    after = rig.oracle.call("feed_at", FEED)
    assert after[5] == NORMAL
    assert (after[:5], after[6:]) == (before[:5], before[6:])


def test_auth(rig: Rig) -> None:
    assert rig.oracle.attempt("set_status", FEED, REDUCE_ONLY, sender=rig.anyone).error == "AUTH"
    rig.oracle.transact("set_status", FEED, REDUCE_ONLY, sender=rig.guardian)
    assert rig.oracle.attempt("set_status", FEED, NORMAL, sender=rig.guardian).error == "AUTH"


def test_market(rig: Rig) -> None:
    assert rig.oracle.attempt("set_status", 9, REDUCE_ONLY, sender=rig.owner).error == "MARKET"


@pytest.mark.parametrize("status", [0, HALT, NORMAL | REDUCE_ONLY, NORMAL | HALT])
def test_bound(rig: Rig, status: int) -> None:
    assert rig.oracle.attempt("set_status", FEED, status, sender=rig.owner).error == "BOUND"
