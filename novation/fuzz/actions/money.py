"""Deposits, withdrawals, transfers, operators."""

from __future__ import annotations

from novation.fixed import WAD
from novation.fuzz.actions.game import FAR, Game, action
from novation.model.view import standing


def withdrawable(game: Game, account: int) -> int:
    """WAD USD that may leave an account."""
    cash, _, risk, _ = standing(game.view, account)
    return max(0, min(cash, cash - risk.losses - risk.initial))


def amount(game: Game, wad: int) -> int:
    """Token units around some WAD USD, or something else."""
    units = wad * game.unit // WAD
    roll = game.between(0, 11)
    if roll < 4:
        return units
    if roll < 6:
        return units + game.pick((1, 2, game.unit))
    if roll < 7:
        return max(0, units - 1)
    if roll < 8:
        return game.pick((0, 1))
    return game.sizes(1, max(2, units * 2))


@action(5, earns=True)
def deposit(game: Game) -> None:
    """Into any account; sometimes to insurance, sometimes more than there is."""
    account = game.account()
    roll = game.between(0, 99)
    if roll < 6:
        account = game.mirror.facts.names["vault"]
    elif roll < 9:
        account = game.pick(game.mirror.slots.holders)
    payer = game.key(account) if account in game.cast.traders else game.anyone()
    units = game.sizes(1, 200_000 * game.unit)
    if game.chance(8):
        held = game.mirror.facts.words[game.mirror.slots.index["units", payer]]
        units = game.pick((0, held + 1, held))
        if units == held and held > 10**11 * game.unit:
            units = 0
    game.call("vault", "deposit", payer, account, units)


@action(1, earns=True)
def deposit_too_much(game: Game) -> None:
    """A whale at the width of a word."""
    account = game.account()
    game.call("vault", "deposit", game.cast.whale, account, game.between(9 * 10**12, 10**14) * game.unit)
    if game.chance(50) and game.cash(account) > 10**12 * WAD:
        units = game.cash(account) * game.unit // WAD
        game.call("vault", "withdraw", game.key(account), account, units, game.cast.whale)


@action(6, earns=True)
def withdraw(game: Game) -> None:
    """As much as may go, a little more, less; by the owner, an operator or a stranger."""
    account = game.holding() if game.chance(70) else game.account()
    sender = game.sender(account)
    to = game.pick((game.key(account), game.anyone()))
    game.call("vault", "withdraw", sender, account, amount(game, withdrawable(game, account)), to)


@action(3, earns=True)
def exit_account(game: Game) -> None:
    """All that an account without positions has."""
    empty = [a for a in game.cast.traders if not game.of(a).markets and game.cash(a) > 0]
    account = game.pick(empty) if empty and game.chance(70) else game.account()
    game.call("vault", "exit", game.sender(account), account, game.pick((game.key(account), game.cast.stranger)))


@action(4, earns=True)
def transfer(game: Game) -> None:
    """To another account, mostly of the same owner."""
    source = game.holding() if game.chance(50) else game.account()
    own = [a for a in game.cast.traders if game.key(a) == game.key(source)]
    target = game.pick(own) if game.chance(60) else game.pick(game.mirror.slots.people)
    wad = withdrawable(game, source)
    wad = game.pick((wad, wad + 1, wad // 2, game.sizes(1, max(2, game.cash(source))), 0))
    game.call("vault", "transfer", game.sender(source), source, target, wad)


@action(3, earns=True)
def transfer_many(game: Game) -> None:
    """Around sub-accounts, also through debts that the next transfer covers."""
    owner = game.key(game.account())
    own = [a for a in game.cast.traders if game.key(a) == owner]
    rows = []
    for _ in range(game.between(0, 8)):
        source, target = game.pick(own), game.pick(own if game.chance(80) else game.cast.traders)
        if game.chance(4):
            source = game.account()
        rows.append((source, target, game.sizes(1, max(2, withdrawable(game, source) * 2)) if game.chance(95) else 0))
    game.call("vault", "transfer_many", owner, rows)


@action(1, earns=True)
def set_operator(game: Game) -> None:
    """Powers for a while, for ever, or none."""
    owner = game.key(game.account())
    operator = game.pick((game.cast.operator, game.cast.operator, game.cast.stranger))
    payout = game.pick((owner, operator, 0))
    expires = game.pick((FAR, game.now, game.now + game.between(0, 5000), 1))
    if game.chance(2):
        expires = 1 << 40
    game.call("vault", "set_operator", owner, operator, game.between(0, 3), payout, expires)
