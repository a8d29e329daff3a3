"""LP shares as a token: transfers, allowances, permits."""

from __future__ import annotations

from coincurve import PrivateKey

from novation.fuzz.actions.game import Game, action
from novation.fuzz.actions.lending import balance, pool
from novation.fuzz.system.cast import SIGNER, SIGNER_KEY
from novation.fuzz.system.lp_token import permit_digest

TOP = (1 << 256) - 1


def holder(game: Game, index: int) -> int:
    """Who may hold shares; nobody now and then."""
    return game.pick((*game.mirror.slots.lps_and(index), 0)) if game.chance(30) else game.pick(game.cast.lps)


def some(game: Game, held: int) -> int:
    """Around what somebody holds."""
    return game.pick((held, held // 3, 1, 0, held + 1, game.sizes(1, max(2, held)), TOP))


@action(1)
def move_shares(game: Game) -> None:
    """To another LP, to the contract itself, to nobody."""
    index, part = pool(game)
    owner = game.pick(game.cast.lps)
    game.call(part, "transfer", owner, holder(game, index), some(game, balance(game, index, owner)))


@action(2)
def allow_and_take(game: Game) -> None:
    """An allowance, and transfers by whoever has it or has not."""
    index, part = pool(game)
    owner, spender = game.pick(game.cast.lps), game.pick((*game.cast.lps, game.cast.stranger, game.cast.operator))
    held = balance(game, index, owner)
    if game.chance(70):
        game.call(part, "approve", owner, spender if game.chance(95) else 0, some(game, held))
    for _ in range(game.between(1, 3)):
        source = owner if game.chance(85) else holder(game, index)
        game.call(part, "transferFrom", spender, source, holder(game, index), some(game, balance(game, index, source)))


@action(1)
def permit(game: Game) -> None:
    """A signed allowance: good, old, of another, for another, used twice, bent."""
    index, part = pool(game)
    spender = game.pick((game.cast.stranger, game.cast.operator, *game.cast.lps))
    amount = some(game, balance(game, index, SIGNER))
    deadline = game.now + game.pick((0, 60, TOP - game.now, -1))
    nonce = game.mirror.ask(part, "nonces", SIGNER) + (game.pick((0, 0, 1)) if game.chance(20) else 0)
    domain = game.mirror.ask(part, "DOMAIN_SEPARATOR")
    digest = permit_digest(domain, SIGNER, spender, amount, nonce, deadline)
    signature = PrivateKey(SIGNER_KEY).sign_recoverable(digest, hasher=None)
    r, s, v = signature[:32], signature[32:64], signature[64] + 27
    owner = SIGNER
    roll = game.between(0, 9)
    if roll == 0:
        owner = game.pick(game.cast.lps)
    elif roll == 1:
        v = game.pick((0, 1, 26, 29, 55 - v))
    elif roll == 2:
        s = game.random.randbytes(32)
    elif roll == 3:
        r = game.pick((bytes(32), b"\xff" * 32, game.random.randbytes(32)))
    elif roll == 4:
        amount = amount + 1 if amount < TOP else 0
    args = (owner, spender, amount, deadline, v, r, s)
    game.call(part, "permit", game.anyone(), *args)
    if game.chance(30):
        game.call(part, "permit", game.anyone(), *args)
    if game.chance(60):
        to = game.pick(game.cast.lps)
        game.call(part, "transferFrom", spender, SIGNER, to, some(game, balance(game, index, SIGNER)))
