"""Any external with any arguments of its types: the model says what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from novation.fixed import WAD
from novation.fuzz.actions.corners import SPARE
from novation.fuzz.actions.game import FAR, Game, action
from novation.fuzz.system.calldata import Kinds, drawn, with_word
from novation.fuzz.system.calls import PAYABLE
from novation.fuzz.system.networks import data_of
from novation.fuzz.system.slots import ORDER_SLOTS
from novation.fuzz.system.worlds import SECOND
from novation.model.market import Config
from novation.model.orders import Order
from novation.model.sources import UPDATE_BYTES

TOP = (1 << 256) - 1
SMALL = [number for number in range(41) if number != SPARE]  # that one has a feed of which the model is not told
TAKES_ORDER = ("commit", "trigger", "execute", "cancel")
TAKES_ORDERS = ("commit_many", "execute_many")


def address(game: Game) -> int:
    """Somebody whose words are watched."""
    return game.pick(game.mirror.slots.holders)


def number(game: Game) -> int:
    """Small, round, a time, an amount, or at the edge of some width."""
    roll = game.between(0, 9)
    if roll < 3:
        return game.pick(SMALL)
    if roll < 4:
        return game.pick(game.markets)
    if roll < 5:
        return max(0, game.now + game.pick((-3600, -60, -1, 0, 1, game.delay, 60, 3600)))
    if roll < 7:
        return game.pick((1, 10, 1000, 10**6)) * game.pick((1, WAD, game.unit)) + game.pick((-1, 0, 0, 1))
    if roll < 8:
        return game.pick((0, TOP, FAR, 1 << 255))
    return min(TOP, max(0, (1 << game.between(1, 256)) + game.pick((-1, 0, 1))))


def signed(game: Game) -> int:
    """The same with either sign."""
    found = number(game)
    found = min(found, (1 << 255) - 1)
    return game.pick((found, -found, -found - 1))


def kinds(game: Game) -> Kinds:
    """How values are drawn."""
    return Kinds(
        lambda: address(game),
        lambda: number(game),
        lambda: signed(game),
        lambda: game.chance(50),
        lambda: game.random.randbytes(32),
        lambda: update(game),
    )


def update(game: Game) -> bytes:
    """None, one that some network has signed, what is like one, or anything."""
    networks = list(game.mirror.networks.values())
    signed = data_of(game.pick(list(game.pick(networks).signed.values()))) if networks else bytes(UPDATE_BYTES)
    roll = game.between(0, 9)
    if roll < 3:
        return b""
    if roll < 7:
        return signed
    if roll < 8:
        return with_word(signed, 32 * game.between(0, 3), number(game))
    return game.random.randbytes(game.pick((1, 32, UPDATE_BYTES, 500, 4096)))


def _amongst(names: str) -> Callable[[Game], int]:
    return lambda game: game.mirror.facts.names[game.pick(names.split())]


def _shareholder(game: Game) -> int:
    return game.pick((*game.mirror.slots.lps_and(0)[:-1], 0))  # the last is a shares contract: only its own are watched


# Arguments that would write what nobody watches: other operators' grants, other modules and pools (trusted code), other
# slots, other holders of shares. They are drawn from what is watched.
LIMITS: dict[tuple[str, int], Callable[[Game], int]] = {
    ("set_operator", 0): lambda game: game.pick((game.cast.operator, game.cast.stranger)),
    ("register_module", 0): _amongst("orders liquidation shares"),
    ("register_pool", 1): _amongst("pool"),
    ("commit", 1): lambda game: game.pick((*ORDER_SLOTS, 16, TOP)),
    ("transfer shares", 0): _shareholder,
    ("transferFrom", 0): _shareholder,
    ("transferFrom", 1): _shareholder,
}
UNDRAWN = ("set_feed",)  # what a feed is set to is trusted code


def draw(game: Game, views: bool = False) -> tuple[str, str]:
    """A part and one of its externals."""
    part = game.pick([part for part in game.mirror.shapes if views or part != "lens"])
    names = [
        name
        for name in game.mirror.shapes[part]
        if name not in UNDRAWN and (views or name not in game.mirror.views[part])
    ]
    return part, game.pick(names)


def arguments(game: Game, part: str, name: str, as_they_are: bool = False) -> tuple[Any, ...]:
    """Drawn by their types, within what is watched; `as_they_are`: as the ABI has them, not as the model."""
    form = game.mirror.shapes[part][name]
    found = drawn(form, kinds(game), lambda bound: game.between(0, min(bound, 3)))
    for at in range(len(found)):
        key = "transfer shares" if name == "transfer" and part.startswith("shares") else name
        limit = LIMITS.get((key, at))
        if limit is not None:
            found[at] = limit(game)
    return tuple(found) if as_they_are else as_model(name, found)


def as_model(name: str, args: Sequence[Any]) -> tuple[Any, ...]:
    """Structs as the model has them."""
    if name in TAKES_ORDER:
        return (Order(*args[0]), *args[1:])
    if name in TAKES_ORDERS:
        return ([Order(*order) for order in args[0]], *args[1:])
    if name == "set_market":
        return (args[0], Config(*args[1]))
    return tuple(args)


def watched(game: Game, name: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Orders of traders alone, in slots that are watched."""
    if name == "commit":
        return (args[0]._replace(account=game.account()), *args[1:])
    if name == "commit_many":
        orders = [order._replace(account=game.account()) for order in args[0]]
        return orders, [game.pick(ORDER_SLOTS) for _ in args[1]]
    return args


