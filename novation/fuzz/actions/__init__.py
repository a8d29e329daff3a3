"""The moves of a campaign. An action is a function that looks at the game and calls:

    @action(3)
    def exit_account(game: Game) -> None:
        account = game.account()
        game.call("vault", "exit", game.key(account), account, game.key(account))

The number is its weight; `starves` and `earns` say what it is left out of or taken for (`Action`). What it draws comes
from the game's random numbers, which are seeded for every action, so that (name, seed) repeats it on the same state.
"""

from novation.fuzz.actions import (
    contracts,
    corners,
    extremes,
    governing,
    hunting,
    lending,
    liquidating,
    money,
    opening,
    orders,
    previewing,
    prices,
    queues,
    raw,
    sharing,
    starving,
    strangers,
    tokens,
    trading,
    viewing,
    wild,
)
from novation.fuzz.actions.game import ACTIONS, Action, Game, action

__all__ = [
    "ACTIONS",
    "Action",
    "Game",
    "action",
    "contracts",
    "corners",
    "extremes",
    "governing",
    "hunting",
    "lending",
    "liquidating",
    "money",
    "opening",
    "orders",
    "previewing",
    "prices",
    "queues",
    "raw",
    "sharing",
    "starving",
    "strangers",
    "tokens",
    "trading",
    "viewing",
    "wild",
]
