"""Bugs of the order module."""

from __future__ import annotations

from tests.planted.bug import Shelf

BUGS = Shelf("contracts/OrderModule.vy")

BUGS.plant(
    "cancelled with the last call",
    "off by one",
    "In one second an order can be filled and cancelled: whoever comes first knows the price.",
    '        assert block.timestamp > self._last_call(order.due), "EARLY"\n',
    '        assert block.timestamp >= self._last_call(order.due), "EARLY"\n',
    subtle=True,
)
BUGS.plant(
    "a cancelled order stays in its slot",
    "double count",
    "It is cancelled again and again: the fees of others are paid out as refunds.",
    "    self._slots[order.account][slot] = FREE\n    log IOrderModule.Cancelled",
    "    log IOrderModule.Cancelled",
)
BUGS.plant(
    "strangers cancel",
    "missing access control",
    "Anybody ends a trader's stops before the price reaches them.",
    "    self._authorise(order.account)\n    assert self._is_alive",
    "    assert self._is_alive",
)
BUGS.plant(
    "operators spend any fee",
    "missing check",
    "An operator that may only trade pays the account's cash to itself as keeper, fee by fee.",
    '    assert is_owner or order.fee <= FEE_MIN, "FEE"\n',
    "",
)
BUGS.plant(
    "a keeper's first wei",
    "off by one",
    "The word of earnings is one too low: a wei of the first fee is never paid.",
    "self._earned[msg.sender] = max(self._earned[msg.sender], 1) + order.fee",
    "self._earned[msg.sender] = self._earned[msg.sender] + order.fee",
    subtle=True,
)
BUGS.plant(
    "a price of the commit's second fires",
    "off by one",
    "A stop is committed against a price that is already known.",
    "price.published_at > order.committed_at",
    "price.published_at >= order.committed_at",
    subtle=True,
)
BUGS.plant(
    "a stale feed consumes orders",
    "missing check",
    "Keepers collect fees for orders that could not fill while a feed was down.",
    '        code == "MARGIN"\n        or code == "DEBT"',
    '        code == "MARGIN"\n        or code == "STALE"\n        or code == "DEBT"',
)
BUGS.plant(
    "a failed order is refunded and paid for",
    "double count",
    "The keeper earns the fee and the trader has it back: the escrow is short of both.",
    "extcall VAULT.release(order.account, 0, not order.reduce_only)",
    "extcall VAULT.release(order.account, order.fee, not order.reduce_only)",
)
BUGS.plant(
    "taken slots are written over",
    "missing check",
    "The first order's fee stays in escrow for ever and the account stays pending.",
    'assert slot < SLOTS and self._slots[order.account][slot] <= FREE, "SLOT"',
    'assert slot < SLOTS, "SLOT"',
)
BUGS.plant(
    "any order for a taken slot",
    "missing check",
    "The keeper hands in an order that nobody committed: another size, another price.",
    "return slot < SLOTS and self._slots[order.account][slot] == self._hash(order)",
    "return slot < SLOTS and self._slots[order.account][slot] > FREE",
)
BUGS.plant(
    "filled after it expired",
    "missing check",
    "A trigger fires an order whose owner had limited it to an hour.",
    '    assert fired.due <= fired.expires_at, "EXPIRED"\n',
    "",
)
BUGS.plant(
    "many orders, one bit",
    "return value",
    "A keeper's bot believes that the first order ended and tries the others for ever.",
    "                done |= 1 << i\n",
    "                done |= 1\n",
)
BUGS.plant(
    "burned at a price that was left out",
    "missing check",
    "A keeper leaves out the price of a trader's other market: the closing order fails for MARGIN and is gone.",
    "if len(code) == 0 or (is_priced and updates._has_outdated(staticcall VAULT.account_word(order.account), 0)):",
    "if len(code) == 0:",
)
BUGS.plant(
    "a limit told at a price that was left out",
    "missing check",
    "A keeper lets the fallback that lags stand for the source: the closing order fails for PRICE and is gone.",
    'code != "REDUCE" and code != "MAX"',
    'code == "MARGIN"',
    subtle=True,
)
BUGS.plant(
    "whatever fails at an outdated price lives",
    "missing check",
    "Orders that can never fill hang on while a market is halted, and keepers work for nothing.",
    "is_priced and updates",
    "updates",
    subtle=True,
)
BUGS.plant(
    "fired at an aged price",
    "missing check",
    "A wick of minutes ago, brought now, fires a stop in a market that has long come back.",
    "assert convert(price.status, uint256) < OUTDATED and price",
    "assert price.status != IOracleAdapter.Status.HALT and price",
)
