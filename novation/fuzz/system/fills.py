"""What a call did, out of its logs: fills for the step invariants, what liquidations left, how orders ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from novation.chain.abi import Interface
from novation.chain.compiler import compile_all
from novation.fixed import PPM, WAD, unpack
from novation.fuzz.system.engine import Log
from novation.fuzz.system.worlds import SECOND
from novation.model import words
from novation.model.market import EMPTY, Market, Position, change, in_force, pnl, requirement
from novation.model.marks import Fill, Filled
from novation.model.view import PoolView, View


def _topics() -> dict[str, bytes]:
    """Topics of the events that are read here."""
    found = {}
    for contract in ("CollateralVault", "ClearingPool", "OrderModule"):
        for topic, event in Interface(compile_all([contract])[contract].abi).events.items():
            found[f"{contract}.{event.name}"] = topic
    return found


@dataclass
class Deeds:
    """Of one call: fills in order, how orders ended ("" filled), of each liquidation the account and the market, the
    deficit and what insurance had after it, and what treasury and insurance collected (WAD USD)."""

    fills: list[Filled] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    deficits: list[int] = field(default_factory=list)
    insurance: list[int] = field(default_factory=list)
    pairs: list[tuple[int, int]] = field(default_factory=list)
    collected: int = 0

    @property
    def liquidated(self) -> int:
        """How many liquidations."""
        return len(self.pairs)


class Reader:
    """Reads logs."""

    def __init__(self) -> None:
        topics = _topics()
        self.filled = topics["ClearingPool.Filled"]
        self.executed = topics["OrderModule.Executed"]
        self.collected = topics["CollateralVault.Collected"]
        self.liquidated = topics["CollateralVault.Liquidated"]
        self.books = {
            topics[f"ClearingPool.{name}"]: at for name, at in (("Marked", 3), ("Realised", 3), ("Collected", 1))
        }

    def read(self, logs: Sequence[Log], before: View, liquidation: bool) -> Deeds:
        """The deeds of a call on a state; `liquidation` if fills are liquidations."""
        deeds = Deeds()
        books = {pool.address: pool.book.owed for pool in before.pools}
        positions: dict[tuple[int, int], Position] = {}
        markets: dict[int, Market] = {}
        for address, topics, data in logs:
            topic = topics[0]
            if topic == self.filled:
                self._fill(deeds, int(address, 16), topics, data, before, books, positions, markets, liquidation)
            elif topic in self.books:
                at = self.books[topic]
                books[int(address, 16)] = _word(data, at) >> 200
            elif topic == self.executed:
                size = _word(data, 2)
                deeds.codes.append(data[96 : 96 + size].decode())
            elif topic == self.collected:
                deeds.collected += _word(data, 0) + _word(data, 1)
            elif topic == self.liquidated:
                deeds.pairs.append((int.from_bytes(topics[1], "big"), int.from_bytes(topics[2], "big")))
                deeds.deficits.append(_word(data, 2))
                deeds.insurance.append(_word(data, 3))
        return deeds

    def _fill(
        self,
        deeds: Deeds,
        pool_address: int,
        topics: Sequence[bytes],
        data: bytes,
        before: View,
        books: dict[int, int],
        positions: dict[tuple[int, int], Position],
        markets: dict[int, Market],
        liquidation: bool,
    ) -> None:
        account, market = int.from_bytes(topics[1], "big"), int.from_bytes(topics[2], "big")
        price, charge = _word(data, 0), _word(data, 1)
        new = Position(*unpack(_word(data, 2), words.POSITION))
        long, short, at = unpack(_word(data, 3), words.INTEREST)
        rate, funding = unpack(_word(data, 4), words.FUNDING)
        mark, basis = unpack(_word(data, 5), words.MARK)
        owed = _word(data, 6) >> 200
        pool = before.pools[market // SECOND]
        old = positions.get((account, market)) or pool.positions.get((account, market), EMPTY)
        state = markets.get(market) or pool.markets[market]
        after = Market(long, short, at, funding, rate, mark, basis)
        fill = _rebuild(pool, market, before.now, old, new, state, after, price, charge)
        if liquidation:
            fee = -(-abs(fill.delta) * price * pool.configs[market].taker_fee // (PPM * WAD))
            fill = fill._replace(penalty=charge - fee)
        deeds.fills.append(Filled(pool_address, account, market, fill, owed - books[pool_address], mark))
        books[pool_address] = owed
        positions[account, market] = new
        markets[market] = after


def _rebuild(
    pool: PoolView,
    market: int,
    now: int,
    old: Position,
    new: Position,
    state: Market,
    after: Market,
    price: int,
    charge: int,
) -> Fill:
    """A fill out of the words before and after it, without penalty. `now` is the time of the call."""
    config = pool.configs[market]
    delta = new.size - old.size
    done = change(old, delta, price, after.funding, config.skew_scale, state.skew)
    cash = done.realised - charge
    scale, slope = config.skew_scale, config.slope
    ratio = in_force(config, pool.ramps.get(market), now)[0]
    health = cash + pnl(new.size, new.basis, after.price, after.funding)
    health -= pnl(old.size, old.basis, after.price, after.funding)
    health += requirement(scale, old.size, after.price, ratio, slope, abs(old.size))
    health -= requirement(scale, new.size, after.price, ratio, slope, abs(new.size))
    opening = old.size == 0 or (old.size > 0) == (delta > 0) or abs(delta) > abs(old.size)
    return Fill(new.size, delta, cash, charge, 0, health, opening, price)


def _word(data: bytes, at: int) -> int:
    return int.from_bytes(data[32 * at : 32 * at + 32], "big")
