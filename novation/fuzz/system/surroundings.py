"""What is around the contracts: the clock and the price feeds, moved on the chain and in their twins alike."""

from __future__ import annotations

from typing import Any, NamedTuple

from novation.chain.abi import address_word
from novation.chain.compiler import compile_all
from novation.chain.protocol import Reverted
from novation.fixed import WAD
from novation.fuzz.system.calldata import Shape, shape
from novation.fuzz.system.compare import BARE, Mismatch, shown
from novation.fuzz.system.engine import Door, Engine, doors
from novation.fuzz.system.hostile import HostileTwin, Reentry
from novation.fuzz.system.twins import model_of
from novation.fuzz.system.worlds import REFERENCE, Stage, number, text
from novation.model.feeds import Aggregator, Round
from novation.model.journal import Env
from novation.model.oracle import Price
from novation.model.system import System

CALL_BACK, WORK = 9, 10
# Ways of the mock in which it answers the truth: at once, after a call of its own, after work.
TRUTHFUL = (0, CALL_BACK, WORK)
_OFFSET = (64).to_bytes(32, "big")


class Move(NamedTuple):
    """What was done to a system, by the method of `Mirror` that does it again: everything random is decided in it."""

    name: str
    args: tuple[Any, ...]
    options: dict[str, Any] = {}  # noqa: RUF012

    def __str__(self) -> str:
        args = ", ".join((*map(_shown, self.args), *(f"{key}={value!r}" for key, value in self.options.items())))
        return f"{self.name}({args})"


def _shown(value: Any) -> str:
    """Python that makes it; addresses in hexadecimal."""
    if isinstance(value, int) and value >> 120 > 0:
        return f"{value:#x}"
    if isinstance(value, tuple):
        names = getattr(value, "_fields", None)
        if names:
            pairs = (f"{name}={_shown(item)}" for name, item in zip(names, value, strict=True))
            return f"{type(value).__name__}({', '.join(pairs)})"
        return f"({', '.join(map(_shown, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    return repr(value)


