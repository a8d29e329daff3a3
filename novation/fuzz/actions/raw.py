"""Calldata that no library writes: spoiled in ways that every contract refuses, and bent in ways that it takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from novation.fuzz.actions.game import Game, action
from novation.fuzz.actions.wild import arguments, as_model, draw
from novation.fuzz.system.calldata import Shape, leaves, lenient, lists, width, with_word
from novation.fuzz.system.calls import PAYABLE

EXTRA = 100  # bytes at most


def example(game: Game, views: bool) -> tuple[str, str, int, bytes]:
    """A call as others make it, or one by its types alone: part, name, sender, calldata."""
    found = game.recent()
    if found is not None and game.chance(60):
        part, name, sender, args, *_ = found
        return (
            part,
            name,
            sender if sender != game.cast.attacker else game.anyone(),
            game.mirror.calldata(part, name, args),
        )
    part, name = draw(game, views)
    door = game.mirror.doors[part][name]
    drawn = arguments(game, part, name, as_they_are=True)
    return part, name, game.anyone(), door.selector + door.inputs.encode(drawn)


def cut(game: Game, form: Shape, data: bytes) -> bytes | None:
    """Shorter than the static part."""
    return data[: 4 + game.between(0, form.head - 1)] if form.head else None


def another_selector(game: Game, form: Shape, data: bytes) -> bytes:
    """Of no function."""
    return game.random.randbytes(4) + data[4:]


def too_short(game: Game, form: Shape, data: bytes) -> bytes:
    """Less than a selector."""
    return data[: game.between(0, 3)]


def dirty(game: Game, form: Shape, data: bytes) -> bytes | None:
    """Bits above an address, a bool, a flag or a narrow integer."""
    narrow = [leaf for leaf in leaves(form, data) if width(leaf) < 256]
    if not narrow:
        return None
    leaf = game.pick(narrow)
    word = int.from_bytes(data[leaf.at : leaf.at + 32], "big")
    return with_word(data, leaf.at, word | 1 << game.between(width(leaf), 255))


def too_long(game: Game, form: Shape, data: bytes) -> bytes | None:
    """A list beyond its bound."""
    places = lists(form)
    if not places:
        return None
    at = game.pick(places)
    start = 4 + int.from_bytes(data[at : at + 32], "big")
    return with_word(data, start, game.pick((form.bound + 1, form.bound + 2, 1 << 16, 1 << 64, (1 << 256) - 1)))


Spoil = Callable[[Game, Shape, bytes], bytes | None]
SPOILS: tuple[Spoil, ...] = (cut, another_selector, too_short, dirty, too_long)


@action(3)
def spoil(game: Game) -> None:
    """Calldata that must be refused without a code."""
    part, name, sender, data = example(game, views=True)
    form = game.mirror.shapes[part][name]
    if game.chance(15) and (part, name) not in PAYABLE:
        game.mirror.refused(part, data, game.cast.stranger, game.sizes(1, 10**18))
        game.mirror.tally["calldata: ether"] += 1
        return
    how = game.pick(SPOILS)
    spoiled = how(game, form, data)
    if spoiled is not None:
        game.mirror.refused(part, spoiled, sender)
        game.mirror.tally[f"calldata: {how.__name__.replace('_', ' ')}"] += 1


@action(2)
def bend(game: Game) -> None:
    """Calldata with bytes behind it, with lists that are elsewhere or cut off: read as the contracts read it."""
    found = game.recent()
    if found is None:
        return
    part, name, sender, args, bold, wei = found
    data = game.mirror.calldata(part, name, args)
    form = game.mirror.shapes[part][name]
    places = lists(form)
    if not places or game.chance(50):
        game.mirror.tally["calldata: bytes behind it"] += 1
        behind = game.random.randbytes(game.between(1, EXTRA))
        game.mirror.call(part, name, sender, *args, sent=data + behind, bold=bold, wei=wei)
        return
    if game.chance(50):
        data = data[: -game.between(1, 200)]
    else:
        offset = game.pick((0, 32, 64, 96, game.between(0, 600), len(data), len(data) - 5, 1 << 16, 1 << 60))
        data = with_word(data, game.pick(places), offset)
    read = lenient(form, data)
    if read is None:
        game.mirror.refused(part, data, sender if sender != game.cast.attacker else game.cast.stranger)
    else:
        told: tuple[Any, ...] = as_model(name, read)
        game.mirror.call(part, name, sender, *told, sent=data, bold=True, wei=wei)
    game.mirror.tally["calldata: bent lists"] += 1


@action(1)
def look(game: Game) -> None:
    """A view, sent as a transaction."""
    part = game.pick([part for part, views in game.mirror.views.items() if views])
    name = game.pick(game.mirror.views[part])
    extra = game.random.randbytes(game.between(1, EXTRA)) if game.chance(30) else b""
    game.mirror.looked_at(part, name, game.anyone(), *arguments(game, part, name, as_they_are=True), extra=extra)
