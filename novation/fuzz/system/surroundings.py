"""What is around the contracts: the clock and the sources of prices, moved on the chain and in their twins alike."""

from __future__ import annotations

from typing import Any, NamedTuple

from novation.chain.abi import address_word
from novation.chain.compiler import compile_all
from novation.chain.protocol import Reverted
from novation.fuzz.system.calldata import Shape, shape
from novation.fuzz.system.compare import BARE, Mismatch, shown
from novation.fuzz.system.engine import Door, Engine, doors
from novation.fuzz.system.feeds import GRACE, UP
from novation.fuzz.system.hostile import HostileTwin, Reentry
from novation.fuzz.system.networks import Network
from novation.fuzz.system.twins import model_of, source_of
from novation.fuzz.system.worlds import Stage, number, text
from novation.model.feeds import HALT, Price
from novation.model.journal import Env
from novation.model.sources import CALL_BACK, STARVED, UPDATE_BYTES, Observation, Source, update_bytes
from novation.model.system import System

NO_PRICE = Price(0, 0, 0, 0, HALT)  # while a source lacks gas
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
    if isinstance(value, bytes) and len(value) == UPDATE_BYTES:
        words = (int.from_bytes(value[at : at + 32], "big") for at in range(0, UPDATE_BYTES, 32))
        return f"{update_bytes.__name__}({', '.join(map(str, words))})"
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
    """A stage with its doors, clock and sources. Without a model the sources' twins stand alone."""

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
        self.sources: dict[int, Source] = {}
        self.networks: dict[int, Network] = {}
        self.prices: dict[int, Price] = {}
        self.sequencer = self.env.table([("answer", UP), ("since", 0)])  # an L2's, as it is told
        self.trail: list[Move] = []
        self.attacker = stage.cast.attacker
        self._origin = text(stage.cast.stranger)  # who sends what the attacker's contract does
        self._acting = stage.attacker.interface.function("act", 2).encode(("0x" + 40 * "0", b""))[:4]
        self.switches = 0
        self.planned: tuple[Reentry, ...] = ()
        self.token = self.model.token if self.model is not None and isinstance(self.model.token, HostileTwin) else None
        self.fed: dict[int, set[int]] = {}
        for key in self.feeds:
            self._add_twin(key)

    def _add_twin(self, key: int) -> None:
        """Of a source as it was deployed, with the network behind one that is brought its prices."""
        first, address = self.stage.pulled.get(key), number(self.stage.feeds[key])
        if self.model is not None:
            self.sources[key] = self.model.oracle.sources[address]
        else:
            self.sources[key] = source_of(self.stage, key, Source(self.env, address, first is None))
        if first is not None:
            self.networks[key] = Network(self.env)
            self.networks[key].publish(first.mid, first.published_at, first.confidence)

    @property
    def now(self) -> int:
        """Unix seconds."""
        return self.chain.now

    def price(self, market: int) -> Price:
        """What the chain's adapter says now."""
        found = self.prices.get(market)
        if found is None:
            found = self.prices[market] = self._read(market)
        return found

    def _read(self, market: int) -> Price:
        code, found = self.see("oracle", "read", market)
        return NO_PRICE if code else Price(*found[0])

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
            self._tell_sequencer()
            self.trail.append(Move("warp", (seconds,)))

    def sequence(self, answer: int) -> None:
        """An L2's sequencer is down, or up again; nothing where there is none."""
        feed = self.stage.sequencer
        if feed is None:
            return
        feed.transact("push", answer, sender=self._origin)
        self.trail.append(Move("sequence", (answer,)))
        self.sequencer["answer"], self.sequencer["since"] = answer, self.now
        self._tell_sequencer()

    def _tell_sequencer(self) -> None:
        """The model is told whether it is up, and all prices are asked again."""
        self.prices.clear()
        if self.model is not None and self.stage.sequencer is not None:
            is_up = self.sequencer["answer"] == UP and self.now - self.sequencer["since"] > GRACE
            self.model.oracle.sequencer["up"] = is_up

    def newest(self, key: int) -> Observation:
        """What a source's network published last."""
        network, source = self.networks.get(key), self.sources[key]
        return source.told[source.state["newest"]] if network is None else network.newest

    def publish(self, key: int, mid: int, at: int | None = None, confidence: int = 0) -> int:
        """A network publishes a price (WAD): a push source tells it, of a pull source it is signed and nothing else.

        @return its number.
        """
        at = self.now if at is None else at
        network = self.networks.get(key)
        if network is not None:
            return network.publish(mid, at, confidence)
        self._feed(key, "push_at", mid, confidence, at)
        self.trail.append(Move("publish", (key, mid, at, confidence)))
        return self.sources[key].push(mid, at, confidence)

    def fail(self, key: int, latest: int, history: int | None = None) -> None:
        """How a source answers about its newest price, and about others (the same); 0: it is honest again."""
        history = latest if history is None else history
        if CALL_BACK in (latest, history):
            door = self.doors["vault"]["debts"]
            self._feed(key, "set_call_back", int(door.to, 16), door.selector)
        self._feed(key, "set_modes", latest, history)
        self.trail.append(Move("fail", (key, latest, history)))
        self.sources[key].set_modes(latest, history)

    @property
    def starving(self) -> bool:
        """Whether some source says that it lacks gas."""
        return any(STARVED in (s.state["latest_mode"], s.state["history_mode"]) for s in self.sources.values())

    def charge(self, key: int, wei: int) -> None:
        """What a source wants for each update."""
        self._feed(key, "set_price", wei)
        self.trail.append(Move("charge", (key, wei)))
        self.sources[key].state["price"] = wei

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

    def _feed(self, key: int, name: str, *args: Any) -> None:
        door = self.feeds[key][name]
        code, _ = self.chain.send(self._origin, door.to, door.selector + door.inputs.encode(args))
        assert code is None, code
        for fed in self.fed[key]:
            self.prices.pop(fed, None)
