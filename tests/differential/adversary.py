"""An adversary before the oracle adapter: it chooses what is brought, when, in which order and how often; adapter and
model are told the same and must answer the same, and what is returned is held to what the networks have said.

The truth is written apart from both: every network's whole history is kept here. A price that is no HALT must be one
that the network published, inside the band, no wider than allowed, no older than may be closed at, near a price that
the reference gave in time. An order may only ever fill at the first observation of its window, whoever asks, whenever.

    python -m tests.differential.adversary --sequences 50000 --workers 2 --seed 1 --write
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from novation.chain.protocol import Contract
from novation.chain.revm import RevmChain
from novation.fixed import BPS, WAD
from novation.model.errors import Revert
from novation.model.journal import Env
from novation.model.oracle import AGED, HALT, LATE, NORMAL, NOTHING, REDUCE_ONLY, Oracle, Settings
from novation.model.sources import FUTURE, HONEST, OTHER, SILENT, STARVED, Source, update_bytes

STEPS = 40
PAGE = Path(__file__).parents[2] / "docs" / "audit" / "oracle.md"
HEAD = """# An adversary before the oracle adapter

It chooses what is brought to the adapter, when, in which order and how often; sources fall silent, lie about their
time, starve; the sequencer stops; settings change. Adapter and model are told the same and must answer the same, word
by word and event by event. What is returned is held to what the networks have said: see the head of
`tests/differential/adversary.py`, which made this page.

"""
PULL, PUSH = 3, 7  # feeds
WINDOWS = (0, 10, 60, 300)
BANDS = (((100, 18), (10_000, 18)), ((1, 0), (5_192, 30)), ((1_500, 18), (2_500, 18)))
WIDE = 2**110


class Said(NamedTuple):
    """What a network has said: WAD, Unix seconds."""

    mid: int
    confidence: int
    at: int
    previous: int


class Network:
    """One network: it says what it wants, but never twice at one time, and never of the future."""

    def __init__(self, contract: Contract, twin: Source) -> None:
        self.contract = contract
        self.twin = twin
        self.said: list[Said] = []

    def say(self, mid: int, confidence: int, at: int, sender: str) -> Said:
        """A push source is told at once; a pull source's update is to be brought."""
        previous = self.said[-1].at if self.said else at - 1
        said = Said(mid, confidence, at, previous)
        self.said.append(said)
        if self.twin.is_push:
            self.contract.transact("push_at", mid, confidence, at, sender=sender)
            self.twin.push(mid, at, confidence)
        return said

    def first(self, due: int, window: int) -> Said | None:
        """The first at or after `due`, within the window."""
        return next((one for one in self.said if due <= one.at <= due + window), None)

    def in_force(self, due: int, window: int) -> Said | None:
        """The last before `due`, where there is no first."""
        if self.first(due, window) is not None:
            return None
        return next((one for one in reversed(self.said) if one.at < due), None)


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


