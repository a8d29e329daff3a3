"""One system of contracts on revm, and beside it one model, told the same: every call is held to the model and to the
numbered invariants, and every word that a call can touch is compared after it.

    mirror = Mirror(build(tight()))
    mirror.call("vault", "deposit", sender, account, amount)    # raises Mismatch or Violation
    mirror.refused("vault", calldata, sender)                   # what nobody may send
    mirror.together(("vault", "deposit", ...), ...)             # by a contract, in one transaction
    mirror.one_by_one("orders", "execute_many", ...)            # which must do what its calls do
    mirror.paid_back("orders", "execute", (...), 5, ...)        # with ether to spare, and what comes of it
    mirror.asked("health", accounts)                            # a view, by what is stored
    mirror.restart()                                            # back to the state after deployment

Without a model it is the bare engine with the invariants (`modelled=False`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from novation.chain.protocol import revert_code
from novation.fuzz.system.calls import Calls, Result
from novation.fuzz.system.compare import BARE, Mismatch, differences, shown
from novation.fuzz.system.fills import Deeds
from novation.fuzz.system.previews import preview
from novation.fuzz.system.questions import QUESTIONS
from novation.fuzz.system.slots import Layout
from novation.fuzz.system.surroundings import Move
from novation.fuzz.system.worlds import text

__all__ = ["Mirror", "Mismatch", "Result"]

ATTACKER = Layout("Attacker")
LOCKED = Result(BARE, None, Deeds())  # a call into a contract that is being called
ASKED = QUESTIONS | {"preview": preview}


class Mirror(Calls):
    """A stage, played on."""

    def together(self, *calls: tuple[Any, ...]) -> list[Result]:
        """Calls of the attacker in one transaction: (part, name, whether it may fail, arguments ...) each.

        What a transaction of several calls does is what they do one by one at the same time; nothing of ours lives only
        as long as a transaction but the locks. So it is tried and undone first, and then its calls are made one by one,
        each held to the model and the invariants as ever. The transaction must have had the same outcomes, the same
        return values and the same words at its end; or the code of the first call that failed and may not, after which
        no more are made. (Like this no step of a longer transaction needs invariants of its own.)

        @raises Mismatch, Violation.
        """
        self.trail.append(Move("together", calls))
        listed = []
        for part, name, may_fail, *args in calls:
            listed.append((self.doors[part][name].to, self.calldata(part, name, args), may_fail))
        data = self.stage.attacker.encode("run", listed)
        whole, output, tried = self.chain.tried(self._origin, self.stage.attacker.address, data, self.places)
        results: list[Result] = []
        for part, name, may_fail, *args in calls:
            results.append(self._call(part, name, self.attacker, args))
            if not results[-1].ok and not may_fail:
                break
        failed = bool(results) and not results[-1].ok and not calls[len(results) - 1][2]
        wanted = results[-1].code if failed else None
        if (None if whole is None else whole or BARE) != wanted:
            raise Mismatch(f"together: the transaction {shown(whole)}, but one by one {shown(wanted)}")
        self.tally[f"together: {'undone' if failed else 'done'}"] += 1
        if not failed:
            self._same_together(calls, results, output)
            if tried != self.facts.words:
                raise differences(self.slots.keys, tried, self.facts.words)
        return results

    def one_by_one(self, part: str, name: str, sender: int, *columns: Sequence[Any]) -> list[Result]:
        """A `..._many`, which must do what its calls do one by one at the same time, each of them held to the model
        and to every invariant; tried and undone first, as in `together`. Where a source of one of them lacks gas the
        whole may say GAS, and nothing of it is done.

        @raises Mismatch, Violation.
        """
        self.trail.append(Move("one_by_one", (part, name, sender, *columns)))
        to, data = self.doors[part][name].to, self.calldata(part, name, columns)
        whole, output, tried = self.chain.tried(text(sender), to, data, self.places)
        single = name.removesuffix("_many")
        results = [self._call(part, single, sender, (*args, b"")) for args in zip(*columns, strict=True)]
        self.tally["one by one"] += 1
        if whole == "GAS" and self.starving and any(result.code == "GAS" for result in results):
            self.tally["one by one: lacks gas"] += 1
            return results
        if whole is not None:
            raise Mismatch(f"{name}: {shown(whole)}, one by one {results}")
        found = int.from_bytes(output, "big")
        done = [result.ok for result in results]
        wanted = sum(done) if name == "liquidate_many" else sum(ok << at for at, ok in enumerate(done))
        if found != wanted:
            raise Mismatch(f"{name} returns {found:b}, one by one {wanted:b}")
        if tried != self.facts.words:
            raise differences(self.slots.keys, tried, self.facts.words)
        return results

    def paid_back(
        self, part: str, name: str, args: Sequence[Any], wei: int, *calls: tuple[str, str, tuple[Any, ...]]
    ) -> list[Result]:
        """A payable call of the attacker with too much ether, and what it does when the rest comes back, while the
        contract that it called is locked. That is the last of the call, so it is what its calls do one by one after it,
        each held to the model and the invariants; tried and undone first, as in `together`.

        @raises Mismatch, Violation.
        """
        self.trail.append(Move("paid_back", (part, name, args, wei, *calls)))
        listed = [(self.doors[to][what].to, self.calldata(to, what, given), True) for to, what, given in calls]
        self.stage.attacker.transact("plan", listed, sender=self._origin)
        attacker = self.stage.attacker.address
        data = self.acting(self.doors[part][name].to, self.calldata(part, name, args))
        places = [*self.places, (attacker, ATTACKER.at("called_back")), (attacker, ATTACKER.at("succeeded"))]
        whole, _, found = self.chain.tried(self._origin, attacker, data, places, wei)
        results = [self._call(part, name, self.attacker, args, wei=self.costs(name, args))]
        self.tally[f"paid back: {'done' if results[0].ok else 'refused'}"] += 1
        if (None if whole is None else whole or BARE) != (None if results[0].ok else results[0].code):
            raise Mismatch(f"paid back: {part}.{name} {shown(whole)} with too much ether, {results[0]} with its fee")
        if whole is None:
            *tried, times, bits = found
            for to, what, given in calls:
                results.append(self._call(to, what, self.attacker, given) if to != part else LOCKED)
            done = [result.ok for result in results[1:]]
            if not times or bits != sum(ok << at for at, ok in enumerate(done)):
                raise Mismatch(f"paid back: of {calls} succeeded {bits:b}, one by one {done}")
            if tried != self.facts.words:
                raise differences(self.slots.keys, tried, self.facts.words)
        self.stage.attacker.transact("plan", [], sender=self._origin)
        return results

    def refuses_the_rest(self, part: str, name: str, args: Sequence[Any], wei: int) -> Result:
        """A payable call of the attacker with too much ether, of which it does not take the rest: REFUND where the same
        with the fee alone succeeds. @return that. @raises Mismatch, Violation.
        """
        self.trail.append(Move("refuses_the_rest", (part, name, args, wei)))
        attacker = self.stage.attacker
        attacker.transact("refuse", True, sender=self._origin)
        data = self.acting(self.doors[part][name].to, self.calldata(part, name, args))
        code, _, _ = self.chain.tried(self._origin, attacker.address, data, (), wei)
        result = self._call(part, name, self.attacker, args, wei=self.costs(name, args))
        attacker.transact("refuse", False, sender=self._origin)
        if code != (wanted := "REFUND" if result.ok else result.code):
            raise Mismatch(f"the rest is refused: {part}.{name} {shown(code)}, but must revert {wanted}")
        return result

    def _same_together(self, calls: Sequence[tuple[Any, ...]], results: Sequence[Result], output: bytes) -> None:
        """Each call of a transaction ended as it ends alone. @raises Mismatch."""
        bits, outputs = self.stage.attacker.interface.function("run", 1).decode(output)
        for at, ((part, name, *_), result, found) in enumerate(zip(calls, results, outputs, strict=True)):
            door = self.doors[part][name]
            value = None
            if bits >> at & 1 == 0:
                code = revert_code(found) or BARE
            else:
                code = ""
                if door.outputs is not None:
                    values = door.outputs.decode(found, 0)
                    value = values[0] if len(values) == 1 else values
            if (code, value) != (result.code, result.value):
                raise Mismatch(f"together: {part}.{name} {shown(code or None)} {value}, alone {result}")

    def refused(self, part: str, data: bytes, sender: int, value: int = 0) -> None:
        """What no contract of ours takes: it must revert without a code. @param value Wei. @raises Mismatch."""
        self.trail.append(Move("refused", (part, data, sender, value)))
        self.calls += 1
        to = self.stage.contracts[part].address
        code, _ = self.chain.send(text(sender), to, data, value)
        self.counts[f"{part.rstrip('01')}: spoiled calldata", BARE if code == "" else code or ""] += 1
        if code != "":
            raise Mismatch(f"{part} takes {data[:4].hex()} {data[4:].hex()} with {value} wei: {shown(code)}")

    def calldata(self, part: str, name: str, args: Sequence[Any]) -> bytes:
        """Of a call, as libraries write it."""
        door = self.doors[part][name]
        return door.selector + door.inputs.encode(args)

    def looked_at(self, part: str, name: str, sender: int, *args: Any, extra: bytes = b"") -> None:
        """A view as a transaction: it says what it says when it is asked, and leaves everything as it is.

        @raises Mismatch.
        """
        self.trail.append(Move("looked_at", (part, name, sender, *args), {"extra": extra} if extra else {}))
        self.calls += 1
        door = self.doors[part][name]
        data = door.selector + door.inputs.encode(args)
        asked = self.chain.look(text(sender), door.to, data)
        found = self.chain.send(text(sender), door.to, data + extra)
        self.counts[f"{part.rstrip('01')}.{name}", "" if found[0] is None else found[0] or BARE] += 1
        if asked != found:
            raise Mismatch(f"{part}.{name}{args}: asked {asked}, sent {found}")
        if (fresh := self.fresh()) != self.facts.words:
            raise differences(self.slots.keys, fresh, self.facts.words)

    def asked(self, question: str, *args: Any) -> Any:
        """A view of ours, which must say what the words and the prices say. @raises Mismatch."""
        self.trail.append(Move("asked", (question, *args)))
        return ASKED[question](self, *args)
