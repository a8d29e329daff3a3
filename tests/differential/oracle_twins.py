"""The adapter and its model, told the same and answering the same: the networks, the contracts, the calls of both."""

from __future__ import annotations

from typing import Any

from novation.chain.abi import checksum
from novation.chain.protocol import Contract
from novation.chain.revm import RevmChain
from novation.model.errors import Revert
from novation.model.feeds import Price, Settings
from novation.model.journal import Env
from novation.model.oracle import Oracle
from novation.model.sources import Source
from tests.differential.oracle_truth import Said, Voice

PULL, PUSH = 3, 7  # feeds


class Network:
    """One network: it says what it wants, but never twice at one time, and never of the future."""

    def __init__(self, contract: Contract, twin: Source) -> None:
        self.contract = contract
        self.twin = twin
        self.voice = Voice()

    def say(self, mid: int, confidence: int, at: int, sender: str) -> Said:
        """A push source is told at once; a pull source's update is to be brought."""
        said = Said(mid, confidence, at, self.voice.said[-1].at if self.voice.said else at - 1)
        self.voice.said.append(said)
        if self.twin.is_push:
            self.contract.transact("push_at", mid, confidence, at, sender=sender)
            self.twin.push(mid, at, confidence)
        return said

    def set_modes(self, latest: int, history: int, sender: str) -> None:
        """How it answers from now on."""
        self.contract.transact("set_modes", latest, history, sender=sender)
        self.twin.set_modes(latest, history)
        self.voice.mode = latest


class Ground:
    """The contracts, built once; a sequence starts from their snapshot."""

    def __init__(self) -> None:
        self.chain = chain = RevmChain()
        self.owner, self.guardian, self.anyone = (chain.account(number) for number in range(3))
        self.uptime_feed = chain.deploy("MockAggregatorProxy", 0, sender=self.owner)
        self.uptime_feed.transact("push_at", 0, chain.now - 10_000, sender=self.owner)
        self.uptime = chain.deploy("SequencerUptime", self.uptime_feed.address, 300, sender=self.owner)
        self.oracle = chain.deploy("OracleAdapter", self.owner, self.guardian, self.uptime.address, sender=self.owner)
        kinds = {"pull": False, "push": True, "reference": True, "fallback": True}
        self.sources = {name: chain.deploy("MockSource", push, sender=self.owner) for name, push in kinds.items()}
        self.kinds = kinds
        self.mark = chain.snapshot()


class Twins:
    """The adapter and its model in one state."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.chain = ground.chain
        self.chain.restore(ground.mark)
        self.env = Env(self.chain.now)
        g = ground
        self.model = Oracle(self.env, int(g.oracle.address, 16), int(g.owner, 16), int(g.guardian, 16))
        self.networks: dict[str, Network] = {}
        for name, contract in g.sources.items():
            twin = Source(self.env, int(contract.address, 16), g.kinds[name])
            self.model.sources[twin.address] = twin
            self.networks[name] = Network(contract, twin)

    def both(self, function: str, *args: Any, sender: str = "", value: int = 0) -> tuple[Any, str | None]:
        """Result and code, the same from both."""
        sender = sender or self.ground.anyone
        receipt = self.ground.oracle.attempt(function, *args, sender=sender, value=value)
        plain = [Settings(*_plain(one)) if function == "set_feed" and isinstance(one, tuple) else one for one in args]
        extra = (value,) if function == "update" else ()
        try:
            expected, code = getattr(self.model, function)(int(sender, 16), *plain, *extra), None
        except Revert as refusal:
            expected, code = None, refusal.code
        assert receipt.error == code, (function, args, receipt.error, code)
        found = self.ground.oracle.returned(function, receipt) if receipt.ok and function != "set_feed" else None
        assert found == (_tuple(expected) if found is not None else None), (function, args, found, expected)
        if receipt.ok:
            events = [(one.name, tuple(one.args.values())) for one in receipt.events]
            assert events == [(one.name, _texts(one.args)) for one in self.model.env.events], (events, function)
        return found, code

    def price_of(self, feed: int) -> Price | None:
        """What a view says, None where it reverts; what is stored beside it is the same, too."""
        oracle, model = self.ground.oracle, self.model
        stored, anchor, brought, even, odd, level = model.price_words(feed)
        assert oracle.call("words_of", feed) == (stored, anchor, brought, (even, odd), level), feed
        price, code = None, None
        try:
            price = model.read(feed)
        except Revert as refusal:
            code = refusal.code
        receipt = oracle.attempt("read", feed, sender=self.ground.anyone)
        assert receipt.error == code, (feed, receipt.error, code)
        found = oracle.returned("read", receipt) if receipt.ok else None
        assert found == price, (feed, found, price)
        return price

    def is_outdated(self, feed: int, time: int) -> bool:
        """Where `read` does not revert."""
        found = bool(self.ground.oracle.call("outdated_since", feed, time))
        assert found == self.model.outdated_since(feed, time), (feed, time, found)
        return found

    def warp(self, seconds: int) -> None:
        """Time passes for both."""
        self.chain.warp(seconds)
        self.env.clock["now"] += seconds
        self.ask_sequencer()

    def ask_sequencer(self) -> None:
        """The model is told."""
        self.model.sequencer["up"] = self.is_up()

    def is_up(self) -> bool:
        """What the sequencer's own contract says."""
        return bool(self.ground.uptime.call("is_up"))


def struct_of(settings: Settings) -> tuple[Any, ...]:
    """As the ABI takes it."""
    values = settings._asdict()
    for name in ("source", "reference", "fallback"):
        values[name] = f"0x{values[name]:040x}"
    return tuple(values.values())


def _plain(struct: tuple[Any, ...]) -> list[Any]:
    return [int(value, 16) if isinstance(value, str) else value for value in struct]


def _tuple(value: Any) -> Any:
    return tuple(_tuple(one) for one in value) if isinstance(value, tuple) else value


def _texts(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Event arguments of the model as the ABI decodes them."""
    return tuple(_decoded(one) if isinstance(one, Settings) else one for one in args)


def _decoded(settings: Settings) -> tuple[Any, ...]:
    values = settings._asdict()
    for name in ("source", "reference", "fallback"):
        values[name] = checksum(values[name].to_bytes(20, "big"))
    return tuple(values.values())
