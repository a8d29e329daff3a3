"""What the moves stand on, as in `Ground.sol`: dice, clock, prices, the one way to call; and the checks.

After every call the words are read and the checks are made, as forge does with `Checks.sol`.
"""

from __future__ import annotations

from novation.chain.compiler import compile_all
from novation.fuzz.system.engine import Door, doors
from novation.fuzz.system.slots import MARKET_WORDS
from novation.fuzz.system.worlds import text
from novation.model.invariants import INVARIANTS, Violation
from novation.model.ledger import NEW
from novation.model.market import EMPTY
from tests.forge.scene import BASE_PRICE, MARKETS, MIX_FACTOR, MIX_STEP, Scene

CHECKED = (1, 2, 4, 5, 6, 7, 8, 9, 12, 14, 21)
POOLS = {"position", "book", *MARKET_WORDS}
COUNTERS = ("calls", "reverts", "commits", "fills", "liquidations", "settlements", "deposits", "withdrawals")
CALLS, REVERTS, COMMITS, FILLS, LIQUIDATIONS, SETTLEMENTS, DEPOSITS, WITHDRAWALS = (1 << 32 * at for at in range(8))
UNIT = 10**12  # WAD of a token unit
WORD = (1 << 256) - 1


class Ground:
    """A scene with its doors, feeds and counters."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.facts, self.chain = scene.facts, scene.chain
        stage = scene.stage
        self.doors: dict[str, dict[str, Door]] = {
            name: doors(contract, compile_all([contract.name])[contract.name].abi)
            for name, contract in stage.contracts.items()
        }
        self.feeds = [doors(c, compile_all([c.name])[c.name].abi)["push"] for c in map(stage.feeds.get, MARKETS) if c]
        self.traders, self.lps = scene.traders, scene.lps
        self.signers, self.keepers, self.liquidator = scene.signers, scene.keepers, scene.liquidator
        terms = stage.world.parameters.orders
        self.fee, self.delay, self.window, self.grace = terms.fee_min, terms.delay, terms.window, terms.grace
        self.epoch = stage.world.parameters.shares.epoch_seconds
        self.checks = [(i, i.state) for i in INVARIANTS if i.number in CHECKED and i.state is not None]
        self.checks_of_accounts = [(i, state) for i, state in self.checks if not i.by_pool]
        assert sorted(i.number for i, _ in self.checks) == list(CHECKED)
        self.totals = (0, 0)
        self.restart()

    def restart(self) -> None:
        """The state at the beginning."""
        self.scene.restart()
        self.stats = 0
        self.came_in = self.scene.cash
        self.open_fees = 0
        self.clock = self.scene.start
        self.prices = list(self.scene.prices)
        self.newest = [BASE_PRICE, BASE_PRICE]
        self.times = [{BASE_PRICE: self.clock}, {BASE_PRICE: self.clock}]

    def check(self) -> None:
        """Reads every word and checks what a changed one concerns, as the engine's own campaign does: what speaks of
        pools alone (`by_pool`) stands while no word of a pool has changed, and all stands while no word has.

        @raises Violation.
        """
        facts = self.facts
        changed = facts.absorb(self.chain.words(self.scene.slots.places))
        totals = self.came_in, self.open_fees
        if not changed and totals == self.totals:
            return
        self.totals = facts.totals[0], facts.open_fees = totals
        facts.pending = []  # nothing here asks for the state before the call
        view = facts.view(self.clock)
        for invariant, state in self.checks if any(key[0] in POOLS for key in changed) else self.checks_of_accounts:
            for detail in state(view):
                raise Violation(invariant, detail)

    # --- dice, time, prices

    def _mix(self, seed: int) -> None:
        """Spreads a seed, each call anew."""
        word = (seed + (self.stats & 0xFFFFFFFF) * MIX_STEP) * MIX_FACTOR & WORD
        self.dice = word ^ word >> 128

    def _take(self, n: int) -> int:
        self.dice, drawn = divmod(self.dice, n)
        return drawn

    def _pass(self) -> None:
        kind = self._take(4)
        if kind == 0:
            self._warp(1 + self._take(60))
            self._publish()
        elif kind == 1 and self._take(8) == 0:
            self._warp(1 + self._take(900))

    def _warp(self, time: int) -> None:
        self.clock += time
        self.chain.set_time(self.clock)

    def _publish(self) -> None:
        self._push(0, self._take(101) - 50)
        self._push(1, self._take(101) - 50)

    def _push(self, market: int, move: int) -> None:
        """A market's price, so many bps from the last one; away from the edges of half and double of the first."""
        last, first = self.prices[market], self.scene.prices[market]
        following = last * (10_000 + move) // 10_000
        if following > 2 * first or 2 * following < first:
            following = last * (10_000 - move) // 10_000
        self.prices[market] = following
        self.newest[market] += 1
        self.times[market][self.newest[market]] = self.clock
        door = self.feeds[market]
        self.chain.send(text(self.liquidator), door.to, door.selector + door.inputs.encode((following,)))

    def _reference(self, market: int, due: int) -> int:
        """The observation that an order fills at."""
        found, times = self.newest[market], self.times[market]
        while found > BASE_PRICE and times[found - 1] >= due:
            found -= 1
        if found > BASE_PRICE and times[found] > due + self.window:
            found -= 1
        return found

    # --- who, and what they have

    def _keeper(self) -> int:
        return self.keepers[self._take(2)]

    def _cash(self, account: int) -> int:
        return self.facts.tables.accounts.get(account, NEW).cash

    def _size(self, account: int, market: int) -> int:
        return self.facts.tables.pools[0].positions.get((account, market), EMPTY).size

    # --- calls

    def _send(self, sender: int, part: str, name: str, counter: int, *args: object) -> bool:
        """One protocol call, counted; `counter` is what it counts for when it succeeds."""
        door = self.doors[part][name]
        code, _ = self.chain.send(text(sender), door.to, door.selector + door.inputs.encode(args))
        self.stats += CALLS + (REVERTS if code is not None else counter)
        return code is None


def counted(stats: int) -> dict[str, int]:
    """The counters in a word of `stats`."""
    return {name: stats >> 32 * at & 0xFFFFFFFF for at, name in enumerate(COUNTERS)}
