"""The ends of the LPs' queue: fills that leave next to nothing, pools without value, shares before their bootstrap."""

from __future__ import annotations

from novation.chain.protocol import Reverted
from novation.fixed import BPS, WAD
from novation.fuzz.actions.game import Game, action
from novation.fuzz.actions.lending import balance, closes_at, pool
from novation.fuzz.system.worlds import SECOND

WORTH = 25  # what a price is multiplied with at most


def batch_of(game: Game, index: int) -> tuple[int, int, int]:
    """Of the oldest batch that is not settled: assets, shares to redeem; and the shares that rolled into it."""
    _, found = game.mirror.see(f"shares{index or ''}", "batches")
    return found[3], found[4], found[5]


def marks(game: Game, index: int) -> tuple[int, int, int, int]:
    """What the pool would say to a settlement: L at both ends, fees owed, reserve. @raises Reverted."""
    door = game.mirror.doors[f"pool{index or ''}"]["mark"]
    data = door.selector + door.inputs.encode((closes_at(game, index),))
    output = game.mirror.chain.raw_call(door.to, data, static=False)
    assert door.outputs is not None
    cheap, dear, owed, reserve = door.outputs.decode(output, 0)
    return cheap, dear, owed, reserve


def short_of_all(game: Game, index: int) -> int:
    """How much cash (WAD) the pool lacks so that a settlement now would fill all of the queue but one wei's worth;
    0 where it lacks none."""
    supply = game.mirror.facts.tables.shares[index].supply
    assets, added, rolled = batch_of(game, index)
    cash = game.cash(game.mirror.facts.names[f"pool{index or ''}"])
    _, dear, owed, reserve = marks(game, index)
    queued, nav = rolled + added, cash - dear - owed
    utilisation = game.stage.world.parameters.pool.utilisation_bps
    room = assets + nav - -(-reserve * BPS // utilisation)
    if nav <= 0 or not 0 < queued < supply or queued * nav // supply <= room:
        return 0
    rest = supply - queued  # each wei of cash raises what may leave by a wei, what the queue is worth by a little less
    return (queued * nav - room * supply) // rest - supply // rest - 1


@action(2)
def all_but_a_wei(game: Game) -> None:
    """A settlement that leaves a wei's worth of the queue, twice: its index goes on in another generation."""
    index, part = pool(game)
    pool_name = f"pool{index or ''}"
    if game.unit < WAD or not game.mirror.facts.tables.pools[index].book.reserve:
        return
    for holder in game.cast.lps:
        held = balance(game, index, holder)
        if held:
            game.call(part, "request_redeem", holder, held)
    for _ in range(game.between(1, 3)):
        end = closes_at(game, index)
        if not end:
            return
        game.until(end)
        game.refresh_all()
        try:
            lacking = short_of_all(game, index)
        except Reverted:  # a price is missing: nothing can be settled
            return
        if lacking > 0:
            units = lacking * game.unit // WAD
            game.call("vault", "deposit", game.cast.whale, game.mirror.facts.names[pool_name], units)
        game.call(part, "settle", game.anyone())
        if game.chance(50):
            game.call(part, "claim", game.anyone(), game.pick(game.cast.lps))
    if game.chance(60):  # what is left of the queue is served
        game.call("vault", "deposit", game.cast.whale, game.mirror.facts.names[pool_name], 10**6 * game.unit)
        game.until(closes_at(game, index))
        game.refresh_all()
        game.call(part, "settle", game.anyone())
    for holder in game.cast.lps:
        game.call(part, "claim", game.anyone(), holder)


@action(1)
def worthless_pool(game: Game) -> None:
    """The traders have won more than the pool has: who redeems gets nothing, who deposits gets it back."""
    index, part = pool(game)
    mine = [m for m in game.markets if m // SECOND == index and game.state(m).long != game.state(m).short]
    if not mine:
        return
    poor, rich = game.random.sample(game.cast.lps, 2)
    held = balance(game, index, poor)
    if held and game.chance(80):
        game.call(part, "request_redeem", poor, held // game.pick((1, 3)))
    game.call("vault", "deposit", rich, rich, 2000 * game.unit)
    game.call(part, "request_deposit", rich, rich, 1000 * WAD)
    end = closes_at(game, index)
    if not end:
        return
    game.until(end)
    before = {market: game.price(market).mid for market in mine}
    for market in mine:
        up = game.state(market).long > game.state(market).short
        game.move(market, before[market] * WORTH if up else before[market] // WORTH)
    game.refresh_all()
    game.call(part, "settle", game.anyone())
    for holder in (poor, rich):
        game.call(part, "claim", game.anyone(), holder)
    game.warp(1)
    for market in mine:
        game.move(market, before[market])


@action(0.5)
def shares_before_their_bootstrap(game: Game) -> None:
    """Closed to all; an account's owner would open them, but nobody has registered them."""
    mirror, holder = game.mirror, game.cast.owner
    mirror.add_shares()
    mirror.refuse("spare", "request_deposit", holder, "CLOSED", holder, WAD)
    mirror.refuse("spare", "request_redeem", holder, "CLOSED", WAD)
    mirror.refuse("spare", "settle", holder, "EMPTY")
    mirror.refuse("spare", "bootstrap", holder, "AUTH", game.account())
    mirror.refuse("spare", "bootstrap", holder, "AUTH", holder)
    mirror.see("spare", "batches")
    mirror.refuse("shares", "transferFrom", holder, "erc20: approve from the zero address", 0, holder, 0)
