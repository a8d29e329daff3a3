"""The keeper: executes every order that is due and fires the triggers, for the fee that the order carries.

It knows the open orders from events, finds the one round at which an order may fill by walking the feed, tries the
call before it sends it, and sends only what earns more than its gas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from novation.bots.costs import Costs
from novation.bots.mirror import Mirror, Order
from novation.bots.rounds import Rounds
from novation.chain.protocol import Chain, Contract, Receipt, Reverted

BATCH = 8  # orders a transaction (OrderModule)
PATIENCE = 4  # doublings of the wait after a failure


@dataclass(frozen=True)
class Done:
    """What a bot did: `kind` is execute, trigger or liquidate; `code` is why an order failed; `earned` is WAD USD."""

    kind: str
    account: str
    market: int
    code: str
    earned: int
    receipt: Receipt


class _Item(NamedTuple):
    """An order that may be executed: with its slot, and the round to name."""

    order: Order
    slot: int
    reference: int = 0


@dataclass
class _Wait:
    """How often an order's dry run failed in a row, and before which turn it is not tried again."""

    failures: int = 0
    until: int = 0


class Keeper:
    """Call `step` after every block."""

    def __init__(
        self,
        chain: Chain,
        orders: Contract,
        feeds: Mapping[int, Rounds],
        mirror: Mirror,
        costs: Costs,
        sender: str,
        window: int,
        profit: int = 0,
    ) -> None:
        """
        @param feeds Rounds by market number.
        @param window Seconds in which an order's price must be published (OrderModule).
        @param profit Least gain of an order, WAD USD.
        """
        self._chain, self._orders, self._feeds = chain, orders, feeds
        self._mirror, self._costs, self.sender = mirror, costs, sender
        self._window, self._profit = window, profit
        self._waits: dict[Order, _Wait] = {}
        self._turn = 0
        self.refusals: dict[str, int] = {}  # what was not sent, by the reason

    def step(self) -> list[Done]:
        """One look at the chain; what was done."""
        self._turn += 1
        self._mirror.refresh()
        now = self._chain.now
        items = [_Item(order, slot) for (_, slot), order in self._mirror.orders.items() if self._is_ready(order, now)]
        if not items:
            return []
        self._costs.refresh()
        for market in {item.order.market for item in items}:
            self._feeds[market].refresh()
        done = [done for item in items if item.order.due == 0 and (done := self._fire(item)) is not None]
        due = [found for item in items if item.order.due and (found := self._referred(item, now)) is not None]
        # The oldest first: with one fee for all that is what is fair.
        due.sort(key=lambda item: item.order.due)
        for start in range(0, len(due), BATCH):
            done += self._execute(due[start : start + BATCH])
        self._mirror.refresh()
        alive = set(self._mirror.orders.values())
        self._waits = {order: wait for order, wait in self._waits.items() if order in alive}
        return done

    def _is_ready(self, order: Order, now: int) -> bool:
        wait = self._waits.get(order)
        if order.market not in self._feeds or (wait is not None and self._turn < wait.until):
            return False
        return order.due <= now if order.due else order.expires_at >= now

    def _referred(self, item: _Item, now: int) -> _Item | None:
        """With the round at which it fills, if there is one and it pays."""
        reference = self._feeds[item.order.market].reference(item.order.due, self._window, now)
        if reference is None:
            return None
        if item.order.fee - self._costs.of("execute") < self._profit:
            self._refuse(item.order, "UNPROFITABLE")
            return None
        return item._replace(reference=reference)

    def _execute(self, batch: Sequence[_Item]) -> list[Done]:
        """Dry run, then the orders that it ends in one transaction."""
        ends = self._orders.call("execute_many", *_columns(batch), sender=self.sender)
        good = [item for number, item in enumerate(batch) if ends >> number & 1]
        for item in batch:
            if item not in good:
                self._explain(item)
        if not good:
            return []
        receipt = self._orders.attempt("execute_many", *_columns(good), sender=self.sender)
        self._costs.learn("execute", receipt, len(good))
        # Somebody else may have been faster with some, or all: only what was executed is told.
        told = {(event.args["account"], event.args["slot"]): event.args for event in receipt.find("Executed")}
        done = []
        for order, slot, _ in good:
            if (end := told.get((order.account, slot))) is not None:
                done.append(Done("execute", order.account, order.market, end["code"], end["fee"], receipt))
            else:
                self._refuse(order, receipt.error or "TAKEN")
        return done

    def _fire(self, item: _Item) -> Done | None:
        """Sets the due time of an order whose condition is met. It pays nothing itself: the execution after it does."""
        order, feed = item.order, self._feeds[item.order.market]
        beyond = feed.scaled >= order.trigger if order.trigger_above else feed.scaled <= order.trigger
        if not beyond or feed.updated_at <= order.committed_at:
            return None
        if order.fee - self._costs.of("trigger") - self._costs.of("execute") < self._profit:
            self._refuse(order, "UNPROFITABLE")
            return None
        try:
            self._orders.call("trigger", order, item.slot, sender=self.sender)
            receipt = self._orders.transact("trigger", order, item.slot, sender=self.sender)
        except Reverted as error:
            self._refuse(order, error.code)
            return None
        self._costs.learn("trigger", receipt)
        return Done("trigger", order.account, order.market, "", 0, receipt)

    def _explain(self, item: _Item) -> None:
        """Asks for the reason why an order of a batch did not end."""
        try:
            self._orders.call("execute", *item, sender=self.sender)
        except Reverted as error:
            self._refuse(item.order, error.code)

    def _refuse(self, order: Order, code: str) -> None:
        """Counts the reason and waits the longer the more often in a row."""
        wait = self._waits.setdefault(order, _Wait())
        self.refusals[code] = self.refusals.get(code, 0) + 1
        wait.until = self._turn + (1 << min(wait.failures, PATIENCE))
        wait.failures += 1


def _columns(items: Sequence[_Item]) -> tuple[list[Order], list[int], list[int]]:
    """The arguments of `execute_many`."""
    return [item.order for item in items], [item.slot for item in items], [item.reference for item in items]
