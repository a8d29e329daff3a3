"""One system of contracts on revm, and beside it one model, told the same: every call is held to the model and to the
numbered invariants, and every word that a call can touch is compared after it.

    mirror = Mirror(build(tight()))
    mirror.call("vault", "deposit", sender, account, amount)    # raises Mismatch or Violation
    mirror.restart()                                            # back to the state after deployment

Without a model it is the bare engine with the invariants (`modelled=False`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from novation.chain.compiler import compile_all
from novation.fixed import unpack
from novation.fuzz.engine import Door, Engine, doors
from novation.fuzz.expected import Expected
from novation.fuzz.facts import MASK_32, Facts
from novation.fuzz.fills import Deeds, Reader
from novation.fuzz.slots import STORED_BITS, Key, Slots
from novation.fuzz.worlds import REFERENCE, Stage, model_of, number, text
from novation.model import Order, Revert, invariants, words
from novation.model.feeds import Aggregator
from novation.model.journal import Env
from novation.model.oracle import Price
from novation.model.shares import FIRST
from novation.model.system import System
from novation.model.view import Step, View

MODES = 7  # ways in which a mock feed fails, from 1; 2 burns its gas and is left out


class Mismatch(AssertionError):
    """Contracts and model disagree."""


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
BARE = "?"  # a revert without a code, as it is counted
# Of a token, not of ours: (external, the model's code, what the chain says).
SAME: set[tuple[str, str, str]] = {
    ("deposit", "TOKEN", ""),
    ("transfer", "SHARES", "erc20: transfer amount exceeds balance"),
}


def alike(name: str, model: str, chain: str, bold: bool) -> bool:
    """Whether two codes say the same. The chain's RANGE and its bare reverts are one: a number beyond its type. A
    `bold` call has numbers beyond what the model's integers notice."""
    if model == chain or (name, model, chain) in SAME:
        return True
    if chain in ("RANGE", ""):
        return model == "" or bold
    return False


