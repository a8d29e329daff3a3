"""Which functions are compared with their bytecode, in which harness."""

from __future__ import annotations

from novation.proofs.harness import Host, Subject

_IMPORTS = """
from contracts.modules import market_words
from contracts.modules import perp_fill
from contracts.modules import perp_market
from contracts.modules import perp_math
from contracts.modules import perp_risk
from interfaces import IClearingPool
from interfaces import IOracleAdapter
"""

_VAULT = """
from contracts.modules import ledger
from contracts.modules import margin
from contracts.modules import margin_rules
from contracts.modules import pools
from contracts.modules import roles
from contracts.modules import settlement
from interfaces import IClearingPool
from interfaces import ICollateralVault
from interfaces import IOracleAdapter
from ethereum.ercs import IERC20

initializes: roles
initializes: ledger[roles := roles]
initializes: pools[roles := roles, ledger := ledger]
initializes: margin[ledger := ledger, pools := pools]
initializes: settlement[ledger := ledger, pools := pools, engine := margin]


@deploy
def __init__(token: IERC20):
    roles.__init__(msg.sender, msg.sender)
    ledger.__init__(token)
    margin.__init__(msg.sender)
    settlement.__init__(msg.sender, msg.sender, 5000)
"""

_ORACLE = """
from contracts import OracleAdapter
from contracts.modules import feed_judge
from contracts.modules import feed_words
from interfaces import IOracleAdapter
from interfaces import IPriceSource

initializes: OracleAdapter


@deploy
def __init__():
    OracleAdapter.__init__(msg.sender, msg.sender, empty(address))
"""

_SHARES = """
from contracts import PoolShares

initializes: PoolShares


@deploy
def __init__():
    PoolShares.__init__(msg.sender, msg.sender, 3600, 8000, "Harness", "HARN")
"""


def _plain(module: str, names: str) -> tuple[Subject, ...]:
    return tuple(Subject(f"{module}._{name}") for name in names.split())


_WORDS = ("ledger._words", "account", "uint256")
_SHARES_OF = ("ledger.shares_of", "account", "address")
_DEBTS = ("ledger.debts", "", "uint256")
_STORED, _BROUGHT, _LEVELS, _FEEDS, _LIMITS, _FALLBACKS = (
    (f"OracleAdapter._{name}", "feed", "uint256")
    for name in ("stored", "brought", "levels", "feeds", "limits", "fallbacks")
)
_OBSERVED = (_STORED, _BROUGHT)
_PUSH, _REFERENCE, _FALLBACK = (1 << at for at in (236, 237, 238))  # of a feed's config
_QUEUE = (("PoolShares._queue", "", "uint256"), ("PoolShares._paid", "", "uint256"))

HOSTS = (
    Host(
        "ClearingPool",
        _IMPORTS,
        (
            *_plain(
                "perp_math",
                "floor_div ceil_div clamp accrue fill_cost liability pnl requirement fee share partial",
            ),
            *_plain(
                "market_words",
                "config scale unpack_state pack_interest pack_funding pack_mark size basis pack_position unpack_book "
                "pack_book",
            ),
        ),
    ),
    Host(
        "ClearingPool",
        _IMPORTS,
        (
            *_plain(
                "perp_market",
                "in_force between accrued liability reserve with_size trade_fee maintenance initial",
            ),
            *_plain("perp_risk", "view add_position equity_price"),
            *_plain("perp_fill", "simulate capped part"),
        ),
    ),
    Host(
        "CollateralVault",
        _VAULT,
        (
            *_plain("margin_rules", "add doubtful may_open may_withdraw may_close count"),
            *_plain("ledger", "cash with_cash debit_of owner_key owns"),
            Subject("ledger._store", (_WORDS, _SHARES_OF, _DEBTS), (_WORDS, _DEBTS)),
            Subject("ledger._credit", (_WORDS, _SHARES_OF, _DEBTS), (_WORDS, _DEBTS)),
            *_plain("pools", "address mask gain_weight credit_of"),
            *_plain("margin", "markets with_market"),
            *_plain("settlement", "share"),
        ),
        ("token",),
        (("ledger.UP", 10**12), ("ledger.DOWN", 1)),
    ),
    Host(
        "OracleAdapter",
        _ORACLE,
        (
            *_plain(
                "feed_words",
                "bps seconds flag source mid at heard_at band band_word band_of apart is_apart",
            ),
            *_plain("feed_judge", "unfit confidence gap moved window swing swung moved_at doubted believed"),
            *_plain("OracleAdapter", "is_published is_first price"),
            Subject("OracleAdapter._first_known", _OBSERVED, _OBSERVED),
            Subject("OracleAdapter._brought_for", (_FALLBACKS,), (_FALLBACKS,)),
            Subject("OracleAdapter._keep", (_LEVELS,), (_STORED, _LEVELS)),
            Subject("OracleAdapter._judge", (_LIMITS, _LEVELS), (_LEVELS,), (("config", _REFERENCE),)),
            Subject("OracleAdapter._look", (), (), (("config", _FALLBACK),)),
            Subject("OracleAdapter._seen", (_FEEDS, _STORED), (_STORED,), (("_feeds", _FALLBACK | _PUSH),)),
        ),
        (),
        (("OracleAdapter.UPTIME", 0),),
    ),
    Host(
        "PoolShares",
        _SHARES,
        (
            *_plain("PoolShares", "pack_queue epoch_end"),
            Subject("PoolShares._redeem", _QUEUE, _QUEUE),
        ),
        (),
        (("PoolShares.EPOCH", 3600),),
    ),
)
