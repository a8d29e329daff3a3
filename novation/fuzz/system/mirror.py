"""One system of contracts on revm, and beside it one model, told the same: every call is held to the model and to the
numbered invariants, and every word that a call can touch is compared after it.

    mirror = Mirror(build(tight()))
    mirror.call("vault", "deposit", sender, account, amount)    # raises Mismatch or Violation
    mirror.restart()                                            # back to the state after deployment

Without a model it is the bare engine with the invariants (`modelled=False`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from novation.fixed import unpack
from novation.fuzz.system.compare import BARE, Mismatch, alike, differences, named, shown
from novation.fuzz.system.engine import Place
from novation.fuzz.system.expected import Expected
from novation.fuzz.system.facts import MASK_32, Facts
from novation.fuzz.system.fills import Deeds, Reader
from novation.fuzz.system.slots import STORED_BITS, Slots
from novation.fuzz.system.surroundings import Surroundings
from novation.fuzz.system.tally import count, count_words
from novation.fuzz.system.worlds import Stage, text
from novation.model import Order, Revert, invariants, words
from novation.model.shares import FIRST
from novation.model.view import Step, View

__all__ = ["Mirror", "Mismatch", "Result"]


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
START_BITS = (1 << 144) - 1  # of where a queue stood: without what was rolled over then
NO_DEEDS = Deeds()
START_BITS = (1 << 144) - 1  # of where a queue stood: without what was rolled over then


class Mirror(Surroundings):
    """A stage, played on."""

    def __init__(self, stage: Stage, modelled: bool = True, check: bool = True) -> None:
        super().__init__(stage, modelled)
        self.check = check
        self.slots = Slots(stage)
        self.places = self.slots.places
        self.facts = Facts(stage, self.slots, self.price)
        self.reader = Reader()
        self.expected = Expected(self.model, self.slots) if self.model is not None else None
        self.orders: dict[tuple[int, int], Order] = {}
        self.counts: Counter[tuple[str, str]] = Counter()
        self.tally: Counter[str] = Counter()
        self.calls = 0
        self.known = {(address.lower(), slot) for address, slot in self.places}
        self.known |= self.chain.written()  # by the deployment: what is written once
        self.base = self.chain.snapshot()
        self.mark = self.env.mark()
        self.facts.totals = [self._cash_at_start(), 0]
        self.base_words = self.fresh()
        self.base_totals = list(self.facts.totals)
        self.restart()

    def _cash_at_start(self) -> int:
        """What was deposited before the fuzzer began: the bootstraps."""
        return FIRST * self.stage.pools

    # --- going back

    def restart(self) -> None:
        """The state after deployment."""
        self.chain.restore(self.base)
        self.env.undo(self.mark)
        self.orders.clear()
        self.prices.clear()
        self.facts.totals = list(self.base_totals)
        self.facts.open_fees = 0
        self.facts.rebase(self.base_words)
        for index in range(self.stage.pools):
            self._owes(index)
        if self.expected is not None:
            self.expected.reset()
        self.trail = []

    # --- looking

    @property
    def view(self) -> View:
        """The chain's state."""
        return self.facts.view(self.chain.now)

    def fresh(self) -> list[int]:
        """The words as they are on the chain."""
        found = self.chain.words(self.places)
        for at in self.slots.masked:
            found[at] &= STORED_BITS
        return found

    # --- calls

    def call(self, part: str, name: str, sender: int, *args: Any, bold: bool = False) -> Result:
        """A protocol call on both sides. @raises Mismatch, Violation."""
        before = self.facts.view(self.chain.now)
        door = self.doors[part][name]
        self.calls += 1
        self.trail.append(f"{part}.{name} from {text(sender)} {args}")
        code, output = self.chain.send(
            text(sender), door.to, door.selector + door.inputs.encode(self._chain_args(name, args))
        )
        value: Any = None
        deeds = NO_DEEDS
        if code is None:
            if door.outputs is not None:
                values = door.outputs.decode(output, 0)
                value = values[0] if len(values) == 1 else values
            self.prices.clear()
            deeds = self.reader.read(self.chain.logs(), before, part == "liquidation")
            self.facts.totals[0] += deeds.deposited
            self.facts.totals[1] += deeds.withdrawn
            self._remember(part, name, args, value)
        shown = "" if code is None else code or BARE
        self.counts[f"{part.rstrip('01')}.{name}", shown] += 1
        if self.model is not None:
            self._same(part, name, sender, args, code, value, deeds, bold)
        if code is None:  # what reverts leaves no trace, on any EVM; the next success would show a model's
            self._look(part, name, sender, args, deeds)
        return Result(shown, value, deeds)

    @staticmethod
    def _chain_args(name: str, args: Sequence[Any]) -> Sequence[Any]:
        """The model has band ends as words, the contract takes mantissa and exponent."""
        if name != "set_feed":
            return args
        return (*args[:5], unpack(args[5], words.BAND), unpack(args[6], words.BAND), *args[7:])

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
                del self.orders[at]

    def _same(
        self, part: str, name: str, sender: int, args: Sequence[Any], code: str | None, value: Any, deeds: Deeds,
        bold: bool,
    ) -> None:  # fmt: skip
        """The model does it too. @raises Mismatch for another code, value, fill or word."""
        assert self.model is not None
        assert self.expected is not None
        start = len(self.env.log)
        expected: str | None = None
        wanted: Any = None
        try:
            wanted = self.model.call(part, name, sender, *args)
        except Revert as refusal:
            expected = refusal.code
        if (code is None) != (expected is None) or (
            code is not None and expected is not None and not alike(name, expected, code, bold)
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

    def _look(self, part: str, name: str, sender: int, args: Sequence[Any], deeds: Deeds) -> None:
        """Compares the words, checks the invariants. @raises Mismatch, Violation."""
        fresh = self.fresh()
        if self.expected is not None and fresh != self.expected.words:
            raise differences(self.slots.keys, fresh, self.expected.words)
        changed = self.facts.absorb(fresh)
        if not changed:
            return
        count(self.tally, part, name, deeds, self.facts.before(self.chain.now))
        count_words(self.tally, name, self.facts.pending)
        for index in {key[1] for key in changed if key[0] in _SHARES}:
            self._owes(index)
        if self.check:
            after = self.facts.view(self.chain.now)
            step = Step(part, name, sender, args, deeds.fills)
            invariants.check_step(self.facts.before(self.chain.now), after, step)
            invariants.check_state(after)

    def whole(self) -> None:
        """What is too much for every step: the words that grow without bound, and those that nobody knows of.

        @raises Mismatch.
        """
        if self.model is None or self.expected is None:
            return
        fresh = self.fresh()
        if fresh != self.expected.words:
            raise differences(self.slots.keys, fresh, self.expected.words)
        written = self._strange()
        for index, shares in enumerate(self.model.shares):
            generations = shares.indices[shares.state["settled"]].generation + 1
            for key, place in self.slots.history(index, shares.state["settled"], generations):
                written.discard((place[0].lower(), place[1]))
                found = self.chain.words([place])[0]
                found &= START_BITS if key[0] == "start" else -1
                if found != (wanted := self.expected.word(key)):
                    raise Mismatch(f"{named(key)}: contract {found:#x}, model {wanted:#x}")
            settled = [shares.batches[number] for number in range(1, shares.state["settled"] + 1)]
            refunds = sum(1 for batch in settled if batch.assets and not batch.minted)
            self.tally["settlement: deposits refunded"] += refunds
            self.tally["settlement: generation went on"] += sum(end.goes_on for end in shares.ends.values())
        if written:
            raise Mismatch(f"written, and nobody knows what it is: {written}")
        accounts = self.stage.cast.traders
        healths = self.ask("lens", "health_many", accounts)
        for account, found_health in zip(accounts, healths, strict=True):
            if tuple(found_health) != tuple(self.model.vault.health(account)):
                raise Mismatch(f"health: {found_health}, model {self.model.vault.health(account)}")
        bits = self.ask("lens", "unhealthy_bits", accounts)
        if bits != self.model.vault.unhealthy_bits(list(accounts)):
            raise Mismatch(f"unhealthy_bits: {bits:b}")

    def _strange(self) -> set[Place]:
        """Slots of our contracts that were written, but not those that are compared after every call."""
        ours = {contract.address.lower() for name, contract in self.stage.contracts.items() if name != "token"}
        return {place for place in self.chain.written() - self.known if place[0] in ours}

    def _owes(self, index: int) -> None:
        """What a shares contract must hold, asked of its views."""
        part = f"shares{index or ''}"
        at, words_now = self.slots.index, self.facts.words
        settled = words_now[at["progress", index]] >> 32 & MASK_32
        cash, shares = 0, FIRST
        for holder in self.slots.lps_and(index):
            deposit = words_now[at["deposit", index, holder]]
            if not deposit and not words_now[at["redemption", index, holder]]:
                continue
            minted, refund, assets, still = self.ask(part, "claimable", holder)
            cash += refund + assets
            shares += minted + still
            if deposit & MASK_32 > settled:
                cash += deposit >> 32
        self.facts.owes(index, cash, shares)


_SHARES = frozenset({"share", "progress", "queue", "paid", "batch", "deposit", "redemption"})
