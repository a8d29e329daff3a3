"""Points at which the model is compared with the bytecode: boundaries, powers of two, all magnitudes, real life."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from novation.proofs.expressions import code_number

NOW = 1_760_000_000

# What a variable of this name (the last part of it) is like in a living market, in all modules or in the one before it;
# None: by its type alone.
REALISTIC: Mapping[str, tuple[int, int]] = {
    "size": (-(10**24), 10**24),
    "after": (-(10**24), 10**24),
    "delta": (-(10**23), 10**23),
    "skew": (-(10**24), 10**24),
    "long": (0, 10**24),
    "short": (0, 10**24),
    "scale": (10**20, 10**26),
    "price": (10**14, 10**23),
    "low": (10**14, 10**23),
    "mid": (10**14, 10**23),
    "high": (10**14, 10**23),
    "funding": (-(10**22), 10**22),
    "rate": (-(10**30), 10**30),
    "rate_max": (10**29, 10**31),
    "velocity": (0, 10**28),
    "dt": (0, 10**7),
    "basis": (-(10**26), 10**26),
    "ratio": (0, 10_000),
    "slope": (0, 30_000),
    "load": (0, 10**24),
    "lowering": (0, 10**22),
    "maker": (0, 5_000),
    "taker": (0, 5_000),
    "spread": (0, 10_000),
    "factor": (0, 10_000),
    "shortfall": (1, 10**24),
    "ratio8": (10**6, 10**8),
    "slope8": (0, 10**9),
    "cost8": (0, 10**7),
    "accrued_at": (NOW - 10**7, NOW),
    "changed_at": (NOW - 10**7, NOW),
    "published_at": (NOW - 10**4, NOW),
    "flagged_at": (NOW - 1000, NOW),
    "elapsed": (0, 3600),
    "duration": (1, 86_400),
    "old": (0, 10_000),
    "new": (0, 10_000),
    "acceptable": (0, 10**23),
    "status": (1, 8),
    "min_notional": (1, 10**21),
    "protocol_share": (0, 5_000),
    "utilisation": (1, 10_000),
    "pool_cash": (-(10**23), 10**26),
    "margin": (-(10**22), 10**24),
    "maintenance": (1, 10**24),
    "buffer": (1, 10_000),
    "share_floor": (0, 5_000),
    "share_ceiling": (5_000, 10_000),
    "ramp": (1, 10_000),
    "liability": (-(10**27), 10**27),
    "reserve": (0, 10**27),
    "owed": (0, 10**15),
    "cash": (-(10**27), 10**27),
    "amount": (-(10**26), 10**26),
    "gains": (0, 10**26),
    "losses": (0, 10**26),
    "initial": (0, 10**25),
    "equity": (-(10**26), 10**26),
    "counted": (0, 10**26),
    "credit": (0, 10**24),
    "gain_weight": (0, 10_000),
    "health": (-(10**20), 10**22),
    "market": (0, 31),
    "at": (0, 255),
    "answer": (1, 10**14),
    "decimals": (0, 40),
    "added": (0, 10**24),
    "room": (0, 10**26),
    "nav": (1, 10**26),
    "supply": (10**21, 10**26),
    "PoolShares._paid": (0, 10**60),
    "number": (1, 1000),
    "rolled": (0, 10**26),
    "generation": (0, 2**24 - 1),
    "left": (10**18, 10**36),
    "feed_judge.at": (NOW - 10**4, NOW + 10**4),
    "feed_judge.breaker": (0, 86_400),
    "feed_judge.number": (NOW // 3600 - 1, NOW // 3600 + 1),
    "confidence": (0, 10**21),
    "previous_at": (NOW - 10**5, NOW),
    "other": (10**14, 10**23),
    "limit": (0, 10_000),
    "mantissa": (0, 2**14),
    "exponent": (0, 64),
    "_levels": (10**14, 10**23),
    "due": (NOW - 10**5, NOW),
    "end": (NOW, NOW + 10**4),
}
PRICE = (112, 10**23), (40, NOW)
FLAGS = ((1, 1),) * 3
STORED = (*PRICE, (20, 600), (14, 500), (14, 500), (20, 600), (20, 600), (1, 1), (15, 600))
CONFIG = (*((160, 2**160 - 1), (20, 300), (20, 3600), (14, 500), (20, 3600), (2, 1)), *FLAGS)
LIMITS = (
    *((14, 9999), (6, 17), (14, 9999), (6, 21), (14, 500), (14, 500), (14, 500), (14, 500)),
    *((20, 3600), (20, 3600), (20, 3600)),
)
# Of which more prices are young enough and within the band.
OLD = (CONFIG[0], (20, 60_000), (20, 200_000), *CONFIG[3:])
WIDE = ((14, 9999), (6, 10), (14, 9999), (6, 24), (14, 9999), *LIMITS[5:])
# Fields of words, low bits first: (bits, most of a realistic value); a name may be one module's.
WORDS: Mapping[str, tuple[tuple[int, int], ...]] = {
    "config": (
        (56, 10**11),
        (16, 1000),
        (16, 500),
        (16, 30_000),
        (16, 500),
        (16, 900),
        (16, 500),
        (16, 200),
        (16, 10_000),
        (16, 300),
        (24, 10**6),
        (24, 2**23),
        (8, 3),
    ),
    "ramp_word": ((16, 1000), (16, 500), (40, NOW), (40, NOW + 10**5)),
    "interest": ((104, 10**24), (104, 10**24), (40, NOW)),
    "position": ((104, 10**24), (112, 10**26), (40, NOW)),
    "book": ((104, 10**26), (96, 10**26), (56, 10**15)),
    "queue": ((120, 10**36), (24, 1000), (112, 10**25)),
    "feed_judge.config": CONFIG,
    "limits": LIMITS,
    "stored": STORED,
    "feed_words.word": STORED,
    **{f"OracleAdapter.{name}": (*PRICE, (20, 10**5), (14, 500)) for name in ("word", "known", "_brought")},
    "OracleAdapter.stored": (*STORED[:-1], (15, 2)),
    "OracleAdapter._stored": STORED,
    "OracleAdapter.config": OLD,
    "OracleAdapter._feeds": OLD,
    "OracleAdapter._limits": WIDE,
    "OracleAdapter._fallbacks": ((160, 2**160 - 1), (20, 3600), (14, 500)),
    "feed_judge.anchor": (*PRICE, (40, NOW)),
    "feed_judge.word": ((112, 10**23), (112, 10**23), (32, NOW // 3600)),
}
# Values of which there are few.
FEW: Mapping[str, tuple[str, ...]] = {"reason": ("", "BAND", "WIDE", "APART", "MOVE")}
ALIASES = {"PoolShares._queue": "queue"}


def column(name: str, low: int, high: int, count: int, random: Random, module: str = "") -> list[int]:
    """Values of one variable (of a function in that module) within its type: a fifth at boundaries, a fifth of any
    magnitude, the rest realistic."""
    short = name.rpartition(".")[2]
    own = f"{module}.{short}"
    if short in FEW:
        return [code_number(random.choice(FEW[short])) for _ in range(count)]
    values = []
    edges = sorted({low, low + 1, high, high - 1, 0, 1, 2, *((-1, -2) if low < 0 else ())})
    edges = [value for value in edges if low <= value <= high]
    span = REALISTIC.get(own) or REALISTIC.get(name) or REALISTIC.get(short)
    fields = WORDS.get(own) or WORDS.get(ALIASES.get(name, short))
    for _ in range(count):
        draw = random.random()
        if draw < 0.08:
            value = random.choice(edges)
        elif draw < 0.2:
            value = (1 << random.randrange(max(1, high.bit_length()))) + random.choice((-1, 0, 1))
            value = -value if low < 0 and random.random() < 0.5 else value
        elif draw < 0.35 or (span is None and fields is None):
            value = random.getrandbits(random.randrange(1, high.bit_length() + 1)) if high else 0
            value = -value if low < 0 and random.random() < 0.5 else value
        elif fields is not None:
            value = _word(fields, random)
        else:
            least, most = span or (low, high)
            value = random.randint(least, most) if random.random() < 0.6 else _magnitude(least, most, random)
        values.append(min(max(value, low), high))
    return values


def _magnitude(low: int, high: int, random: Random) -> int:
    """Small as likely as large."""
    value = random.getrandbits(random.randrange(1, max(2, high.bit_length() + 1)))
    value = min(value, high)
    return -value if low < 0 and random.random() < 0.5 else max(value, low)


def _word(fields: tuple[tuple[int, int], ...], random: Random) -> int:
    word = at = 0
    for bits, most in fields:
        value = most - random.randrange(0, 10**5) if most >= NOW and bits == 40 else random.randint(0, most)
        if bits in (104, 112) and random.random() < 0.3:
            value = -value % 2**bits
        word |= value << at
        at += bits
    return word
