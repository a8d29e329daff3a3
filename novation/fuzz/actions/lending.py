"""LPs: requests, settlements, claims, shares."""

from __future__ import annotations

from novation.fixed import WAD
from novation.fuzz.actions.game import Game, action
from novation.fuzz.system.facts import MASK_32, MASK_40


def pool(game: Game) -> tuple[int, str]:
    """One of the pools: its index and the name of its shares."""
    index = game.between(0, game.stage.pools - 1)
    return index, f"shares{index or ''}"


def balance(game: Game, index: int, holder: int) -> int:
    """Shares."""
    return game.mirror.facts.tables.shares[index].balances.get(holder, 0)


def closes_at(game: Game, index: int) -> int:
    """When the oldest unsettled batch ends, 0 where there is none."""
    at, words = game.mirror.slots.index, game.mirror.facts.words
    progress = words[at["progress", index]]
    settled, newest = progress >> 32 & MASK_32, progress & MASK_32
    return words[at["batch", index, (settled + 1) % 2]] & MASK_40 if newest > settled else 0


@action(4)
def request_deposit(game: Game) -> None:
    """Cash into the queue; mostly it is paid in first."""
    _, part = pool(game)
    holder = game.pick((*game.cast.lps, *game.cast.lps, game.cast.stranger))
    assets = game.sizes(1, 3 * 10**6 * WAD) if game.chance(95) else game.pick((0, 1, 10**3))
    if game.cash(holder) < assets and game.chance(85):
        game.call("vault", "deposit", holder, holder, (assets - game.cash(holder)) * game.unit // WAD + 1)
    account = holder if game.chance(96) else holder ^ 1
    game.call(part, "request_deposit", holder, account, assets)


@action(5)
def request_redeem(game: Game) -> None:
    """Some or all shares, or more than there are."""
    index, part = pool(game)
    holder = game.pick(game.cast.lps)
    held = balance(game, index, holder)
    shares = game.pick((held, held, held // 2, held // 7, game.sizes(1, max(2, held)), held + 1, 1))
    game.call(part, "request_redeem", holder, shares if game.chance(97) else 0)


@action(4)
def settle(game: Game) -> None:
    """The oldest batch, mostly after its end and with fresh prices."""
    waiting = [index for index in range(game.stage.pools) if closes_at(game, index)]
    index = game.pick(waiting) if waiting and game.chance(95) else pool(game)[0]
    part = f"shares{index or ''}"
    if game.chance(80):
        game.until(closes_at(game, index))
        if game.chance(90):
            game.refresh_all()
    game.call(part, "settle", game.anyone())


@action(3)
def claim_shares(game: Game) -> None:
    """What is settled."""
    _, part = pool(game)
    game.call(part, "claim", game.anyone(), game.pick((*game.cast.lps, game.cast.stranger)))


@action(1)
def transfer_shares(game: Game) -> None:
    """To another LP."""
    index, part = pool(game)
    holder = game.pick(game.cast.lps)
    shares = game.pick((balance(game, index, holder) // 3, 1, balance(game, index, holder) + 1))
    game.call(part, "transfer", holder, game.pick((*game.cast.lps, game.cast.stranger)), shares)


@action(1)
def lend(game: Game) -> None:
    """An LP brings liquidity through an epoch at once."""
    index, part = pool(game)
    holder = game.pick(game.cast.lps)
    assets = game.pick((10**4, 10**5, 10**6, 10**7)) * WAD
    game.call("vault", "deposit", holder, holder, assets * game.unit // WAD)
    game.call(part, "claim", holder, holder)
    game.call(part, "request_deposit", holder, holder, assets)
    for _ in range(2):
        end = closes_at(game, index)
        if end:
            game.until(end)
            game.refresh_all()
            if not game.call(part, "settle", holder).ok:
                return
    game.call(part, "claim", holder, holder)


@action(2)
def run_on_the_pool(game: Game) -> None:
    """All LPs leave at once: what does not fill rolls over."""
    index, part = pool(game)
    for holder in game.cast.lps:
        held = balance(game, index, holder)
        if held:
            game.call(part, "request_redeem", holder, held)
    for _ in range(game.between(1, 4)):
        if not closes_at(game, index) and game.chance(90):
            return
        game.until(closes_at(game, index))
        game.refresh_all()
        game.call(part, "settle", game.anyone())
        game.call(part, "claim", game.anyone(), game.pick(game.cast.lps))


@action(1)
def bootstrap_again(game: Game) -> None:
    """Once only."""
    _, part = pool(game)
    game.call(part, "bootstrap", game.anyone(), game.pick(game.mirror.slots.people))
