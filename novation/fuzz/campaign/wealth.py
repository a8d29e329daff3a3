"""What everybody owns: tokens, cash, open profit, fees in escrow and earned, shares and requests."""

from __future__ import annotations

from novation.fixed import WAD
from novation.fuzz.actions import Game
from novation.fuzz.system.facts import MASK_32
from novation.model.view import nav, standing


def wealth(game: Game) -> dict[int, int]:
    """WAD USD by who signs; the rest belongs to the protocol. Rounded down, positions at the adapter's mid; an account
    that owes more than it has is worth nothing, not less."""
    mirror, facts, cast = game.mirror, game.mirror.facts, game.cast
    words, at = facts.words, mirror.slots.index
    owned = dict.fromkeys((*cast.senders, cast.attacker), 0)
    for account in mirror.slots.people:
        signer = game.key(account)
        if account == signer:
            owned[signer] += words[at["units", account]] * WAD // facts.unit
            owned[signer] += max(0, words[at["earned", account]] - 1)
        owned[signer] += max(0, standing(mirror.view, account).margin)  # who owes walks away
    for order in mirror.orders.values():
        owned[game.key(order.account)] += order.fee
    for index in range(game.stage.pools):
        _add_shares(game, index, owned)
    return owned


def _add_shares(game: Game, index: int, owned: dict[int, int]) -> None:
    mirror, facts = game.mirror, game.mirror.facts
    words, at, part = facts.words, mirror.slots.index, f"shares{index or ''}"
    view = mirror.view
    shares = view.shares[index]
    worth = nav(view, view.pools[index])
    settled = words[at["progress", index]] >> 32 & MASK_32
    for holder in mirror.slots.lps_and(index):
        if holder not in owned:
            continue
        held, cash = shares.balances.get(holder, 0), 0
        request = words[at["deposit", index, holder]]
        if request or words[at["redemption", index, holder]]:
            minted, refund, assets, still = mirror.ask(part, "claimable", holder)
            held += minted + still
            cash += refund + assets + (request >> 32 if request & MASK_32 > settled else 0)
        owned[holder] += cash + held * worth // max(1, shares.supply)
