"""What is around the contracts: the clock and the price feeds, moved on the chain and in their twins alike."""

from __future__ import annotations

from typing import Any

from novation.chain.compiler import compile_all
from novation.fuzz.system.engine import Door, Engine, doors
from novation.fuzz.system.worlds import REFERENCE, Stage, model_of, number, text
from novation.model.feeds import Aggregator
from novation.model.journal import Env
from novation.model.oracle import Price
from novation.model.system import System


class Surroundings:
    """A stage with its doors, clock and feeds. Without a model the feeds' twins stand alone."""

    def __init__(self, stage: Stage, modelled: bool) -> None:
        self.stage = stage
        self.chain: Engine = stage.chain
        self.doors: dict[str, dict[str, Door]] = {}
        for part, contract in stage.contracts.items():
            self.doors[part] = doors(contract, compile_all([contract.name])[contract.name].abi)
        self.feeds = {key: doors(c, compile_all([c.name])[c.name].abi) for key, c in stage.feeds.items()}
        self.model: System | None = model_of(stage) if modelled else None
        self.env = self.model.env if self.model is not None else Env(self.chain.now)
        self.sources: dict[int, Aggregator] = {}
        self.prices: dict[int, Price] = {}
        self.trail: list[str] = []
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
            self.sources[key].post(market.feed.price * 10**decimals // 10**18, self.chain.now)

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
        code, _ = self.chain.send(text(self.stage.cast.stranger), door.to, door.selector + door.inputs.encode(args))
        assert code is None, code
        self.prices.clear()
