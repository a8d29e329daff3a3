"""The search for profit: stories that take money from the protocol while prices stand still.

With prices that do not move nobody can earn by luck: what traders, keepers and liquidators together have more in the
end than after the opening comes from liquidity providers, insurance or the treasury. The best story of each kind (how
many fills, liquidations, deficits) is changed again and again, so that doing nothing is not the best of all.
Governance, broken feeds and liquidity providers are left out. At the end all positions are closed: nothing is profit on
paper.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

from rich.console import Console

from novation.fixed import WAD
from novation.fuzz.actions import Game
from novation.fuzz.actions.game import FAR
from novation.fuzz.campaign.author import Author
from novation.fuzz.campaign.case import names_of
from novation.fuzz.campaign.stages import Stages
from novation.fuzz.campaign.story import Step, Story
from novation.fuzz.campaign.wealth import wealth
from novation.model import Order

FRESH = 30  # of a hundred
KEPT = 8  # stories that are told
DUST = WAD // 100  # USD; roundings are not profit
WORLDS_PLAYED = ("local", "tight")


Kind = tuple[str, int, int, int]
"""World; fills, liquidations and deficits, each by how many binary digits it has."""


def _kind(world: str, game: Game) -> Kind:
    tally = game.mirror.tally
    fills = sum(times for what, times in tally.items() if what.startswith("fill: "))
    liquidations = sum(times for what, times in tally.items() if what.startswith("liquidation: "))
    return world, fills.bit_length(), liquidations.bit_length(), tally["bankruptcy"].bit_length()


@dataclass(frozen=True, order=True)
class Gain:
    """What a story earned (WAD USD): all of those who act, and each by who signs."""

    total: int
    story: Story = field(compare=False)
    actors: dict[int, int] = field(compare=False)
    kind: Kind = field(compare=False)


class Search:
    """Plays, measures, keeps the best."""

    def __init__(self, stages: Stages, seed: int, worlds: tuple[str, ...]) -> None:
        self.stages = stages
        self.random = Random(seed)
        self.kinds: dict[Kind, Gain] = {}
        self.author = Author(seed, (), worlds, lambda action: action.earns)
        self.calls = self.stories = 0

    def run(self, calls: int | None, seconds: float | None, tell: Callable[[Search], None]) -> None:
        """Until so many calls or seconds are over. @raises AssertionError where model and contracts differ."""
        start = time.perf_counter()
        while (calls is None or self.calls < calls) and (seconds is None or time.perf_counter() - start < seconds):
            self._keep(self.measure(self._next()))
            tell(self)

    def _next(self) -> Story:
        if not self.kinds or self.random.randrange(100) < FRESH:
            return self.author.story()
        self.author.corpus = [gain.story for gain in self.kinds.values()]
        return self.author.changed(self.random.choice(self.author.corpus))

    def _keep(self, gain: Gain) -> None:
        old = self.kinds.get(gain.kind)
        if old is None or gain.total > old.total:
            self.kinds[gain.kind] = gain

    @property
    def best(self) -> list[Gain]:
        """Those that earned most, the best first."""
        return sorted(self.kinds.values(), reverse=True)

    def measure(self, story: Story) -> Gain:
        """What those who act have more in the end than after the opening."""
        game = self.stages.game(story.world)
        cast = game.cast
        game.steady = True
        # Its fees would be its traders' gains.
        game.cast = replace(cast, traders=tuple(account for account in cast.traders if account != cast.treasury))
        try:
            opening, *steps = story.steps if story.steps[0].name == "opening" else (Step("opening", 1), *story.steps)
            game.play(*opening)
            before = wealth(game)
            for step in steps:
                game.play(*step)
            unwind(game)
            after = wealth(game)
            self.calls += game.mirror.calls
            kind = _kind(story.world, game)
            self.stories += 1
            self.stages.forget(story.world)
        finally:
            game.steady = False
            game.cast = cast
        passive = {cast.owner, cast.guardian, cast.treasury, *cast.lps} - {cast.attacker}
        actors = {who: after[who] - before[who] for who in after if who not in passive}
        return Gain(sum(actors.values()), story, actors, kind)

    def shorten(self, gain: Gain) -> Gain:
        """The same gain, or more, with fewer steps."""
        steps, size = list(gain.story.steps), len(gain.story.steps) // 2
        while size:
            at = 1
            while at < len(steps):
                shorter = self.measure(Story(gain.story.world, tuple(steps[:at] + steps[at + size :])))
                if shorter.total >= gain.total:
                    gain = shorter
                    steps = list(gain.story.steps)
                else:
                    at += size
            size //= 2
        return gain


def unwind(game: Game) -> None:
    """Liquidates who is unhealthy, then closes what is open, market by market, at the price that always was."""
    game.refresh_all()
    for account in game.sick():
        for market in game.held(account):
            game.liquidate(game.cast.liquidator, account, market)
    for account in game.cast.traders:
        for market in game.held(account):
            size = -game.position(account, market).size
            fee = game.stage.world.parameters.orders.fee_min
            order = Order(account, market, size, 0, 0, False, True, fee, FAR, 0, 0)
            slot = game.free_slot(account)
            game.refresh_all()
            if game.call("orders", "commit", game.key(account), order, slot).ok:
                order = game.mirror.orders[account, slot]
                game.until(order.due)
                game.refresh_all()
                game.execute(game.key(account), order, slot)


def hunt(
    stages: Stages, seed: int, worlds: tuple[str, ...], calls: int | None, seconds: float | None, console: Console
) -> tuple[Search, int]:
    """A search with its progress and its table. @return it, and the exit code: 1 where somebody earned."""
    search = Search(stages, seed, worlds or WORLDS_PLAYED)
    with console.status("Looking for profit ...") as status:

        def tell(found: Search) -> None:
            best = found.best[0]
            status.update(f"{found.calls:,} calls  {found.stories:,} sequences  best {dollars(best.total)} USD")

        search.run(calls, seconds, tell)
        best = search.shorten(search.best[0])
    console.print(
        f"{search.calls:,} calls in {search.stories:,} sequences at prices that stand still. Best of each kind:"
    )
    for gain in search.best[:KEPT]:
        names = names_of(stages.games[gain.story.world].stage)
        console.print(shown(gain, names), highlight=False, soft_wrap=True)
    if best.total <= DUST:
        console.print("Nobody took anything from the protocol.")
        return search, 0
    console.print(
        f"Taken from the protocol: {dollars(best.total)} USD by {best.story}", highlight=False, soft_wrap=True
    )
    return search, 1


def dollars(wad: int) -> str:
    """USD with cents."""
    return f"{wad / WAD:+,.2f}"


def shown(gain: Gain, names: dict[int, str]) -> str:
    """A line of the table."""
    parts = sorted(gain.actors.items(), key=lambda item: -abs(item[1]))
    return f"{dollars(gain.total):>16} USD  " + "  ".join(
        f"{names.get(who, hex(who))} {dollars(change)}" for who, change in parts[:6] if change
    )
