"""What makes the engine fast leaves no hole: a planted violation is found wherever it is, and remembered prices are
the adapter's."""

from __future__ import annotations

from typing import Any

import pytest

from novation.chain.revm import START
from novation.fuzz.actions import Game
from novation.fuzz.campaign.author import Author
from novation.fuzz.campaign.stages import Stages
from novation.fuzz.system.slots import LATER
from novation.model import invariants, registry
from novation.model.feeds import Price
from novation.model.invariants import INVARIANTS, Violation, check_state
from novation.model.view import View

KINDS = {"interest": 1, "mark": 1 << 112, "funding": (1 << 110) - 1, "book": 1}  # and what is added to such a word


@pytest.fixture(scope="module")
def stages() -> Stages:
    return Stages(modelled=False)


@pytest.fixture
def game(stages: Stages) -> Game:
    game = stages.game("tight")
    game.play("opening", 3)
    for seed in range(25):
        game.play("open_anew", seed)
    return game


def plant(game: Game, key: tuple[Any, ...], change: int) -> None:
    """Another word on the chain."""
    at = game.mirror.slots.index[key]
    address, slot = game.mirror.places[at]
    word = (game.mirror.facts.words[at] + change) % (1 << 256)
    game.stage.chain._evm.insert_account_storage(address, slot, word)


def planted(game: Game) -> list[tuple[tuple[Any, ...], int]]:
    """Every word of every pool that an invariant speaks of, with a change that breaks it."""
    found: list[tuple[tuple[Any, ...], int]] = []
    for key in game.mirror.slots.keys:
        if key[0] in KINDS and LATER not in key:
            found.append((key, KINDS[key[0]]))
        elif key[0] == "position" and game.position(key[1], key[2]).size:
            found.append((key, 1))
    return found


def test_a_violation_planted_anywhere_is_found_by_any_call(stages: Stages, game: Game) -> None:
    """Also by one that touches no pool: a planted word is a changed one."""
    seen = set()
    everything = planted(game)
    assert {key[0] for key, _ in everything} == {*KINDS, "position"}
    for key, change in everything:
        mark = game.stage.chain.snapshot()
        plant(game, key, change)
        with pytest.raises(Violation) as caught:
            game.call("vault", "deposit", game.cast.traders[0], game.cast.traders[0], game.unit)
        seen.add(caught.value.number)
        game.stage.chain.restore(mark)
        game.mirror.facts.totals[0] -= 10**18
        game.mirror.facts.rebase(game.mirror.fresh())
    assert {6, 7, 9} <= seen


def test_what_is_looked_at_in_part_is_the_same_as_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over whole stories with an invariant that fails now and then: both ways find it at the same call."""
    checks: list[tuple[bool, bool]] = []

    def fails(view: View, touched: View | None) -> bool:
        try:
            check_state(view, touched)
        except Violation:
            return True
        return False

    def both(view: View, touched: View | None = None) -> None:
        checks.append((fails(view, None), fails(view, touched)))

    item = next(item for item in INVARIANTS if item.number == 14)
    odd = item._replace(
        state=lambda view: (f"{m}" for p in view.pools for m, s in p.markets.items() if (s.accrued_at - START) % 7 == 3)
    )
    monkeypatch.setattr(registry, "INVARIANTS", [odd if found is item else found for found in INVARIANTS])
    monkeypatch.setattr(invariants, "check_state", both)
    stages, author = Stages(modelled=False), Author(4)
    stages.warm(("tight", "local", "wide", "hostile"))
    found = 0
    for _ in range(8):
        checks.clear()
        assert stages.play(author.story(), whole=False) is None
        first = [next((at for at, ends in enumerate(checks) if ends[way]), -1) for way in (0, 1)]
        assert first[0] == first[1]
        found += first[0] >= 0
    assert found > 3


def test_remembered_prices_are_the_adapter_s() -> None:
    stages, author = Stages(modelled=False), Author(9)
    compared = 0
    while compared < 500:  # another set of actions makes other stories
        story = author.story()
        game = stages.game(story.world)
        for name, seed in story.steps:
            game.play(name, seed)
            for market, price in game.mirror.prices.items():
                assert price == Price(*game.mirror.ask("oracle", "read", market)), (name, market)
                compared += 1


def test_an_owner_who_is_guardian_too_may_loosen(stages: Stages) -> None:
    """Another guardian may not, whatever the contracts let him do."""
    game = stages.game("tight")
    owner, mirror = game.owner("oracle"), game.mirror
    game.play("opening", 3)
    for guardian in (owner, game.cast.guardian):
        assert mirror.call("oracle", "set_guardian", owner, guardian).ok
        for status in (2, 1):
            assert mirror.call("oracle", "set_status", owner, 0, status).ok
    assert mirror.call("oracle", "set_status", owner, 0, 2).ok
    assert mirror.call("oracle", "set_status", game.cast.guardian, 0, 1).code == "AUTH"
