"""Calls of the protocol, made on both sides and compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from novation.chain.revm import GAS_LIMIT
from novation.fixed import WAD
from novation.fuzz.system.compare import BARE, STARVED, Mismatch, alike, shown
from novation.fuzz.system.engine import Log
from novation.fuzz.system.fills import Deeds
from novation.fuzz.system.hostile import CALLS_BACK
from novation.fuzz.system.surroundings import Move
from novation.fuzz.system.thorough import PAID, Thorough
from novation.fuzz.system.worlds import text
from novation.model import Revert
from novation.model.ledger import NEW

PAYABLE = {("oracle", "update"), ("orders", "execute"), ("liquidation", "liquidate")}
PASSING_OVER = ("execute_many", "liquidate_many")  # what lacks gas inside of these is passed over
MOVES_TOKENS = ("deposit", "withdraw", "exit")  # externals of the vault by which tokens come in or go out


class Result(NamedTuple):
    """A call: its revert code ("" for none, "?" for one without a code) and its return value as the chain gave it."""

    code: str
    value: Any
    deeds: Deeds

    @property
    def ok(self) -> bool:
        """Whether it succeeded."""
        return self.code == ""


NO_DEEDS = Deeds()


class Calls(Thorough):
    """A stage whose externals are called one by one."""

    def call(
        self, part: str, name: str, sender: int, *args: Any, bold: bool = False, sent: bytes = b"", gas: int = 0,
        wei: int = 0,
    ) -> Result:  # fmt: skip
        """A protocol call on both sides; the attacker's are made by its contract.

        @param bold The numbers may be beyond what the model's integers notice.
        @param sent The calldata, where it is another encoding of these arguments.
        @param gas Its limit, 0 for plenty. A call that runs out of it must have done nothing, one that does not must
            have done what it does with plenty.
        @param wei Ether with it; only of what is payable. The attacker's contract passes it on.

        @raises Mismatch, Violation.
        """
        options: dict[str, Any] = {}
        if bold or sent or gas or wei:
            given = {"bold": bold, "sent": sent, "gas": gas, "wei": wei}
            options = {option: value for option, value in given.items() if value}
        self.trail.append(Move("call", (part, name, sender, *args), options))
        return self._call(part, name, sender, args, bold, sent, gas, wei)

    def _call(
        self, part: str, name: str, sender: int, args: Sequence[Any], bold: bool = False, sent: bytes = b"",
        gas: int = 0, wei: int = 0,
    ) -> Result:  # fmt: skip
        self.calls += 1
        door = self.doors[part][name]
        data = sent or door.selector + door.inputs.encode(args)
        if sender in self.facts.tables.guardians.values():
            self.facts.prices_before = {market: self.price(market) for market in self.slots.markets}
        held = self._ether() if wei else 0
        code, output = self._send(sender, door.to, data, gas or GAS_LIMIT, wei)
        external = f"{part.rstrip('01')}.{name}"
        value: Any = None
        deeds = NO_DEEDS
        logs: Sequence[Log] = ()
        if code is None:
            if door.outputs is not None:
                values = door.outputs.decode(output, 0)
                value = values[0] if len(values) == 1 else values
            used, logs = self.chain.outcome()
            if used > self.gas.get(external, 0) and sender != self.attacker:
                self.gas[external] = used
            deeds = self.reader.read(logs, self.facts.view(self.chain.now), part == "liquidation")
            if part == "vault" and name in MOVES_TOKENS:
                self._add_to_totals(name, args)
            self._remember(part, name, args, value)
        what = "" if code is None else code or BARE
        self.counts[external, what] += 1
        if gas:
            self.tally["gas: enough" if code is None else "gas: too little or refused"] += 1
            if code in STARVED:
                return Result(what, value, deeds)
        if self.model is not None:
            self._same(part, name, sender, args, code, value, deeds, bold, gas, wei)
            if code is None:
                self.events.same(logs, self.env.events)
        if code is None:  # what reverts leaves no trace, on any EVM; the next success would show a model's
            if self.switches & CALLS_BACK and part == "vault":
                self._called_back(name)
            self.look(part, name, sender, args, deeds)
        if wei and code is None:
            self._same_ether(name, args, held)
        return Result(what, value, deeds)

    def _send(self, sender: int, to: str, data: bytes, gas: int, wei: int) -> tuple[str | None, bytes]:
        """As a transaction of the sender, or through the attacker's contract."""
        if sender != self.attacker:
            return self.chain.send(text(sender), to, data, wei, gas)
        return self.chain.send(self._origin, self.stage.attacker.address, self.acting(to, data), wei, gas)

    def costs(self, name: str, args: Sequence[Any]) -> int:
        """The fee of the update that a payable call brings (wei)."""
        market = args[0].market if name == "execute" else args[0 if name == "update" else 1]
        return self.fee(market) if args[-1] else 0

    def _ether(self) -> int:
        """What all sources have been paid, wei."""
        return sum(self.chain.balance(contract.address) for contract in self.stage.feeds.values())

    def _same_ether(self, name: str, args: Sequence[Any], held: int) -> None:
        """The source has its fee, and ours keep nothing: the rest went back. @raises Mismatch."""
        if (paid := self._ether() - held) != (fee := self.costs(name, args)):
            raise Mismatch(f"{name}: the source was paid {paid} wei of {fee}")
        for part in PAID:
            if kept := self.chain.balance(self.stage.contracts[part].address):
                raise Mismatch(f"{name}: {part} keeps {kept} wei")

    def _add_to_totals(self, name: str, args: Sequence[Any]) -> None:
        """What must have come in or gone out, by the call alone: the totals of invariant 1 trust no log."""
        unit, totals = self.facts.unit, self.facts.totals
        if name == "deposit":
            totals[0] += args[1] * WAD // unit
        else:
            cash = self.facts.tables.accounts.get(args[0], NEW).cash
            amount = args[1] if name == "withdraw" else cash * unit // WAD
            totals[1] += -(-amount * WAD // unit)

    def _remember(self, part: str, name: str, args: Sequence[Any], value: Any) -> None:
        """Which orders live."""
        if part != "orders" or name == "claim":
            return
        many = name.endswith("_many")
        orders, slots = (args[0], args[1]) if many else ((args[0],), (args[1],))
        delay = self.stage.world.parameters.orders.delay
        for number, (order, slot) in enumerate(zip(orders, slots, strict=True)):
            at = (order.account, slot)
            if name.startswith("commit"):
                due = 0 if order.trigger else self.now + delay
                self.orders[at] = order._replace(due=due, committed_at=self.now)
                self.facts.open_fees += order.fee
            elif name == "trigger":
                self.orders[at] = order._replace(due=self.now + delay)
            elif not many or value >> number & 1:
                self.facts.open_fees -= order.fee
                self.orders.pop(at, None)  # a contract with a bug may name another

    def _called_back(self, name: str) -> None:
        """After a call in which the token may have called the attacker back. @raises Mismatch."""
        if name not in MOVES_TOKENS or not (done := self.reentered()):
            return
        for (part, reentry, args), ok in zip(self.planned, done, strict=True):
            self.tally["reentry: done" if ok else "reentry: refused"] += 1
            if ok:
                self._remember(part, reentry, args, 0)
        if self.token is not None and self.token.done != done:
            raise Mismatch(f"{name}: of {self.planned} succeeded {done}, in the model {self.token.done}")

    def _same(
        self, part: str, name: str, sender: int, args: Sequence[Any], code: str | None, value: Any, deeds: Deeds,
        bold: bool, gas: int, wei: int,
    ) -> None:  # fmt: skip
        """The model does it too. @raises Mismatch for another code, value or fill."""
        assert self.model is not None
        assert self.expected is not None
        if gas and code is None and name in PASSING_OVER:
            args, value = _done(name, args, value, deeds)
        start = len(self.env.log)
        expected: str | None = None
        wanted: Any = None
        try:
            wanted = self.model.call(part, name, sender, *args, *((wei,) if (part, name) in PAYABLE else ()))
        except Revert as refusal:
            expected = refusal.code
        if (code is None) != (expected is None) or (
            code is not None
            and expected is not None
            and code != expected
            and not alike(name, expected, code, bold, self.token is not None, self.starving)
        ):
            raise Mismatch(f"{part}.{name}: contract {shown(code)}, model {shown(expected)}")
        if expected is None:
            if value is not None and wanted != value:
                raise Mismatch(f"{part}.{name} returns {value}, model {wanted}")
            if name == "execute" and deeds.codes != [wanted]:
                raise Mismatch(f"order ended with {deeds.codes}, model {wanted!r}")
            if deeds.fills != self.env.fills:
                raise Mismatch(f"fills {deeds.fills}, model {self.env.fills}")
            self.expected.refresh(self.env.log[start:])


def _done(name: str, args: Sequence[Any], value: int, deeds: Deeds) -> tuple[Sequence[Any], int]:
    """What was not passed over of a list, and what the model must return for it."""
    if name == "execute_many":
        kept = [at for at in range(len(args[0])) if value >> at & 1]
        return [[column[at] for at in kept] for column in args], (1 << len(kept)) - 1
    pairs = deeds.pairs
    return ([account for account, _ in pairs], [market for _, market in pairs]), value
