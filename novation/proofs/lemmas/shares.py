"""PoolShares: nobody is paid more than NAV per share."""

from __future__ import annotations

import z3

from novation.proofs.facts import cancel, product_monotone, product_sign, quotient
from novation.proofs.lemma import Proof, lemma
from novation.proofs.translate import Translator
from novation.proofs.values import UINT_MAX, Num, number, ranged

S = "PoolShares"
SHARES = "shares and supply < 2^112 (batch words), NAV < 2^105 WAD, indices within their words; no revert"


def queue(p: Proof) -> tuple[Num, Num, Num, Num, object]:
    """One settlement's redemptions."""
    added, room, nav = p.number("added", 0, 2**112 - 1), p.number("room", 0, 2**105), p.number("nav", 0, 2**105)
    supply, number = p.number("supply", 1, 2**112 - 1), p.number("number", 1, 2**32)
    run = p.run(
        S,
        "PoolShares._redeem",
        number,
        added,
        room,
        nav,
        supply,
        bounds={"PoolShares._queue": (0, UINT_MAX), "PoolShares._paid": (0, 2**220)},
    )
    return added, room, nav, supply, run


@lemma(
    "redeem-nav",
    "Redeemed shares are paid no more than their part of NAV, rounded down; what is not filled rolls "
    "over, no share is lost.",
    SHARES,
    "PoolShares._redeem",
)
def redeem_nav(p: Proof) -> None:
    added, _room, nav, supply, run = queue(p)
    burned, assets, rest = (item.term for item in run.value)  # type: ignore[attr-defined]
    queued = z3.Int("PoolShares._queue") / 2**144 + added.term
    p.use(product_sign, queued, nav)
    p.show(z3.And(burned >= 0, burned + rest == queued, rest >= 0), "the shares")
    p.use(product_sign, burned, nav)
    p.show(assets * supply.term <= burned * nav.term, "NAV")


@lemma(
    "redeem-others",
    "A redemption never lowers the NAV per share of those who stay.",
    "shares and supply < 2^112, NAV < 2^105 WAD; arithmetic upon redeem-nav",
    "PoolShares._redeem",
)
def redeem_others(p: Proof) -> None:
    nav, supply, burned = (
        p.number("nav", 0, 2**105),
        p.number("supply", 1, 2**112 - 1),
        p.number("burned", 0, 2**112 - 1),
    )
    assets = p.number("assets", 0, 2**105)
    p.assume(burned.term <= supply.term, assets.term * supply.term <= burned.term * nav.term)
    p.show((nav.term - assets.term) * supply.term >= nav.term * (supply.term - burned.term))


@lemma(
    "deposit-nav",
    "A deposit's shares are worth no more than its assets at the high NAV, so those who hold shares lose "
    "nothing; there are none below 0.01 USD a share.",
    SHARES,
    "PoolShares.settle",
)
def deposit_nav(p: Proof) -> None:
    minted: list[Num] = []

    def mint(translator: object, arguments: list[Num], state: object) -> Num:
        minted.append(arguments[1])
        return number(0)

    def redeem(*_: object) -> tuple[Num, ...]:
        return tuple(ranged(z3.FreshInt(name), 0, 2**112) for name in ("burned", "assets", "rolled"))

    run = p.run(
        S,
        "PoolShares.settle",
        summaries={"erc20._mint": mint, "PoolShares._redeem": redeem},
        bounds={"erc20.totalSupply": (1, 2**112)},
    )
    low, _, owed, _ = run.returned["mark"][0]
    word = run.returned["account_word"][0].term
    half = z3.If(word >= 2**255, word - 2**256, word)
    nav, supply = half / 2**152 - low.term - owed.term, z3.Int("erc20.totalSupply")
    batches = z3.Array("PoolShares._batches", z3.IntSort(), z3.IntSort())
    batch = z3.Select(batches, ((z3.Int("PoolShares._progress") / 2**32) % 2**32 + 1) % 2)
    assets, m = (batch / 2**40) % 2**104, minted[0].term
    p.assume(m > 0)
    p.have(z3.And(nav > 0, nav * 100 >= supply), "the price")
    p.have(m * nav <= assets * supply, "what they are worth")
    p.show((nav + assets) * supply >= nav * (supply + m), "the others")


@lemma(
    "deposit-parts",
    "What the depositors of a batch claim never exceeds what was minted.",
    "two depositors of any parts (by induction any number); shares, assets < 2^128",
    "PoolShares._minted",
)
def deposit_parts(p: Proof) -> None:
    results = z3.Array("PoolShares._results", z3.IntSort(), z3.IntSort())
    settled, batch = p.number("settled", 1, 2**32 - 1), p.number("batch", 1, 2**32 - 1)
    one, two = p.ints("one two", 1, 2**104 - 1)
    p.assume(batch.term <= settled.term)
    result, (total, minted) = p.word("result", 128, 128)
    p.assume(minted.term > 0, total.term > 0, one.term + two.term <= total.term)
    state = Translator(p.opened(S)).start()
    state.store["PoolShares._results"] = z3.Store(results, batch.term, result.term)
    claims: list[z3.ArithRef] = []
    for part in (one, two):
        word = Num(part.term * 2**32 + batch.term, 2**32, 2**137)
        p.use(quotient, part, batch, 2**32)
        found = p.run(S, "PoolShares._minted", word, settled, state=state).value[0].term
        key = word.term % 2**32
        p.have(key == batch.term, "the batch")
        read = z3.Select(state.store["PoolShares._results"], key)
        p.have(read == result.term, "its result")
        p.have(z3.And(read / 2**128 == minted.term, read % 2**128 == total.term), "minted and assets")
        p.have(found * total.term <= part.term * minted.term, "a part")
        claims.append(found)
    p.use(product_monotone, one.term + two.term, total, minted)
    p.use(cancel, minted, claims[0] + claims[1], total)
    p.show(claims[0] + claims[1] <= minted.term)
