"""The attacker's contract: it acts as anybody does, and what it does in one transaction is what it does one by one."""

from __future__ import annotations

import pytest

from novation.fixed import WAD
from novation.fuzz.actions import Game
from novation.fuzz.actions.game import FAR
from novation.fuzz.campaign.stages import Stages
from novation.fuzz.system.mirror import Mismatch
from novation.model.orders import Order
from novation.model.vault import Vault


@pytest.fixture(scope="module")
def stages() -> Stages:
    return Stages()


@pytest.fixture
def game(stages: Stages) -> Game:
    game = stages.game("tight")
    game.play("opening", 3)
    return game


def order(game: Game, size: int) -> Order:
    return Order(game.cast.attacker, 0, size, 0, 0, False, False, WAD, FAR, 0, 0)


def test_the_contract_acts_as_anybody(game: Game) -> None:
    me = game.cast.attacker
    assert game.call("vault", "deposit", me, me, 5_000 * game.unit).ok
    assert game.cash(me) >= 5_000 * WAD
    assert game.call("vault", "withdraw", me, me, game.unit, game.cast.stranger).ok
    assert game.call("vault", "withdraw", me, game.cast.traders[0], game.unit, me).code == "AUTH"
    assert game.call("vault", "withdraw", game.cast.stranger, me, game.unit, me).code == "AUTH"


def test_several_calls_in_one_transaction(game: Game) -> None:
    me = game.cast.attacker
    before = game.cash(me)
    results = game.mirror.together(
        ("vault", "deposit", False, me, 9_000 * game.unit),
        ("orders", "commit", False, order(game, WAD), 0),
        ("vault", "withdraw", True, me, game.unit, me),
        ("vault", "collect", False, 0),
    )
    assert [result.code for result in results] == ["", "", "PENDING", ""]
    assert game.cash(me) == before + 8_999 * WAD
    assert game.mirror.tally["together: done"] == 1


def test_a_transaction_is_all_or_nothing(game: Game) -> None:
    me = game.cast.attacker
    results = game.mirror.together(
        ("vault", "deposit", False, me, game.unit),
        ("vault", "withdraw", False, me, 10**12 * game.unit, me),
        ("vault", "deposit", False, me, game.unit),
    )
    assert [result.code for result in results] == ["", "CASH"]
    assert game.mirror.tally["together: undone"] == 1


@pytest.mark.parametrize("what", ["code", "words"])
def test_another_outcome_of_the_transaction_is_found(game: Game, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """A deliberately wrong prediction: as if something lived as long as a transaction."""
    real = game.mirror.chain.tried

    def tried(*args: object) -> tuple[str | None, bytes, list[int]]:
        code, output, words = real(*args)  # type: ignore[arg-type]
        return ("AUTH" if what == "code" else code), output, [words[0] ^ 1, *words[1:]]

    monkeypatch.setattr(game.mirror.chain, "tried", tried)
    with pytest.raises(Mismatch):
        game.mirror.together(("vault", "deposit", False, game.cast.attacker, game.unit))


def test_another_output_of_a_call_is_found(game: Game, monkeypatch: pytest.MonkeyPatch) -> None:
    real = game.mirror.chain.tried

    def tried(*args: object) -> tuple[str | None, bytes, list[int]]:
        code, output, words = real(*args)  # type: ignore[arg-type]
        return code, (0).to_bytes(32, "big") + output[32:], words  # none of them succeeded

    monkeypatch.setattr(game.mirror.chain, "tried", tried)
    with pytest.raises(Mismatch, match="together"):
        game.mirror.together(("vault", "deposit", False, game.cast.attacker, game.unit))


def test_each_call_of_it_is_held_to_the_model(game: Game, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Vault, "not_pending", lambda self, account: None)
    me = game.cast.attacker
    with pytest.raises(Mismatch, match="PENDING"):
        game.mirror.together(
            ("vault", "deposit", False, me, 9_000 * game.unit),
            ("orders", "commit", False, order(game, WAD), 0),
            ("vault", "withdraw", True, me, game.unit, me),
        )


def test_moves_can_be_repeated(stages: Stages, game: Game) -> None:
    for seed in range(12):
        game.play("atomically", seed)
        game.play("wash", seed)
        game.play("spoil", seed)
        game.play("starve", seed)
    words = list(game.mirror.facts.words)
    moves = stages.trail("tight")
    assert stages.repeat("tight", moves) is None
    assert game.mirror.facts.words == words


def test_they_do_something(game: Game) -> None:
    """Both ends are met, and a sandwich fills in one transaction."""
    game.mirror.tally.clear()
    for seed in range(120):
        game.play("atomically", seed)
        game.play("wash", seed)
        game.play("trade", seed)
        game.play("cancel", seed)
    assert game.mirror.tally["together: done"] > 20
    assert game.mirror.tally["together: undone"] > 20
    assert sum(times for what, times in game.mirror.tally.items() if what.startswith("fill: ")) > 50