class Surroundings:
    """A stage with its doors, clock and feeds. Without a model the feeds' twins stand alone."""

    def __init__(self, stage: Stage, modelled: bool) -> None:
        self.stage = stage
        self.chain: Engine = stage.chain
        self.doors: dict[str, dict[str, Door]] = {}
        self.shapes: dict[str, dict[str, Shape]] = {}
        self.views: dict[str, list[str]] = {}
        for part, contract in stage.contracts.items():
            abi = compile_all([contract.name])[contract.name].abi
            self.doors[part] = doors(contract, abi)
            if part != "token":
                functions = [entry for entry in abi if entry["type"] == "function"]
                self.shapes[part] = {entry["name"]: shape(entry) for entry in functions}
                self.views[part] = [e["name"] for e in functions if e["stateMutability"] in ("view", "pure")]
        self.feeds = {key: doors(c, compile_all([c.name])[c.name].abi) for key, c in stage.feeds.items()}
        self.model: System | None = model_of(stage) if modelled else None
        self.env = self.model.env if self.model is not None else Env(self.chain.now)
        self.sources: dict[int, Aggregator] = {}
        self.prices: dict[int, Price] = {}
        self.trail: list[Move] = []
        self.attacker = stage.cast.attacker
        self._origin = text(stage.cast.stranger)  # who sends what the attacker's contract does
        self._acting = stage.attacker.interface.function("act", 2).encode(("0x" + 40 * "0", b""))[:4]
        self.switches = 0
        self.planned: tuple[Reentry, ...] = ()
        self.token = self.model.token if self.model is not None and isinstance(self.model.token, HostileTwin) else None
        self.fed: dict[int, set[int]] = {}
        self._feed_twins()

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
            self.sources[key].post(market.feed.price * 10**decimals // WAD, self.chain.now)

    @property
    def now(self) -> int:
        """Unix seconds."""
        return self.chain.now

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

    def see(self, part: str, name: str, *args: Any, sender: int = 0) -> tuple[str, Any]:
        """A view that may refuse. @return its code ("" for none), what it returned."""
        door = self.doors[part][name]
        try:
            data = self.chain.raw_call(door.to, door.selector + door.inputs.encode(args), text(sender))
        except Reverted as refusal:
            return refusal.code or BARE, None
        return "", door.outputs.decode(data, 0) if door.outputs is not None else None

    def refuse(self, part: str, name: str, sender: int, code: str, *args: Any) -> None:
        """A call that reverts with this code in every state; the model is not asked. @raises Mismatch."""
        door = self.doors[part][name]
        self.trail.append(Move("refuse", (part, name, sender, code, *args)))
        found, _ = self.chain.send(text(sender), door.to, door.selector + door.inputs.encode(args))
        if found != code:
            raise Mismatch(f"{part}.{name}: contract {shown(found)}, but must revert {shown(code)}")

    def say(self, part: str, name: str, sender: int, *args: Any) -> None:
        """A call of which the model knows nothing and that succeeds. @raises Mismatch."""
        door = self.doors[part][name]
        self.trail.append(Move("say", (part, name, sender, *args)))
        found, _ = self.chain.send(text(sender), door.to, door.selector + door.inputs.encode(args))
        if found is not None:
            raise Mismatch(f"{part}.{name}: contract {shown(found)}, but must succeed")

    def do(self, move: Move) -> None:
        """A move of another run again."""
        getattr(self, move.name)(*move.args, **move.options)

    def warp(self, seconds: int) -> None:
        """Time passes."""
        if seconds > 0:
            self.chain.warp(seconds)
            self.env.clock["now"] = self.chain.now
            self.prices.clear()
            self.trail.append(Move("warp", (seconds,)))

    def post(self, market: int, answer: int, at: int | None = None) -> int:
        """A round of a feed, in its decimals. @return its id."""
        at = self.now if at is None else at
        self._feed(market, "push_at", answer, at)
        self.trail.append(Move("post", (market, answer, at)))
        return self.sources[market].post(answer, at)

    def fail(self, market: int, mode: int) -> None:
        """A feed fails in one of the mock's ways; 0: it is honest again."""
        if mode == CALL_BACK:
            door = self.doors["vault"]["debts"]
            self._feed(market, "set_call_back", int(door.to, 16), door.selector)
        self._feed(market, "set_modes", mode, mode, mode)
        self.trail.append(Move("fail", (market, mode)))
        self.sources[market].set_fails(mode not in TRUTHFUL)

    def fail_part(self, market: int, latest: int, history: int, decimals: int) -> None:
        """Each of a feed's three answers fails in a way of its own, or is honest (0)."""
        self._feed(market, "set_modes", latest, history, decimals)
        self.trail.append(Move("fail_part", (market, latest, history, decimals)))
        self.sources[market].set_parts(latest != 0, history != 0, decimals != 0)

    def jump(self, market: int, number: int) -> None:
        """The newest round's id is another, whether there is such a round or not."""
        self._feed(market, "set_newest", number)
        self.trail.append(Move("jump", (market, number)))
        self.sources[market].jump(number)

    def round_zero(self, market: int, answer: int) -> None:
        """A round with the id 0, as no real source has."""
        self._feed(market, "set_round", 0, answer, self.now)
        self.trail.append(Move("round_zero", (market, answer)))
        self.sources[market].rounds[0] = Round(0, answer, self.now)

    def new_phase(self, market: int) -> None:
        """Another aggregator without rounds."""
        phase = self.sources[market].new_phase()
        self._feed(market, "set_phase", phase)
        self.trail.append(Move("new_phase", (market,)))

    def set_decimals(self, market: int, decimals: int) -> None:
        """The feed changes its decimals, as one of a new phase may."""
        self._feed(market, "set_decimals", decimals)
        self.trail.append(Move("set_decimals", (market, decimals)))
        self.sources[market].set_decimals(decimals)

    def misbehave(self, switches: int, mode: int = 0) -> None:
        """What the token of a hostile world does from now on: bits and mode as the mock has them."""
        self.trail.append(Move("misbehave", (switches, mode)))
        self._act("token", "set_switches", switches)
        self._act("token", "set_balance_mode", mode)
        self.switches = switches
        if self.token is not None:
            self.token.misbehave(switches, mode)

    def plan(self, *calls: tuple[str, str, tuple[Any, ...]]) -> None:
        """What the attacker does when the token calls it back: part, name, arguments of each."""
        self.trail.append(Move("plan", calls))
        self.planned = tuple(Reentry(*call) for call in calls)
        listed = []
        for part, name, args in calls:
            door = self.doors[part][name]
            listed.append((door.to, door.selector + door.inputs.encode(args), True))
        self.stage.attacker.transact("plan", listed, sender=self._origin)
        if self.token is not None:
            self.token.plan, self.token.done = self.planned, []

    def forget_plan(self) -> None:
        """As it is after deployment."""
        self.switches, self.planned = 0, ()
        if self.token is not None:
            self.token.plan, self.token.done = (), []

    def reentered(self) -> list[bool]:
        """Which of the attacker's planned calls succeeded when it was called back the last time; none if it was not."""
        if not self.stage.attacker.call("called_back"):
            return []
        bits = self.stage.attacker.call("succeeded")
        return [bool(bits >> at & 1) for at in range(len(self.planned))]

    def acting(self, to: str, data: bytes) -> bytes:
        """Calldata by which the attacker's contract makes a call."""
        size = len(data).to_bytes(32, "big")
        return b"".join((self._acting, address_word(to), _OFFSET, size, data, bytes(-len(data) % 32)))

    def _act(self, part: str, name: str, *args: Any) -> None:
        door = self.doors[part][name]
        code, _ = self.chain.send(self._origin, door.to, door.selector + door.inputs.encode(args))
        assert code is None, code

    def _feed(self, market: int, name: str, *args: Any) -> None:
        door = self.feeds[market][name]
        code, _ = self.chain.send(self._origin, door.to, door.selector + door.inputs.encode(args))
        assert code is None, code
        for fed in self.fed[market]:
            self.prices.pop(fed, None)
