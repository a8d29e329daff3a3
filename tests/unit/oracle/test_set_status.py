"""`set_status`: the best status a feed can have; the guardian may only tighten."""

from __future__ import annotations

import pytest

from tests.support.oracle import FEED, HALT, NORMAL, REDUCE_ONLY, Rig


@pytest.mark.parametrize("role", ["owner", "guardian"])
def test_tightens(rig: Rig, role: str) -> None:
    receipt = rig.oracle.transact("set_status", FEED, REDUCE_ONLY, sender=getattr(rig, role))
    assert receipt.one("StatusSet").args == {"feed": FEED, "status": REDUCE_ONLY}
    assert rig.oracle.call("feed_at", FEED)[1] == REDUCE_ONLY


def test_the_owner_loosens(rig: Rig) -> None:
    """And leaves everything else as it is; to set a status again is not to loosen it."""
    rig.reset(divergence=1, fallback_age=1, reference_age=2**20 - 1)
    before = rig.oracle.call("feed_at", FEED)
    assert before[1] == NORMAL
    for sender in (rig.owner, rig.guardian):
        rig.oracle.transact("set_status", FEED, REDUCE_ONLY, sender=sender)
    assert rig.oracle.call("feed_at", FEED) == (before[0], REDUCE_ONLY)
    for sender in (rig.owner, rig.guardian):
        receipt = rig.oracle.transact("set_status", FEED, NORMAL, sender=sender)
        assert receipt.one("StatusSet").args == {"feed": FEED, "status": NORMAL}
    assert rig.oracle.call("feed_at", FEED) == before


def test_auth(rig: Rig) -> None:
    assert rig.oracle.attempt("set_status", FEED, REDUCE_ONLY, sender=rig.anyone).error == "AUTH"
    rig.oracle.transact("set_status", FEED, REDUCE_ONLY, sender=rig.guardian)
    assert rig.oracle.attempt("set_status", FEED, NORMAL, sender=rig.guardian).error == "AUTH"


def test_market(rig: Rig) -> None:
    assert rig.oracle.attempt("set_status", 9, REDUCE_ONLY, sender=rig.owner).error == "MARKET"


@pytest.mark.parametrize("status", [0, HALT, NORMAL | REDUCE_ONLY, NORMAL | HALT])
def test_bound(rig: Rig, status: int) -> None:
    assert rig.oracle.attempt("set_status", FEED, status, sender=rig.owner).error == "BOUND"