def paid(game: Game, part: str, name: str, sender: int, args: Sequence[Any]) -> int:
    """The fee, another wei or none; no more by the attacker, who would be called back (`paid_back` does that)."""
    if (part, name) not in PAYABLE:
        return 0
    fee = game.mirror.costs(name, args)
    return fee if sender == game.cast.attacker else game.pick((0, fee, fee, fee + 1))


@action(6)
def wild(game: Game) -> None:
    """Any call that changes something, from anybody."""
    part, name = draw(game)
    args = watched(game, name, arguments(game, part, name))
    sender = game.caller()
    if part.startswith("shares"):
        sender = game.pick((*game.cast.lps, game.cast.stranger, game.cast.whale, game.cast.owner))
    elif name in TAKES_ORDER and game.chance(70):
        sender = game.key(args[0].account) if args[0].account in game.mirror.slots.people else sender
    wei = paid(game, part, name, sender, args)
    game.call(part, name, sender, *args, bold=True, wei=wei)


@action(3)
def nearly(game: Game) -> None:
    """A call of a little while ago with one argument changed, or from another sender."""
    found = game.recent()
    if found is None or found[1] in UNDRAWN:
        return
    part, name, sender, args, *_ = found
    changed = list(args)
    if not changed or game.chance(30):
        sender = game.caller()
    elif not part.startswith("shares") or name in ("settle", "claim", "request_deposit", "request_redeem"):
        at = game.between(0, len(changed) - 1)
        other = arguments(game, part, name)
        if isinstance(changed[at], tuple) and hasattr(changed[at], "_fields"):
            field = game.pick(changed[at]._fields)
            changed[at] = changed[at]._replace(**{field: getattr(other[at], field)})
        else:
            changed[at] = other[at]
    if part.startswith("shares") and sender not in game.mirror.slots.lps_and(0):
        return
    if name.startswith("commit") and not _held(game, name, changed):
        return
    if name == "set_market" and changed[0] < 2 * SECOND and changed[0] // SECOND != (part == "pool1"):
        return  # a pool may list any number: nobody watches the other's
    game.call(part, name, sender, *changed, bold=True, wei=paid(game, part, name, sender, changed))


def _held(game: Game, name: str, args: Sequence[Any]) -> bool:
    """Whether orders would be written where it is watched."""
    orders, slots = ([args[0]], [args[1]]) if name == "commit" else (args[0], args[1])
    known = all(slot in ORDER_SLOTS or slot >= 16 for slot in slots)
    return known and all(order.account in game.cast.traders for order in orders)
