"""A hostile settlement token: every mode has the outcome that the twin predicts, and a wrong twin is found."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest

from novation.fixed import WAD
from novation.fuzz.actions import Game
from novation.fuzz.campaign.stages import Stages
from novation.fuzz.system import hostile as h
from novation.fuzz.system.mirror import Mismatch
from novation.model.ledger import Token

# Switch: how a deposit and how a withdrawal end ("?" without a code).
SWITCHES = {
    h.FEE: ("TOKEN", ""),
    h.REFUSE: ("TOKEN", "TOKEN"),
    h.SILENT: ("", ""),
    h.PAUSED: ("PAUSED", "PAUSED"),
    h.LIE: ("TOKEN", ""),
    h.BONUS: ("TOKEN", ""),
    h.BURN: ("?", "?"),
    h.BOMB: ("", ""),
    h.NUMBER: ("?", "?"),
    h.BYTE: ("?", "?"),
    h.REVERT_BOMB: ("ERROR_00000000", "ERROR_00000000"),
}
BALANCES = {
    h.SEVEN: "TOKEN",
    h.RISING: "TOKEN",
    h.FALLING: "?",
    h.NO_BALANCE: "BALANCE",
    h.NOTHING: "?",
    h.BURN_BALANCE: "?",
    h.BOMB_BALANCE: "",
}


@pytest.fixture(scope="module")
def stages() -> Stages:
    return Stages()


@pytest.fixture
def game(stages: Stages) -> Game:
    game = stages.game("hostile")
    for account in (game.cast.traders[0], game.cast.attacker):
        game.call("vault", "deposit", game.key(account), account, 1_000 * game.unit)
    return game


def both(game: Game, account: int) -> tuple[str, str]:
    """A deposit's and a withdrawal's code."""
    key = game.key(account)
    paid_in = game.call("vault", "deposit", key, account, 500 * game.unit).code
    return paid_in, game.call("vault", "withdraw", key, account, 100 * game.unit, key).code


@pytest.mark.parametrize("switch", SWITCHES)
def test_transfers_that_are_none(game: Game, switch: int) -> None:
    game.mirror.misbehave(switch)
    assert both(game, game.cast.traders[0]) == SWITCHES[switch]
    assert both(game, game.cast.attacker) == SWITCHES[switch]
    game.mirror.misbehave(0)
    assert both(game, game.cast.traders[0]) == ("", "")
    game.mirror.whole()


@pytest.mark.parametrize("mode", BALANCES)
def test_balances_that_lie(game: Game, mode: int) -> None:
    game.mirror.misbehave(0, mode)
    assert both(game, game.cast.traders[0]) == (BALANCES[mode], "")  # a withdrawal asks for no balance
    game.mirror.whole()


@pytest.mark.parametrize("switch", [switch for switch, codes in SWITCHES.items() if codes != ("", "")])
def test_a_twin_that_does_not_know_is_found(game: Game, monkeypatch: pytest.MonkeyPatch, switch: int) -> None:
    """A deliberately wrong prediction: a plain token."""
    monkeypatch.setattr(h.HostileTwin, "move", Token.move)
    game.mirror.misbehave(switch)
    with pytest.raises(Mismatch):
        both(game, game.cast.traders[0])


@pytest.mark.parametrize("mode", [mode for mode, code in BALANCES.items() if code])
def test_a_twin_that_believes_balances_is_found(game: Game, monkeypatch: pytest.MonkeyPatch, mode: int) -> None:
    monkeypatch.setattr(h.HostileTwin, "_seen", lambda self, holder: self.balances.get(holder, 0))
    game.mirror.misbehave(0, mode)
    with pytest.raises(Mismatch):
        both(game, game.cast.traders[0])


def vault_calls(game: Game) -> list[tuple[str, str, tuple[Any, ...]]]:
    me = game.cast.attacker
    return [
        ("vault", "deposit", (me, game.unit)),
        ("vault", "withdraw", (me, game.unit, me)),
        ("vault", "exit", (me, me)),
        ("vault", "transfer", (me, game.cast.stranger, WAD)),
        ("vault", "transfer_many", ([(me, game.cast.stranger, WAD)],)),
        ("shares", "request_deposit", (me, WAD)),
        ("vault", "collect", (0,)),
        ("vault", "set_operator", (game.cast.stranger, 3, me, 1 << 39)),
    ]


@pytest.mark.parametrize("switch", [h.REENTER, h.REENTER_FIRST, h.REENTER | h.REENTER_FIRST])
@pytest.mark.parametrize("door", ["deposit", "withdraw", "exit"])
def test_the_lock_refuses_all_and_lets_others_be(game: Game, door: str, switch: int) -> None:
    account = game.cast.traders[0]
    key = game.key(account)
    market = game.markets[0]
    plan = [*vault_calls(game)[:6], ("pool", "poke", (market,)), ("oracle", "observe", (market,))]
    game.mirror.plan(*plan)
    game.mirror.misbehave(switch)
    args = {"deposit": (account, game.unit), "withdraw": (account, game.unit, key), "exit": (account, key)}[door]
    game.warp(5)
    game.refresh_all()
    assert game.call("vault", door, key, *args).ok
    assert game.mirror.reentered() == [False] * 6 + [True] * 2
    game.mirror.whole()


def test_every_call_of_the_plan_passes_from_outside(game: Game) -> None:
    """Else its refusal would say nothing."""
    for at, (part, name, args) in enumerate(vault_calls(game)):
        if name == "exit":
            continue  # nothing would be left for the others
        assert game.call(part, name, game.cast.attacker, *args).ok, at


def test_a_lock_that_lets_through_is_found(game: Game, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deliberately wrong prediction: in the model the vault can be entered again."""
    monkeypatch.setattr(h.HostileTwin, "_lock", lambda self: nullcontext())
    game.mirror.plan(("shares", "request_deposit", (game.cast.attacker, WAD)))
    game.mirror.misbehave(h.REENTER)
    with pytest.raises(Mismatch):
        both(game, game.cast.traders[0])


def test_orders_that_a_reentry_fires_are_remembered(game: Game) -> None:
    game.play("opening", 3)
    met = 0
    for seed in range(160):
        game.play("trade", seed)
        game.play("reenter", seed)
        game.play("misbehave", seed)
        met = max(met, game.mirror.tally["reentry: done"])
    assert met > 10
    assert game.mirror.tally["reentry: refused"] > 50
    game.mirror.whole()