class Game:
    """One sequence."""

    def __init__(self, ground: Ground, seed: int) -> None:
        self.ground = ground
        self.chain = ground.chain
        self.chain.restore(ground.mark)
        self.random = random.Random(seed)
        self.env = Env(self.chain.now)
        g = ground
        self.model = Oracle(self.env, int(g.oracle.address, 16), int(g.owner, 16), int(g.guardian, 16))
        self.networks: dict[str, Network] = {}
        for name, contract in g.sources.items():
            twin = Source(self.env, int(contract.address, 16), g.kinds[name])
            self.model.sources[twin.address] = twin
            self.networks[name] = Network(contract, twin)
        self.settings: dict[int, Settings] = {}
        self.fills: dict[tuple[int, int, int], tuple[int, bool]] = {}
        self.counts: Counter[str] = Counter()
        self.price, self.told = 2_000 * WAD, 0
        for name in ("push", "reference", "fallback"):
            self.say(name)
        for feed in (PULL, PUSH):
            self.set_feed(feed)

    # what both are told

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

    def say(self, name: str) -> Said:
        """A network says a price near the last, or far off, uncertain, impossible."""
        pick, network = self.random, self.networks[name]
        jump = pick.choice((1, 5, 20, 20, 60)) if pick.random() < 0.98 else pick.choice((300, 2_000, 5_000))
        self.price = max(WAD, self.price * (BPS + pick.randint(-jump, jump)) // BPS)
        mid = self.price
        if pick.random() < 0.03:
            mid = pick.choice((mid * 10, mid // 10, 1, 50 * WAD, 100 * WAD, 10_000 * WAD, 20_000 * WAD, WIDE, 2**127))
        elif abs(mid - 2_000 * WAD) > 1_500 * WAD:
            self.price = mid = 2_000 * WAD
        else:
            self.told += 1
            mid += self.told  # no two networks say the same, so a price tells whose it is
        confidence = mid * pick.choice((0, 0, 0, 1, 5, 30)) // BPS + pick.randint(0, 2)
        if pick.random() < 0.03:
            confidence = mid * pick.choice((49, 50, 51)) // BPS + pick.randint(0, 2)
        if pick.random() < 0.01:
            confidence = mid * pick.choice((2, 100, 10_000)) // 3
        last = network.said[-1].at if network.said else 0
        # What is pushed is published when it is on the chain; what is brought was signed before.
        lag = 0 if network.twin.is_push else pick.choice((0, 0, 0, 1, 5, 30))
        at = max(last + 1, self.env.now - lag)
        if at > self.env.now:
            self.warp(at - self.env.now)
        return network.say(mid, min(confidence, 2**128 - 1), at, self.ground.anyone)

    def warp(self, seconds: int) -> None:
        self.chain.warp(seconds)
        self.env.clock["now"] += seconds
        self._ask_sequencer()

    def _ask_sequencer(self) -> None:
        """The model is told what the sequencer's own contract says."""
        self.model.sequencer["up"] = bool(self.ground.uptime.call("is_up"))

    def set_feed(self, feed: int) -> None:
        """Any settings of that kind of feed."""
        pick = self.random
        has_reference, has_fallback = pick.random() < 0.6, pick.random() < 0.4
        has_move, has_swing = pick.random() < 0.5, pick.random() < 0.5
        trade = pick.choice((30, 120, 600, 3_600))
        name = "pull" if feed == PULL else "push"
        settings = Settings(
            self._address(name),
            feed == PUSH,
            trade,
            trade * pick.choice((1, 2, 10)),
            pick.choice((0, 7, 50, 9_999)),
            pick.choice((0, 50, 50, 50, 300)),
            *(BANDS[0] if pick.random() < 0.8 else pick.choice(BANDS)),
            pick.choice((30, 100, 1_000)) if has_move else 0,
            pick.choice((50, 300)) if has_swing else 0,
            pick.choice((60, 300)) if has_swing else 0,
            pick.choice((10, 60, 300)) if has_move or has_swing else 0,
            self._address("reference") if has_reference else 0,
            pick.choice((20, 100, 500, 2_000)) if has_reference else 0,
            pick.choice((60, 300, 3_600)) if has_reference else 0,
            pick.choice((0, 0, 30, 300)) if has_reference else 0,
            self._address("fallback") if has_fallback else 0,
            pick.choice((60, 600)) if has_fallback else 0,
            pick.choice((0, 10, 80)) if has_fallback else 0,
        )
        if pick.random() < 0.1:
            names = settings._fields
            field = pick.choice(names[2:6] + names[8:12] + names[13:16] + names[17:])
            odd: Any = {field: pick.choice((0, 1, 59, 60, 9_999, 10_000, 2**20 - 1, 2**20))}
            settings = settings._replace(**odd)
        _, code = self.both("set_feed", feed, _struct(settings), sender=self.ground.owner)
        assert code in (None, "BOUND", "STALE", "GAS"), code
        if code is None:
            self.settings[feed] = settings
            self.fills = {key: fill for key, fill in self.fills.items() if key[0] != feed}

    def _address(self, name: str) -> int:
        return self.networks[name].twin.address

    # what the adversary does

    def step(self) -> None:
        pick, kind = self.random, self.random.random()
        if kind < 0.22:
            self.say(pick.choice(("pull", "push", "push", "reference", "fallback")))
            if pick.random() < 0.6:
                self.say("reference")
        elif kind < 0.36:
            self.warp(pick.choice((0, 1, 1, 1, 5, 5, 20, 20, 29, 31, 61, 300, 1_000)))
        elif kind < 0.62:
            self.bring()
        elif kind < 0.70:
            self.both("observe", pick.choice((PULL, PUSH, PUSH, 11)))
        elif kind < 0.90:
            self.ask()
        elif kind < 0.925:
            self.fail()
        elif kind < 0.97:
            for network in self.networks.values():
                network.contract.transact("set_modes", HONEST, HONEST, sender=self.ground.anyone)
                network.twin.set_modes(HONEST, HONEST)
            if not self.model.sequencer["up"]:
                self.ground.uptime_feed.transact("push_at", 0, self.env.now - 400, sender=self.ground.anyone)
                self._ask_sequencer()
        elif kind < 0.985:
            self.set_feed(pick.choice((PULL, PUSH)))
        else:
            sender = pick.choice((self.ground.owner, self.ground.guardian, self.ground.anyone))
            feed, status = pick.choice((PULL, PUSH, 11)), pick.choice((NORMAL, REDUCE_ONLY, HALT, 0))
            self.both("set_status", feed, status, sender=sender)

    def bring(self) -> None:
        """The newest, an old one, one again, one that nobody signed."""
        pick, network = self.random, self.networks["pull"]
        if not network.said or pick.random() < 0.4:
            self.say("pull")
        back = pick.choice((1, 1, 1, 1, 2, 2, 3, 5, 8))
        said = network.said[-min(back, len(network.said))]
        data = update_bytes(said.mid, said.confidence, said.at, said.previous)
        value = 0
        if pick.random() < 0.12:
            now = self.env.now
            data = pick.choice(
                (
                    data[:-1],
                    data + b"\0",
                    b"",
                    update_bytes(0, 0, now, now - 1),
                    update_bytes(2**128, 0, now, now - 1),
                    update_bytes(said.mid, 2**128, now, now - 1),
                    update_bytes(said.mid, 0, now + 1, now),
                    update_bytes(said.mid, 0, said.at, said.at + 1),
                )
            )
            value = pick.choice((0, 0, 1))
            _, code = self.both("update", pick.choice((PULL, PULL, PUSH, 11)), data, value=value)
            assert code is not None
            self.counts[code] += 1
            return
        believed, _ = self.both("update", PULL, data)
        self.counts["believed" if believed else "not believed"] += 1

    def ask(self) -> None:
        """For the price of an order that was due a while ago."""
        pick = self.random
        feed = pick.choice((PULL, PUSH))
        network = self.networks["pull" if feed == PULL else "push"]
        if feed in self.settings and self.settings[feed].fallback and pick.random() < 0.2:
            network = self.networks["fallback"]
        newest = network.twin.state["newest"]
        reference = max(0, newest - pick.choice((0, 0, 0, 0, 1, 1, 2, 3, -1)))
        if pick.random() < 0.05:
            reference = pick.choice((0, 2**80, 2**256 - 1))
        due = self.env.now - pick.choice((0, 1, 5, 60))
        if network.said:
            said = network.said[-min(len(network.said), pick.choice((1, 1, 1, 2, 2, 3)))]
            due = pick.choice((said.previous, said.previous + 1, said.at, said.at, said.at + 1, said.at - 60))
        window = pick.choice(WINDOWS)
        known = [key for key in self.fills if key[0] == feed]
        if known and pick.random() < 0.4:
            _, due, window = pick.choice(known)
        found, code = self.both("observe_at", feed, due, window, reference)
        self.counts[code or "filled"] += 1
        if code is None:
            self._hold(feed, due, window, found)

    def fail(self) -> None:
        """A source or the sequencer."""
        pick = self.random
        if pick.random() < 0.2:
            answer = pick.choice((0, 0, 1))
            at = self.env.now - pick.choice((0, 400, 400))
            self.ground.uptime_feed.transact("push_at", answer, at, sender=self.ground.anyone)
            self._ask_sequencer()
            return
        network = self.networks[pick.choice(("push", "reference", "fallback"))]
        modes = pick.choice((HONEST, SILENT, STARVED, FUTURE)), pick.choice((HONEST, SILENT, STARVED, FUTURE, OTHER))
        network.contract.transact("set_modes", *modes, sender=self.ground.anyone)
        network.twin.set_modes(*modes)

    # what must hold

    def _hold(self, feed: int, due: int, window: int, found: Any) -> None:
        """An order's one price, now and at every other time it was asked for."""
        newest, mid, spread = found
        settings = self.settings[feed]
        name = "pull" if feed == PULL else "push"
        stored, is_fallback = self.model.stored.get(feed, NOTHING), False
        if newest[3] != stored.published_at:  # only the fallback's is not stored
            name, is_fallback = "fallback", True
            assert self.env.now - stored.heard_at > settings.close_age, "the fallback fills while the source lives"
            assert newest[4] == AGED
            known = self.networks["pull"].first(due, window) if feed == PULL else None
            if known is not None and known.mid == mid:
                name = "pull"
            else:
                assert self.env.now > due + window, "the fallback fills while the window is open"
        network = self.networks[name]
        first = network.first(due, window)
        said = first or (network.in_force(due, window) if network.twin.is_push else None)
        assert said is not None, "it fills at what no network has said"
        assert said.mid == mid, "it fills at another price than the first of its window"
        own = -(-said.confidence * BPS // said.mid)
        wide = max(own, settings.fallback_deviation if name == "fallback" else settings.deviation)
        late = first is None or is_fallback or self.env.now - said.at > LATE
        assert spread == 100 * (wide if late else own), "the spread"
        if feed == PULL and self.env.now > due + LATE and not is_fallback:
            assert newest[3] > due + LATE, "a late order fills beside an old price"
            assert newest[3] > self.env.now - LATE, "a late order fills beside an old price"
        key = (feed, due, window)
        earlier = self.fills.get(key)
        if earlier is not None and earlier[1] == (name == "fallback"):
            assert earlier[0] == mid, "two prices for one order"
            self.counts["asked again"] += 1
        self.fills[key] = (mid, name == "fallback")

    def check(self) -> None:
        """Views, words, and what a price may be."""
        oracle, model = self.ground.oracle, self.model
        for feed in (PULL, PUSH):
            stored, anchor, brought, *swings = model.price_words(feed)
            assert oracle.call("words_of", feed) == (stored, anchor, brought, tuple(swings)), feed
            try:
                price, code = model.read(feed), None
            except Revert as refusal:
                price, code = None, refusal.code
            if price is None:
                found = oracle.attempt("read", feed, sender=self.ground.anyone).error
                assert found == code, (feed, found, code)
                continue
            found = oracle.call("read", feed)
            assert found == tuple(price), (feed, found, price)
            self.counts[f"status {price.status}"] += 1
            if price.status != HALT:
                self._judge(feed, price)

    def _judge(self, feed: int, price: Any) -> None:
        """A price that may be used was said, is fit, fresh, and near the reference."""
        settings, now = self.settings[feed], self.env.now
        names = ["pull" if feed == PULL else "push"] + (["fallback"] if settings.fallback else [])
        said = [one for name in names for one in self.networks[name].said]
        matching = [one for one in said if one.mid == price.mid and one.at == price.published_at]
        assert matching, "a price that no network has said"
        one = matching[0]
        assert settings.low < one.mid < settings.high, "outside the band"
        # Two networks may say the same price, each with its own interval.
        own = min(-(-one.confidence * BPS // one.mid) for one in matching)
        assert own <= settings.confidence, "too wide"
        assert price.low <= one.mid * (BPS - own) // BPS, "narrower than its own interval"
        assert price.high >= -(-one.mid * (BPS + own) // BPS), "narrower than its own interval"
        oldest = max(settings.close_age, settings.fallback_age)
        assert 0 <= now - one.at <= oldest, "too old"
        assert self.ground.uptime.call("is_up"), "while the sequencer is down"
        if price.status == NORMAL:
            assert now - one.at <= settings.trade_age, "too old to trade at"
            if settings.reference:
                near = [
                    other
                    for other in self.networks["reference"].said
                    if now - other.at <= settings.reference_age
                    and abs(one.mid - other.mid) * BPS <= settings.divergence * other.mid
                ]
                assert near, "the reference has said nothing near it in time"


def _struct(settings: Settings) -> tuple[Any, ...]:
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
    from novation.chain.abi import checksum

    values = settings._asdict()
    for name in ("source", "reference", "fallback"):
        values[name] = checksum(values[name].to_bytes(20, "big"))
    return tuple(values.values())


def play(ground: Ground, seed: int, steps: int = STEPS) -> Counter[str]:
    """One sequence. @raises AssertionError that names the seed."""
    game = Game(ground, seed)
    for number in range(steps):
        try:
            game.step()
            game.check()
        except AssertionError as wrong:
            raise AssertionError(f"seed {seed}, step {number}: {wrong}") from wrong
    return game.counts


def _share(job: tuple[int, int]) -> Counter[str]:
    first, count = job
    ground, counts = Ground(), Counter[str]()
    for seed in range(first, first + count):
        counts += play(ground, seed)
    return counts


def main() -> int:
    """Prints how often what happened; exit code 1 at the first difference."""
    options = argparse.ArgumentParser(description="An adversary before the oracle adapter, model against contract.")
    options.add_argument("--sequences", type=int, default=50_000)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--write", action="store_true", help="renew docs/audit/oracle.md")
    given = options.parse_args()
    jobs = [(given.seed * 10**9 + at, min(250, given.sequences - at)) for at in range(0, given.sequences, 250)]
    started, done, counts = time.monotonic(), 0, Counter[str]()
    with ProcessPoolExecutor(given.workers) as pool:
        try:
            for (_, count), found in zip(jobs, pool.map(_share, jobs), strict=True):
                counts += found
                done += count
                print(f"\r{done:,} of {given.sequences:,} sequences", end="", file=sys.stderr, flush=True)
        except AssertionError as wrong:
            pool.shutdown(cancel_futures=True)
            print(f"\n{wrong}", file=sys.stderr)
            return 1
    print(file=sys.stderr)
    told = f"{done:,} sequences of {STEPS} steps, seed {given.seed}: no difference"
    print(f"{told}; {time.monotonic() - started:,.0f} s")
    for name, count in sorted(counts.items()):
        print(f"{name:>14}  {count:,}")
    if given.write:
        rows = "".join(f"| {name} | {count:,} |\n" for name, count in sorted(counts.items()))
        PAGE.write_text(f"{HEAD}{told}.\n\n| What | Times |\n|---|---:|\n{rows}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
