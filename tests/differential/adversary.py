"""An adversary before the oracle adapter: it chooses what is brought, when, in which order and how often; adapter and
model are told the same and must answer the same, word by word and event by event.

What is returned is held to a truth that is written apart from both (`oracle_truth.py`), out of what every network has
said, what of it the adapter was told, and when. Every price that `read`, `observe` and `observe_at` give out

- is, but in HALT, the newest observation of the feed's own network that the adapter was told of, under the settings of
  now; or, AGED, the newest of the fallback, where all that was heard of the own network is older than `close_age`;
- is inside the band, sure enough, not older than `close_age` (the fallback's: `fallback_age`), and of the own network
  AGED exactly where it is older than `trade_age`;
- was near what the reference answered when it was told, or up to `refresh` before; or the reference had no answer, and
  then it is no move from the last good price that has not lasted; it is NORMAL only while what is near is in time;
- is NORMAL only without a floor, and when it is calm again after two prices far apart, in a row or within a window;
- has its sides no nearer than its interval and the threshold, and no further than that and the reference allow;
- is in HALT while the sequencer is down, and HALT and REDUCE_ONLY have a cause;
- is told to be outdated where it is AGED or in HALT, is the own network's and not of before the time asked for.

An order only ever fills at the first observation of its window, of a pull source at one that was brought, or at the one
in force where a push source has none; whoever asks, whenever; near the newest price, and with the spread of its age.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from novation.fixed import BPS, WAD
from novation.model.feeds import AGED, HALT, NORMAL, REDUCE_ONLY, Price, Settings
from novation.model.sources import FUTURE, HONEST, OTHER, SILENT, STARVED, update_bytes
from tests.differential.oracle_truth import Said, Truth
from tests.differential.oracle_twins import PULL, PUSH, Ground, Network, Twins, struct_of

STEPS = 40
STATUSES = {NORMAL: "NORMAL", REDUCE_ONLY: "REDUCE_ONLY", HALT: "HALT", AGED: "AGED"}
WINDOWS = (0, 10, 60, 300)
BANDS = (((100, 18), (10_000, 18)), ((1, 0), (5_192, 30)), ((1_500, 18), (2_500, 18)))
WIDE = 2**110


class Game(Twins):
    """One sequence."""

    def __init__(self, ground: Ground, seed: int) -> None:
        super().__init__(ground)
        self.random = random.Random(seed)
        others = self.networks["reference"].voice, self.networks["fallback"].voice
        self.truths = {feed: Truth(self.network_of(feed).voice, *others) for feed in (PULL, PUSH)}
        self.counts: Counter[str] = Counter()
        self.price = 2_000 * WAD
        self.prices: set[int] = set()
        for name in ("push", "reference", "fallback"):
            self.say(name)
        for feed in (PULL, PUSH):
            self.set_feed(feed)

    def network_of(self, feed: int) -> Network:
        """The one that the feed asks, or that its prices are of."""
        return self.networks["pull" if feed == PULL else "push"]

    # what they are told

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
        while mid in self.prices:
            mid += 1  # a price tells which network's it is
        self.prices.add(mid)
        confidence = mid * pick.choice((0, 0, 0, 1, 5, 30)) // BPS + pick.randint(0, 2)
        if pick.random() < 0.03:
            confidence = mid * pick.choice((49, 50, 51)) // BPS + pick.randint(0, 2)
        if pick.random() < 0.01:
            confidence = mid * pick.choice((2, 100, 10_000)) // 3
        last = network.voice.said[-1].at if network.voice.said else 0
        # What is pushed is published when it is on the chain; what is brought was signed before.
        lag = 0 if network.twin.is_push else pick.choice((0, 0, 0, 1, 5, 30))
        at = max(last + 1, self.env.now - lag)
        if at > self.env.now:
            self.warp(at - self.env.now)
        return network.say(mid, min(confidence, 2**128 - 1), at, self.ground.anyone)

    def set_feed(self, feed: int) -> None:
        """Any settings of that kind of feed."""
        pick = self.random
        has_reference, has_fallback = pick.random() < 0.6, pick.random() < 0.4
        has_move, has_swing = pick.random() < 0.5, pick.random() < 0.5
        trade = pick.choice((30, 120, 600, 3_600))
        settings = Settings(
            self.network_of(feed).twin.address,
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
        _, code = self.both("set_feed", feed, struct_of(settings), sender=self.ground.owner)
        assert code in (None, "BOUND", "STALE", "GAS"), code
        if code is None:
            self.truths[feed].set(settings)

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
            self.observe(pick.choice((PULL, PUSH, PUSH, 11)))
        elif kind < 0.90:
            self.ask()
        elif kind < 0.925:
            self.fail()
        elif kind < 0.97:
            for network in self.networks.values():
                network.set_modes(HONEST, HONEST, self.ground.anyone)
            if not self.model.sequencer["up"]:
                self.ground.uptime_feed.transact("push_at", 0, self.env.now - 400, sender=self.ground.anyone)
                self.ask_sequencer()
        elif kind < 0.985:
            self.set_feed(pick.choice((PULL, PUSH)))
        else:
            sender = pick.choice((self.ground.owner, self.ground.guardian, self.ground.anyone))
            feed, status = pick.choice((PULL, PUSH, 11)), pick.choice((NORMAL, REDUCE_ONLY, HALT, 0))
            _, code = self.both("set_status", feed, status, sender=sender)
            if code is None:
                self.truths[feed].is_reduced = status == REDUCE_ONLY

    def observe(self, feed: int) -> None:
        """A look that is kept."""
        found, code = self.both("observe", feed)
        if code is None and feed in self.truths:
            self._given(feed, Price(*found))

    def bring(self) -> None:
        """The newest, an old one, one again, one that nobody signed."""
        pick, network = self.random, self.networks["pull"]
        if not network.voice.said or pick.random() < 0.4:
            self.say("pull")
        back = pick.choice((1, 1, 1, 1, 2, 2, 3, 5, 8))
        said = network.voice.said[-min(back, len(network.voice.said))]
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
        believed, code = self.both("update", PULL, data)
        if code is None:
            self.truths[PULL].hear(self.env.now, said)
        self.counts["believed" if believed else "not believed"] += 1

    def ask(self) -> None:
        """For the price of an order that was due a while ago."""
        pick = self.random
        feed = pick.choice((PULL, PUSH))
        truth, network = self.truths[feed], self.network_of(feed)
        if truth.settings is not None and truth.settings.fallback and pick.random() < 0.2:
            network = self.networks["fallback"]
        number = max(0, network.twin.state["newest"] - pick.choice((0, 0, 0, 0, 1, 1, 2, 3, -1)))
        if pick.random() < 0.05:
            number = pick.choice((0, 2**80, 2**256 - 1))
        due = self.env.now - pick.choice((0, 1, 5, 60))
        if network.voice.said:
            said = network.voice.said[-min(len(network.voice.said), pick.choice((1, 1, 1, 2, 2, 3)))]
            due = pick.choice((said.previous, said.previous + 1, said.at, said.at, said.at + 1, said.at - 60))
        window = pick.choice(WINDOWS)
        if truth.fills and pick.random() < 0.4:
            due, window = pick.choice(list(truth.fills))
        found, code = self.both("observe_at", feed, due, window, number)
        self.counts[code or "filled"] += 1
        if code is None:
            newest = Price(*found[0])
            self._given(feed, newest)
            truth.fill(self.env.now, due, window, newest, *found[1:])

    def fail(self) -> None:
        """A source or the sequencer."""
        pick = self.random
        if pick.random() < 0.2:
            answer = pick.choice((0, 0, 1))
            at = self.env.now - pick.choice((0, 400, 400))
            self.ground.uptime_feed.transact("push_at", answer, at, sender=self.ground.anyone)
            self.ask_sequencer()
            return
        network = self.networks[pick.choice(("push", "reference", "fallback"))]
        modes = pick.choice((HONEST, SILENT, STARVED, FUTURE)), pick.choice((HONEST, SILENT, STARVED, FUTURE, OTHER))
        network.set_modes(*modes, self.ground.anyone)

    # what must hold

    def _given(self, feed: int, price: Price) -> None:
        """By a look that is kept."""
        truth = self.truths[feed]
        truth.judge(self.env.now, price, self.is_up())
        truth.look(self.env.now, price)

    def check(self) -> None:
        """What a price may be; a view of a push feed keeps nothing of what it is told."""
        for feed, truth in self.truths.items():
            price = self.price_of(feed)
            if price is None:
                assert any(network.voice.mode == STARVED for network in self.networks.values()), "nobody is starved"
                truth.miss()
                continue
            self.counts[f"status {STATUSES[price.status]}"] += 1
            truth.judge(self.env.now, price, self.is_up())
            time = price.published_at + self.random.randint(0, 1)
            assert self.is_outdated(feed, time) == truth.is_outdated(price, time), "outdated"
            if feed == PULL:
                truth.note(price)


def play(ground: Ground, seed: int, steps: int = STEPS) -> Counter[str]:
    """One sequence. @raises AssertionError that names the seed."""
    game = Game(ground, seed)
    for number in range(steps):
        try:
            game.step()
            game.check()
        except AssertionError as wrong:
            raise AssertionError(f"seed {seed}, step {number}: {wrong}") from wrong
    return sum((truth.counts for truth in game.truths.values()), game.counts)
