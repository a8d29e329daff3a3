"""The keeper: executes every order that is due and fires the triggers, for the fee that the order carries.

It knows the open orders from events, finds the one price at which an order may fill and brings it where the adapter
does not have it, tries the call before it sends it, and sends only what earns more than it costs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from novation.bots.costs import BRINGING, Costs
from novation.bots.mirror import Mirror, Order
from novation.bots.prices import Found, Prices
from novation.chain.protocol import Chain, Contract, Receipt, Reverted

BATCH = 8  # orders a transaction (OrderModule)
LONGEST = 2_048  # bytes of an update that is brought with an order; the adapter itself takes 4,096
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
    """An order that may be executed: with its slot, and how it fills."""

    order: Order
    slot: int
    found: Found = Found(0)


@dataclass
class _Wait:
    """How often an order's dry run failed in a row, and before which turn it is not tried again; whether the update
    that it fills at was brought by itself."""

    failures: int = 0
    until: int = 0
    is_brought: bool = False


class Keeper:
    """Call `step` after every block."""

    def __init__(
        self,
        chain: Chain,
        orders: Contract,
        oracle: Contract,
        prices: Mapping[int, Prices],
        mirror: Mirror,
        costs: Costs,
        sender: str,
        window: int,
        profit: int = 0,
    ) -> None:
        """
        @param prices By market number.
        @param window Seconds in which an order's price must be published (OrderModule).
        @param profit Least gain of an order, WAD USD.
        """
        self._chain, self._orders, self._oracle, self._prices = chain, orders, oracle, prices
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
            self._prices[market].refresh()
        done = [done for item in items if item.order.due == 0 and (done := self._fire(item)) is not None]
        # The oldest first: with one fee for all that is what is fair.
        due = sorted((item for item in items if item.order.due), key=lambda item: item.order.due)
        done += self._execute_all(due)
        self._mirror.refresh()
        alive = set(self._mirror.orders.values())
        self._waits = {order: wait for order, wait in self._waits.items() if order in alive}
        return done

    def _is_ready(self, order: Order, now: int) -> bool:
        wait = self._waits.get(order)
        if order.market not in self._prices or (wait is not None and self._turn < wait.until):
            return False
        return order.due <= now if order.due else order.expires_at >= now

    def _execute_all(self, due: Sequence[_Item]) -> list[Done]:
        """Those that fill at what the adapter knows, many at once; then one with its update, with which others may."""
        done: list[Done] = []
        while due:
            now = self._chain.now
            known: list[_Item] = []
            unknown: list[_Item] = []
            for item in due:
                found = self._prices[item.order.market].found(item.order.due, self._window, now)
                if found is not None:
                    (unknown if found.update or found.newest else known).append(item._replace(found=found))
            known = [item for item in known if self._pays(item.order, self._costs.of("execute"))]
            for start in range(0, len(known), BATCH):
                done += self._execute(known[start : start + BATCH])
            due = unknown[1:]
            if unknown:
                if len(unknown[0].found.update) > LONGEST:
                    due = unknown if self._bring_alone(unknown[0]) else due
                else:
                    done += self._bring(unknown[0])
                self._prices[unknown[0].order.market].refresh()
        return done

    def _bring_alone(self, item: _Item) -> bool:
        """Brings an update that is too long for the order's own transaction, after the price of now if it lacks one.

        Once an order: what the adapter does not keep, it will not keep.
        @return whether it was sent, so that the order may fill without it.
        """
        order, (_, update, newest) = item.order, item.found
        wait = self._waits.setdefault(order, _Wait())
        if wait.is_brought:
            self._refuse(order, "PROOF")
            return False
        brought = [data for data in (newest, update) if data]
        try:
            fees = [int(self._oracle.call("fee", order.market, data)) for data in brought]
            cost = sum(self._costs.of("update", fee) for fee in fees) + self._costs.of("execute")
            if not self._pays(order, cost):
                return False
            self._oracle.call("update", order.market, update, sender=self.sender, value=fees[-1])
            wait.is_brought = True
            for data, fee in zip(brought, fees, strict=True):
                receipt = self._oracle.transact("update", order.market, data, sender=self.sender, value=fee)
                self._costs.learn("update", receipt, value=fee)
        except Reverted as error:
            self._refuse(order, error.code)
            return False
        return True

    def _bring(self, item: _Item) -> list[Done]:
        """Dry run, then one order with the update that it fills at; before it the price of now if it lacks one."""
        order, slot, (reference, update, newest) = item
        arguments = order, slot, reference, update
        kind = "execute" + BRINGING if update else "execute"
        try:
            fee = int(self._oracle.call("fee", order.market, update)) if update else 0
            cost = self._costs.of(kind, fee)
            if newest:
                newest_fee = int(self._oracle.call("fee", order.market, newest))
                cost += self._costs.of("update", newest_fee)
            if not self._pays(order, cost):
                return []
            code = self._refusal(arguments, fee)
            if code == "STALE" and newest and self._update(order.market, newest, newest_fee):
                code = self._refusal(arguments, fee)
        except Reverted as error:
            code = error.code
        if code:
            self._refuse(order, code)
            return []
        receipt = self._orders.attempt("execute", *arguments, sender=self.sender, value=fee)
        self._costs.learn(kind, receipt, value=fee)
        return self._told(receipt, [item])

    def _refusal(self, arguments: tuple[Order, int, int, bytes], fee: int) -> str:
        """With what an execution is refused now; empty where it is not."""
        try:
            self._orders.call("execute", *arguments, sender=self.sender, value=fee)
        except Reverted as error:
            return error.code
        return ""

    def _pays(self, order: Order, cost: int) -> bool:
        """Whether the order's fee is worth what it costs (WAD USD)."""
        if order.fee - cost >= self._profit:
            return True
        self._refuse(order, "UNPROFITABLE")
        return False

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
        return self._told(receipt, good)

    def _told(self, receipt: Receipt, items: Sequence[_Item]) -> list[Done]:
        """What became of the orders of a transaction."""
        # Somebody else may have been faster with some, or all: only what was executed is told.
        told = {(event.args["account"], event.args["slot"]): event.args for event in receipt.find("Executed")}
        done = []
        for order, slot, _ in items:
            if (end := told.get((order.account, slot))) is not None:
                done.append(Done("execute", order.account, order.market, end["code"], end["fee"], receipt))
            else:
                self._refuse(order, receipt.error or "TAKEN")
        return done

    def _fire(self, item: _Item) -> Done | None:
        """Sets the due time of an order whose condition is met. It pays nothing itself: the execution after it does."""
        order, prices = item.order, self._prices[item.order.market]
        beyond = prices.mid >= order.trigger if order.trigger_above else prices.mid <= order.trigger
        if not beyond or prices.updated_at <= order.committed_at:
            return None
        try:
            fee = int(self._oracle.call("fee", order.market, prices.update)) if prices.update else 0
            cost = self._costs.of("trigger") + (self._costs.of("update", fee) if prices.update else 0)
            if order.fee - cost - self._costs.of("execute") < self._profit:
                self._refuse(order, "UNPROFITABLE")
                return None
            if prices.update:
                self._update(order.market, prices.update, fee)
            self._orders.call("trigger", order, item.slot, sender=self.sender)
            receipt = self._orders.transact("trigger", order, item.slot, sender=self.sender)
        except Reverted as error:
            self._refuse(order, error.code)
            return None
        self._costs.learn("trigger", receipt)
        return Done("trigger", order.account, order.market, "", 0, receipt)

    def _update(self, market: int, update: bytes, fee: int) -> bool:
        """Brings the newest price, if the adapter believes it. @returns whether. @raises Reverted."""
        if not self._oracle.call("update", market, update, sender=self.sender, value=fee):
            return False
        receipt = self._oracle.transact("update", market, update, sender=self.sender, value=fee)
        self._costs.learn("update", receipt, value=fee)
        self._prices[market].refresh()
        return True

    def _explain(self, item: _Item) -> None:
        """Asks for the reason why an order of a batch did not end."""
        if code := self._refusal((item.order, item.slot, item.found.reference, b""), 0):
            self._refuse(item.order, code)

    def _refuse(self, order: Order, code: str) -> None:
        """Counts the reason and waits the longer the more often in a row."""
        wait = self._waits.setdefault(order, _Wait())
        self.refusals[code] = self.refusals.get(code, 0) + 1
        wait.until = self._turn + (1 << min(wait.failures, PATIENCE))
        wait.failures += 1


def _columns(items: Sequence[_Item]) -> tuple[list[Order], list[int], list[int]]:
    """The arguments of `execute_many`."""
    return [item.order for item in items], [item.slot for item in items], [item.found.reference for item in items]
