"""PoolShares against its model: random requests, books and settlements, to the wei and to the revert code.

The model's shares act on a ledger of three lines here; the contract's on the real vault. The pool's books are drawn.
"""

from __future__ import annotations

from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from novation.chain.compiler import compile_all
from novation.chain.revm import RevmChain
from novation.model.errors import Revert
from novation.model.journal import Env
from novation.model.shares import Shares
from tests.support.lp import EPOCH, LOCKED, UTILISATION, WAD, Rig, build

ACTORS = 6
SLOTS = compile_all(["PoolShares"])["PoolShares"].layout["storage_layout"]
STEPS = 1_500


class Ledger:
    """What the model's shares ask of a vault: cash alone."""

    def __init__(self, env: Env) -> None:
        self.lines: Any = env.table()
        self.paused = False

    def cash(self, account: int) -> int:
        return int(self.lines.get(account, 0))

    def is_paused(self, action: int) -> bool:
        return self.paused

    def only_owner_of(self, sender: int, account: int) -> None:
        if sender >> 8 != account >> 8:
            raise Revert("AUTH")

    def pull(self, sender: int, account: int, amount: int) -> None:
        self.push(account, sender, amount)

    def push(self, sender: int, account: int, amount: int) -> None:
        if self.cash(sender) < amount:
            raise Revert("CASH")
        self.lines[sender] = self.cash(sender) - amount
        self.lines[account] = self.cash(account) + amount


