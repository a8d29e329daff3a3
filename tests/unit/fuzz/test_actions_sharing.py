"""Shares as a token: allowances and permits are those of the twin, and a wrong twin is found."""

from __future__ import annotations

import pytest
from coincurve import PrivateKey

from novation.fixed import WAD
from novation.fuzz.actions import Game
from novation.fuzz.actions.lending import balance, closes_at
from novation.fuzz.campaign.stages import Stages
from novation.fuzz.system.cast import SIGNER, SIGNER_KEY
from novation.fuzz.system.lp_token import LpToken, permit_digest
from novation.fuzz.system.mirror import Mismatch


@pytest.fixture(scope="module")
def stages() -> Stages:
    return Stages()


@pytest.fixture
def game(stages: Stages) -> Game:
    """The signer has a thousand shares or so."""
    game = stages.game("local")
    game.call("vault", "deposit", SIGNER, SIGNER, 1_000 * game.unit)
    game.call("shares", "request_deposit", SIGNER, SIGNER, 1_000 * WAD)
    game.until(closes_at(game, 0))
    game.call("shares", "settle", SIGNER)
    game.call("shares", "claim", SIGNER, SIGNER)
    assert balance(game, 0, SIGNER) == 1_000 * WAD
    return game


def signed(game: Game, amount: int, nonce: int = 0) -> tuple[int, int, int, int, int, bytes, bytes]:
    domain = game.mirror.ask("shares", "DOMAIN_SEPARATOR")
    digest = permit_digest(domain, SIGNER, game.cast.stranger, amount, nonce, game.now)
    signature = PrivateKey(SIGNER_KEY).sign_recoverable(digest, hasher=None)
    return SIGNER, game.cast.stranger, amount, game.now, signature[64] + 27, signature[:32], signature[32:64]


def test_allowances(game: Game) -> None:
    owner, taker, other = SIGNER, game.cast.stranger, game.cast.lps[0]
    call = game.call
    assert call("shares", "transferFrom", taker, owner, other, 1).code == "erc20: insufficient allowance"
    assert call("shares", "approve", owner, 0, 1).code == "erc20: approve to the zero address"
    assert call("shares", "approve", owner, taker, 10).ok
    assert call("shares", "transferFrom", taker, owner, 0, 1).code == "erc20: transfer to the zero address"
    assert call("shares", "transferFrom", taker, owner, other, 7).ok
    assert call("shares", "transferFrom", taker, owner, other, 4).code == "erc20: insufficient allowance"
    assert call("shares", "approve", owner, taker, (1 << 256) - 1).ok
    whole = balance(game, 0, owner)
    assert call("shares", "transferFrom", taker, owner, other, whole + 1).code.endswith("exceeds balance")
    own = game.mirror.facts.names["shares"]
    assert call("shares", "transferFrom", taker, owner, own, whole).ok
    assert game.mirror.ask("shares", "allowance", owner, taker) == (1 << 256) - 1
    game.mirror.whole()


def test_a_permit_is_good_once(game: Game) -> None:
    args = signed(game, 5 * WAD)
    assert game.call("shares", "permit", game.cast.owner, *args).ok
    assert game.call("shares", "permit", game.cast.owner, *args).code == "erc20: invalid signature"
    assert game.call("shares", "transferFrom", game.cast.stranger, SIGNER, game.cast.lps[0], 5 * WAD).ok
    game.mirror.whole()


def test_permits_that_are_none(game: Game) -> None:
    owner, spender, amount, deadline, v, r, s = signed(game, 5 * WAD)
    top = b"\xff" * 32
    for args, code in (
        ((owner, spender, amount + 1, deadline, v, r, s), "erc20: invalid signature"),
        ((owner, game.cast.owner, amount, deadline, v, r, s), "erc20: invalid signature"),
        ((game.cast.lps[0], spender, amount, deadline, v, r, s), "erc20: invalid signature"),
        ((owner, spender, amount, deadline, 26, r, s), "ecdsa: invalid signature"),
        ((owner, spender, amount, deadline, v, bytes(32), s), "ecdsa: invalid signature"),
        ((owner, spender, amount, deadline, v, r, top), "ecdsa: invalid signature `s` value"),
        ((owner, spender, amount, deadline - 1, v, r, s), "erc20: expired deadline"),
    ):
        assert game.call("shares", "permit", game.cast.owner, *args).code == code
    game.mirror.whole()


def _approve_in_words(self: LpToken, owner: int, spender: int, amount: int) -> None:
    """Tells it and does not do it."""
    self.env.emit(self.address, "Approval", owner, spender, amount)


def test_an_allowance_that_is_not_spent_is_found(game: Game, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deliberately wrong prediction."""
    monkeypatch.setattr(LpToken, "_approve", _approve_in_words)
    game.call("shares", "approve", SIGNER, game.cast.stranger, 10)
    with pytest.raises(Mismatch):
        game.call("shares", "transferFrom", game.cast.stranger, SIGNER, game.cast.lps[0], 7)


def test_allowances_are_compared_at_the_end(game: Game, monkeypatch: pytest.MonkeyPatch) -> None:
    def one_more(self: LpToken, owner: int, spender: int, amount: int) -> None:
        _approve_in_words(self, owner, spender, amount)
        self.allowances[owner, spender] = amount + 1

    monkeypatch.setattr(LpToken, "_approve", one_more)
    game.call("shares", "approve", SIGNER, game.cast.stranger, 10)
    with pytest.raises(Mismatch, match="allowance"):
        game.mirror.whole()


@pytest.mark.parametrize("name", ["move_shares", "allow_and_take", "permit"])
def test_the_actions_play(game: Game, name: str) -> None:
    for seed in range(80):
        game.play(name, seed)
    game.mirror.whole()
    ended = {code for (external, code), times in game.mirror.counts.items() if external.startswith("shares.") and times}
    assert "" in ended
    assert any(code.startswith(("erc20:", "ecdsa:")) for code in ended)
