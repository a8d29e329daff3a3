"""Authority comes from the sender of the call alone, never from the transaction's origin or what is passed in."""

from __future__ import annotations

from novation.chain.abi import checksum
from tests.support.orders import CALL_BACK, FEE_MIN, WAD, Desk


def test_the_owner_lured_into_another_contract_signs_nothing(desk: Desk) -> None:
    """The trader is the origin, a stranger's contract the sender."""
    order = desk.commit(1, trigger=WAD)
    for function, arguments in (("commit", (tuple(desk.order()), 0)), ("cancel", (tuple(order), 1))):
        payload = desk.orders.encode(function, *arguments)
        desk.vault.transact("set_call_back", desk.orders.address, payload, sender=desk.anyone)
        desk.vault.transact("set_reserve_mode", CALL_BACK, sender=desk.anyone)
        attempt = desk.vault.attempt("reserve", desk.account, 0, WAD, WAD, True, sender=desk.trader)
        assert attempt.error == "AUTH"


def test_nineteen_bytes_and_no_fewer(desk: Desk) -> None:
    """A neighbour that shares 18 bytes, or the last ones, is a stranger."""
    raw = bytes.fromhex(desk.account[2:])
    for changed in (
        raw[:18] + bytes([raw[18] ^ 1]) + raw[19:],
        bytes([raw[0] ^ 0x80]) + raw[1:],
        bytes(19) + raw[19:],
    ):
        stranger = checksum(changed)
        assert desk.refusal("commit", tuple(desk.order()), 0, sender=stranger) == "AUTH"
    cousin = checksum(raw[:19] + bytes([raw[19] ^ 0xFF]))
    assert desk.refusal("commit", tuple(desk.order()), 0, sender=cousin) is None


def test_an_operator_whose_power_ended(desk: Desk) -> None:
    order = desk.commit(trigger=WAD)
    assert desk.refusal("commit", tuple(desk.order(fee=FEE_MIN)), 1, sender=desk.operator) is None
    desk.vault.transact("set_operator", desk.operator, desk.account, False, sender=desk.anyone)
    assert desk.refusal("commit", tuple(desk.order()), 2, sender=desk.operator) == "AUTH"
    assert desk.refusal("cancel", tuple(order), 0, sender=desk.operator) == "AUTH"


def test_an_order_absurd_in_every_field_is_refused_or_ends_nowhere(desk: Desk) -> None:
    top, low = 2**256 - 1, -(2**255)
    absurd = desk.order(size=low, market=top, acceptable=top, trigger=top, expires_at=top)
    assert desk.refusal("commit", tuple(absurd._replace(fee=top)), 0, sender=desk.trader) == "BOUND"
    edge = {"size": 1 - 2**103, "market": top, "acceptable": 2**112 - 1, "trigger": 2**112 - 1, "expires_at": top}
    assert desk.refusal("commit", tuple(desk.order(**edge, fee=top)), 0, sender=desk.trader) == "FEE"
    committed = desk.commit(**edge)
    assert desk.refusal("trigger", tuple(committed), 0) == "STALE"
    assert desk.refusal("cancel", tuple(committed), 0, sender=desk.trader) is None
