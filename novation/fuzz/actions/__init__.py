"""The moves of a campaign. An action is a function that looks at the game and calls:

    @action(3)
    def exit_account(game: Game) -> None:
        account = game.account()
        game.call("vault", "exit", game.key(account), account, game.key(account))

The number is its weight; `starves` and `earns` say what it is left out of or taken for (`Action`). What it draws comes
from the game's random numbers, which are seeded for every action, so that (name, seed) repeats it on the same state.
"""

# In this order they are registered, and authors draw by it: in another one a seed means other stories.
from novation.fuzz.actions import (  # noqa: I001
    lending,
    governing,
    corners,
    extremes,
    prices,
    liquidating,
    money,
    trading,
    contracts,
    bringing,
    limits,
    orders,
    hunting,
    opening,
    outdated,
    previewing,
    queues,
    wild,
    raw,
    sharing,
    starving,
    strangers,
    tokens,
    viewing,
)
from novation.fuzz.actions.game import ACTIONS, Action, Game, action

__all__ = [
    "ACTIONS",
    "Action",
    "Game",
    "action",
    "bringing",
    "contracts",
    "corners",
    "extremes",
    "governing",
    "hunting",
    "lending",
    "limits",
    "liquidating",
    "money",
    "opening",
    "orders",
    "outdated",
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
