"""The lemmas, a group a module; importing this registers them."""

from novation.proofs.lemmas import (
    books,
    fills,
    funding,
    markets,
    maths,
    packing,
    requirements,
    risk,
    rules,
    settling,
    shares,
    trades,
)

GROUPS = (maths, funding, requirements, markets, packing, rules, risk, fills, books, trades, settling, shares)
