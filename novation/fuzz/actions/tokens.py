"""A settlement token that misbehaves: what the vault makes of it, and what a reentry finds."""

from __future__ import annotations

from typing import Any

from novation.fixed import WAD
from novation.fuzz.actions.contracts import MENU
from novation.fuzz.actions.game import Game, action
from novation.fuzz.actions.money import amount, withdrawable
from novation.fuzz.system.hostile import (
    BOMB,
    BOMB_BALANCE,
    BONUS,
    BURN,
    BURN_BALANCE,
    BYTE,
    FALLING,
    FEE,
    HONEST,
    LIE,
    NO_BALANCE,
    NOTHING,
    NUMBER,
    PAUSED,
    REENTER,
    REENTER_FIRST,
    REFUSE,
    REVERT_BOMB,
    RISING,
    SEVEN,
    SILENT,
)

SWITCHES = (FEE, REFUSE, SILENT, PAUSED, LIE, BONUS, BURN, BOMB, NUMBER, BYTE, REVERT_BOMB)
HARMLESS = (0, 0, SILENT, BOMB, FEE)
BALANCES = (SEVEN, RISING, FALLING, NO_BALANCE, NOTHING, BURN_BALANCE, BOMB_BALANCE)


def through_the_door(game: Game) -> None:
    """A deposit, a withdrawal or an exit of somebody."""
    account = game.account()
    key = game.key(account)
    roll = game.between(0, 9)
    if roll < 5:
        game.call("vault", "deposit", key, account, game.sizes(1, 10_000 * game.unit))
    elif roll < 8:
        game.call("vault", "withdraw", key, account, amount(game, withdrawable(game, account)), key)
    else:
        game.call("vault", "exit", key, account, key)


def honest_again(game: Game) -> None:
    """Mostly; else nobody comes in or goes out for a while."""
    if game.chance(92):
        game.mirror.misbehave(0)


@action(3)
def misbehave(game: Game) -> None:
    """Transfers or balances are other than they should be."""
    if not game.stage.world.hostile:
        return
    switches = game.pick(SWITCHES) | (game.pick(SWITCHES) if game.chance(25) else 0)
    mode = game.pick(BALANCES) if game.chance(30) else HONEST
    game.mirror.misbehave(switches if mode == HONEST or game.chance(30) else 0, mode)
    game.mirror.tally["token: misbehaves"] += 1
    for _ in range(game.between(1, 4)):
        through_the_door(game)
    honest_again(game)


@action(3)
def reenter(game: Game) -> None:
    """The token calls the attacker back, which calls whatever it would."""
    if not game.stage.world.hostile:
        return
    me = game.cast.attacker
    if game.cash(me) < 100 * WAD:
        game.call("vault", "deposit", me, me, 1_000 * game.unit)
    steps = [game.pick(MENU)(game, me) for _ in range(game.between(1, 5))]
    plan: list[tuple[str, str, tuple[Any, ...]]] = [(part, name, tuple(args)) for part, name, _, *args in steps]
    live = game.live(due=False)
    if live and game.chance(30):
        order, slot = game.pick(live)
        plan.append(("orders", "trigger", (order, slot)))
    game.mirror.plan(*plan)
    game.mirror.misbehave(game.pick((REENTER, REENTER_FIRST, REENTER | REENTER_FIRST)) | game.pick(HARMLESS))
    for _ in range(game.between(1, 3)):
        through_the_door(game)
    honest_again(game)