class Pair:
    """The contract and the model, told the same."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.rig: Rig = build(RevmChain())
        self.env = Env(self.rig.chain.now)
        self.ledger = Ledger(self.env)
        self.books: tuple[int, int, int, int] = (0, 0, 0, 0)
        pool = SimpleNamespace(
            address=int(self.rig.pool.address, 16),
            mark=lambda sender, since: self.books,
            terms=SimpleNamespace(utilisation=UTILISATION),
        )
        self.model = Shares(self.env, int(self.rig.shares.address, 16), self.ledger, pool, EPOCH)  # type: ignore[arg-type]
        self.actors = [self.rig.chain.account(10 + number) for number in range(ACTORS)]
        self.settled = 0

    def both(self, function: str, sender: str, *args: Any) -> str | None:
        """Runs it on both sides. @return the code, which both agree on."""
        try:
            plain = [int(arg, 16) if isinstance(arg, str) else arg for arg in args]
            getattr(self.model, function)(int(sender, 16), *plain)
            expected = None
        except Revert as revert:
            expected = revert.code
        found = self.rig.refusal(function, *args, sender=sender)
        assert found == expected, (function, sender, args)
        return found

    def fund(self, account: str, usd: int) -> None:
        self.rig.fund(account, usd)
        self.ledger.lines[int(account, 16)] = self.ledger.cash(int(account, 16)) + usd

    def draw(self) -> int:
        """An amount: dust, ordinary, or huge."""
        return self.random.choice([self.random.randrange(0, 50), self.random.randrange(10**24), 10**26, 10**18])

    def warp(self) -> None:
        seconds = self.random.choice([1, 60, EPOCH // 3, EPOCH, 3 * EPOCH])
        self.rig.chain.warp(seconds)
        self.env.clock["now"] = self.rig.chain.now

    def draw_books(self) -> None:
        """NAV from broken to a hundredfold of cash, room from none to all."""
        cash = self.rig.cash(self.rig.pool.address)
        liability = self.random.choice([0, 0, cash - cash // 1_000, cash + 5, -50 * cash, cash // 3])
        spread = self.random.choice([0, 1, cash // 100])
        owed = self.random.choice([0, cash // 1_000])
        nav = max(0, cash - liability - spread - owed)
        used = self.random.choice([0, 0, nav, nav // 2, nav * 9 // 10, self.random.randrange(nav + 1)])
        reserve = used * UTILISATION // 10_000
        self.books = (liability, liability + spread, owed, reserve)
        self.rig.pool.transact("set_books", *self.books, sender=self.rig.owner)

    def step(self) -> None:
        actor = self.random.choice(self.actors)
        move = self.random.randrange(10)
        if move < 3:
            amount = self.draw()
            self.fund(actor, max(1, amount - self.random.randrange(2)))
            self.both("request_deposit", actor, actor, amount)
        elif move < 5:
            held = self.rig.balance(actor)
            self.both("request_redeem", actor, self.random.choice([held, held // 3, self.draw(), 0]))
        elif move == 5:
            self.both("claim", actor, self.random.choice(self.actors))
        elif move == 6:
            self.warp()
        elif move == 7:
            held = self.rig.balance(actor)
            receiver = self.random.choice([other for other in self.actors if other != actor])
            self.both("transfer", actor, receiver, held // 2)
        else:
            self.draw_books()
            if self.random.random() < 0.7:
                closes_at = self.rig.shares.call("batches")[2]
                self.rig.chain.set_time(max(closes_at, self.rig.chain.now))
                self.env.clock["now"] = self.rig.chain.now
            self.settled += self.both("settle", actor) is None
        self.compare()

    def compare(self) -> None:
        """State, to the wei, and what must always hold."""
        rig, model = self.rig, self.model
        assert rig.supply() == model.state["supply"]
        assert rig.shares.call("batches")[:2] == (model.state["settled"], model.state["newest"])
        index = model.indices[model.state["settled"]]
        queue = rig.chain.storage(rig.shares.address, SLOTS["_queue"]["slot"])
        assert queue == model.state["queued"] << 144 | index.generation << 120 | index.left
        assert rig.chain.storage(rig.shares.address, SLOTS["_paid"]["slot"]) == index.paid
        balances = owed = 0
        for actor in [*self.actors, rig.shares.address]:
            balance = rig.balance(actor)
            assert balance == model.balances.get(int(actor, 16), 0)
            balances += balance
            assert rig.cash(actor) == self.ledger.cash(int(actor, 16))
            _, refund, assets, _ = rig.shares.call("claimable", actor)
            owed += refund + assets
        assert rig.cash(rig.pool.address) == self.ledger.cash(int(rig.pool.address, 16))
        # Invariant 24: supply = balances + locked (in the contract's own balance); claims <= settled assets.
        assert balances == rig.supply()
        assert owed <= rig.cash(rig.shares.address)


@pytest.mark.parametrize("seed", range(20))
def test_shares_equal_their_model(seed: int) -> None:
    pair = Pair(seed)
    assert pair.both("request_redeem", pair.actors[0], 1) == "CLOSED"
    pair.fund(pair.actors[0], LOCKED)
    assert pair.both("bootstrap", pair.actors[0], pair.actors[0]) is None
    for _ in range(STEPS):
        pair.step()
    assert pair.settled > 20


def test_a_long_queue_turns_generations_like_its_model() -> None:
    """Always partly served: left falls below 1e-18 several times."""
    pair = Pair(99)
    pair.fund(pair.actors[0], LOCKED)
    pair.both("bootstrap", pair.actors[0], pair.actors[0])
    pair.fund(pair.actors[1], 10**6 * WAD)
    pair.both("request_deposit", pair.actors[1], pair.actors[1], 10**6 * WAD)
    for number in range(150):
        pair.rig.end_epoch()
        pair.env.clock["now"] = pair.rig.chain.now
        _, _, _, _, added, rolled = pair.rig.shares.call("batches")
        cash = pair.rig.cash(pair.rig.pool.address)
        leaves = (added + rolled) * pair.random.randrange(30, 99) // 100
        pair.books = (0, 0, 0, max(0, cash - leaves) * UTILISATION // 10_000)
        pair.rig.pool.transact("set_books", *pair.books, sender=pair.rig.owner)
        assert pair.both("settle", pair.actors[0]) is None
        pair.both("claim", pair.actors[0], pair.random.choice(pair.actors))
        joiner = pair.actors[2 + number % 4]
        pair.both("claim", pair.actors[1], pair.actors[1])
        pair.both("transfer", pair.actors[1], joiner, 10 * WAD)
        pair.both("request_redeem", joiner, 10 * WAD)
        pair.compare()
    assert max(pair.model.ends, default=0) >= 2
    assert any(end.goes_on for end in pair.model.ends.values())