class Mirror:
    """A stage, played on."""

    def __init__(self, stage: Stage, modelled: bool = True, check: bool = True) -> None:
        self.stage = stage
        self.check = check
        self.chain: Engine = stage.chain
        self.slots = Slots(stage)
        self.places = self.slots.places
        self.facts = Facts(stage, self.slots, self.price)
        self.reader = Reader()
        self.doors: dict[str, dict[str, Door]] = {}
        for part, contract in stage.contracts.items():
            self.doors[part] = doors(contract, compile_all([contract.name])[contract.name].abi)
        self.feeds = {key: doors(c, compile_all([c.name])[c.name].abi) for key, c in stage.feeds.items()}
        self.model: System | None = model_of(stage) if modelled else None
        self.env = self.model.env if self.model is not None else Env(self.chain.now)
        self.sources: dict[int, Aggregator] = {}
        self._feed_twins()
        self.expected = Expected(self.model, self.slots) if self.model is not None else None
        self.orders: dict[tuple[int, int], Order] = {}
        self.prices: dict[int, Price] = {}
        self.counts: Counter[tuple[str, str]] = Counter()
        self.tally: Counter[str] = Counter()
        self.calls = 0
        self.trail: list[str] = []
        self.base = self.chain.snapshot()
        self.mark = self.env.mark()
        self.facts.totals = [self._cash_at_start(), 0]
        self.base_words = self.fresh()
        self.base_totals = list(self.facts.totals)
        self.restart()

    def _feed_twins(self) -> None:
        for key, contract in self.stage.feeds.items():
            address = number(contract)
            if self.model is not None:
                self.sources[key] = self.model.oracle.sources[address]
                continue
            market = self.stage.market(key % REFERENCE)
            assert market is not None
            decimals = market.feed.decimals if key < REFERENCE else 8
            self.sources[key] = Aggregator(self.env, address, decimals)
            self.sources[key].post(market.feed.price * 10**decimals // 10**18, self.chain.now)

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
    def now(self) -> int:
        """Unix seconds."""
        return self.chain.now

    @property
    def view(self) -> View:
        """The chain's state."""
        return self.facts.view(self.chain.now)

    def price(self, market: int) -> Price:
        """What the chain's adapter says now."""
        found = self.prices.get(market)
        if found is None:
            found = self.prices[market] = Price(*self.ask("oracle", "read", market))
        return found

    def ask(self, part: str, name: str, *args: Any) -> Any:
        """A view of the chain; one output is not in a tuple."""
        door = self.doors[part][name]
        data = self.chain.raw_call(door.to, door.selector + door.inputs.encode(args))
        assert door.outputs is not None
        values = door.outputs.decode(data, 0)
        return values[0] if len(values) == 1 else values

    def fresh(self) -> list[int]:
        """The words as they are on the chain."""
        found = self.chain.words(self.places)
        for at in self.slots.masked:
            found[at] &= STORED_BITS
        return found

    # --- the world

    def warp(self, seconds: int) -> None:
        """Time passes."""
        if seconds > 0:
            self.chain.warp(seconds)
            self.env.clock["now"] = self.chain.now
            self.prices.clear()
            self.trail.append(f"warp {seconds}")

    def post(self, market: int, answer: int, at: int | None = None) -> int:
        """A round of a feed, in its decimals. @return its id."""
        at = self.now if at is None else at
        self._feed(market, "push_at", answer, at)
        self.trail.append(f"post {market} {answer} at {at}")
        return self.sources[market].post(answer, at)

    def fail(self, market: int, mode: int) -> None:
        """A feed fails in one of the mock's ways; 0: it is honest again."""
        self._feed(market, "set_modes", mode, mode, mode)
        self.trail.append(f"fail {market} {mode}")
        self.sources[market].set_fails(mode != 0)

    def new_phase(self, market: int) -> None:
        """Another aggregator without rounds."""
        phase = self.sources[market].new_phase()
        self._feed(market, "set_phase", phase)
        self.trail.append(f"phase {market}")

    def set_decimals(self, market: int, decimals: int) -> None:
        """The feed changes its decimals, as one of a new phase may."""
        self._feed(market, "set_decimals", decimals)
        self.trail.append(f"decimals {market} {decimals}")
        self.sources[market].set_decimals(decimals)

    def _feed(self, market: int, name: str, *args: int) -> None:
        door = self.feeds[market][name]
        code, _ = self.chain.send(
            text(self.stage.cast.stranger), door.to, door.selector + door.inputs.encode(args)
        )
        assert code is None, code
        self.prices.clear()

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
        self._look(part, name, sender, args, code is None, deeds)
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
        order, slot = args[0], args[1]
        at = (order.account, slot)
        fees = self.facts
        if name == "commit":
            self.orders[at] = order._replace(due=value, committed_at=self.now)
            fees.open_fees += order.fee
        elif name == "trigger":
            self.orders[at] = order._replace(due=self.now + self.stage.world.parameters.orders.delay)
        elif name in ("execute", "cancel"):
            fees.open_fees -= order.fee
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
            raise Mismatch(f"{part}.{name}: contract {_shown(code)}, model {_shown(expected)}")
        if expected is None:
            if value is not None and wanted != value:
                raise Mismatch(f"{part}.{name} returns {value}, model {wanted}")
            if deeds.code is not None and deeds.code != wanted:
                raise Mismatch(f"order ended with {deeds.code!r}, model {wanted!r}")
            if deeds.fills != self.env.fills:
                raise Mismatch(f"fills {deeds.fills}, model {self.env.fills}")
            self.expected.refresh(self.env.log[start:])

    def _look(self, part: str, name: str, sender: int, args: Sequence[Any], ok: bool, deeds: Deeds) -> None:
        """Compares the words, checks the invariants. @raises Mismatch, Violation."""
        fresh = self.fresh()
        if self.expected is not None and fresh != self.expected.words:
            self._differ(fresh, self.expected.words)
        changed = self.facts.absorb(fresh)
        if not ok and changed:
            raise Mismatch(f"a call that reverted changed {changed}")
        if not changed:
            return
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
        for index, shares in enumerate(self.model.shares):
            generations = shares.indices[shares.state["settled"]].generation + 1
            for key, place in self.slots.history(index, shares.state["settled"], generations):
                found = self.chain.words([place])[0]
                found &= START_BITS if key[0] == "start" else -1
                if found != (wanted := self.expected.word(key)):
                    raise Mismatch(f"{_named(key)}: contract {found:#x}, model {wanted:#x}")
        accounts = self.stage.cast.traders
        healths = self.ask("lens", "health_many", accounts)
        for account, found_health in zip(accounts, healths, strict=True):
            if tuple(found_health) != tuple(self.model.vault.health(account)):
                raise Mismatch(f"health: {found_health}, model {self.model.vault.health(account)}")
        bits = self.ask("lens", "unhealthy_bits", accounts)
        if bits != self.model.vault.unhealthy_bits(list(accounts)):
            raise Mismatch(f"unhealthy_bits: {bits:b}")

    def _differ(self, found: list[int], wanted: list[int]) -> None:
        lines = [
            f"{_named(key)}: contract {_fields(key, a)}, model {_fields(key, b)}"
            for key, a, b in zip(self.slots.keys, found, wanted, strict=True)
            if a != b
        ]
        raise Mismatch("; ".join(lines))

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
_LAYOUTS = {
    "account": words.ACCOUNT,
    "position": words.POSITION,
    "interest": words.INTEREST,
    "funding": words.FUNDING,
    "mark": words.MARK,
    "book": words.BOOK,
    "config": words.CONFIG,
    "ramp": words.RAMP,
    "feed": words.FEED,
    "reference": words.REFERENCE,
    "stored": words.STORED,
}


def _named(key: Key) -> str:
    return " ".join(text(part) if isinstance(part, int) and part > 1 << 100 else str(part) for part in key)


def _fields(key: Key, word: int) -> str:
    layout = _LAYOUTS.get(key[0])
    return str(unpack(word, layout)) if layout else hex(word)


def _shown(code: str | None) -> str:
    return "succeeds" if code is None else f"reverts {code or '(without a code)'}"


Hook = Callable[[Mirror], None]
