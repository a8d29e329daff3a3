"""Where every word of a system is in storage, by a readable key, whatever the order of the variables is.

Keys: ("account", address), ("position", address, market), ("interest", market), ...; the list is fixed for a stage, so
that a state is one list of integers. What grows without bound (results of settled batches) is in `History`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from novation.chain.abi import mapping_slot
from novation.chain.compiler import compile_all
from novation.fuzz.system.engine import Place
from novation.fuzz.system.worlds import SECOND, Stage, number, text

Key = tuple[Any, ...]
MARKET_WORDS = ("config", "ramp", "interest", "funding", "mark")
VARIABLES = {name: f"_{name}" for name in ("limits", "stored", "brought")}  # others have the plural
ORDER_SLOTS = (0, 1, 2, 15)  # those that are played with
FEED_WORDS = ("feed", "limits", "reference", "fallback", "stored", "anchor", "brought", "level")


@cache
def _slots_of(contract: str) -> dict[str, int]:
    """Slots of a contract's variables; the sources are not expected to change meanwhile."""
    slots: dict[str, int] = {}
    for name, entry in compile_all([contract])[contract].layout["storage_layout"].items():
        inner = {name: entry} if "slot" in entry else entry
        for variable, place in inner.items():
            slots[variable] = place["slot"]
    return slots


class Layout:
    """Slots of one contract's variables by name, those of its modules included."""

    def __init__(self, contract: str) -> None:
        self.slots = _slots_of(contract)

    def at(self, variable: str, *keys: int | str) -> int:
        """The slot of a variable or of a mapping's value. @raises KeyError for an unknown name."""
        return mapping_slot(self.slots[variable], *keys)


LATER = 14  # a market of the first pool that is not listed by the deployment


class Slots:
    """All words of a stage."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.layouts = {
            name: Layout(contract)
            for name, contract in (
                ("vault", "CollateralVault"),
                ("oracle", "OracleAdapter"),
                ("orders", "OrderModule"),
                ("token", "HostileToken" if stage.world.hostile else "MockToken"),
                ("pool", "ClearingPool"),
                ("shares", "PoolShares"),
            )
        }
        cast = stage.cast
        own = (cast.owner, cast.guardian, cast.treasury, *cast.traders, *cast.lps, *cast.keepers)
        people = (*own, cast.liquidator, cast.operator, cast.whale, cast.stranger)
        contracts = tuple(number(c) for name, c in stage.contracts.items() if name not in ("lens", "token"))
        self.people = tuple(dict.fromkeys(people))
        self.holders = tuple(dict.fromkeys((*people, *contracts)))
        self.markets = (*(market.number for market in stage.world.markets), LATER)
        self.keys: list[Key] = []
        self.places: list[Place] = []
        for key, place in self._all():
            self.keys.append(key)
            self.places.append(place)
        self.index = {key: index for index, key in enumerate(self.keys)}

    def _place(self, part: str, variable: str, *keys: int | str, plus: int = 0) -> Place:
        kind = part.rstrip("01")
        return self.stage.contracts[part].address, self.layouts[kind].at(variable, *keys) + plus

    def _all(self) -> Iterator[tuple[Key, Place]]:
        yield from self._vault()
        yield from self._oracle()
        yield from self._orders()
        for index in range(self.stage.pools):
            yield from self._pool(index, f"pool{index or ''}")
            yield from self._shares(index, f"shares{index or ''}")
        for part in ("vault", "oracle", *(f"pool{index or ''}" for index in range(self.stage.pools))):
            for role in ("owner", "pending_owner", "guardian"):
                yield (role, part), self._place(part, role)

    def _vault(self) -> Iterator[tuple[Key, Place]]:
        units = "_balances" if self.stage.world.hostile else "balanceOf"
        for account in self.holders:
            yield ("account", account), self._place("vault", "_words", text(account))
            yield ("units", account), self._place("token", units, text(account))
        yield ("debts",), self._place("vault", "debts")
        yield ("paused",), self._place("vault", "_paused")
        for index in range(4):
            yield ("pool", index), self._place("vault", "_pools", plus=index)
        for contract in self.stage.contracts.values():
            yield ("module", number(contract)), self._place("vault", "is_module", contract.address)
        for owner in dict.fromkeys(account >> 8 for account in self.people):
            for operator in (self.stage.cast.operator, self.stage.cast.stranger):
                yield ("grant", owner, operator), self._place("vault", "_operators", owner, text(operator))

    def _oracle(self) -> Iterator[tuple[Key, Place]]:
        for market in self.markets:
            for name in FEED_WORDS:
                yield (name, market), self._place("oracle", VARIABLES.get(name, f"_{name}s"), market)
            for parity in (0, 1):
                yield ("swing", market, parity), self._place("oracle", "_swings", market, plus=parity)

    def _orders(self) -> Iterator[tuple[Key, Place]]:
        for account in self.stage.cast.traders:
            for slot in ORDER_SLOTS:
                yield ("slot", account, slot), self._place("orders", "_slots", text(account), plus=slot)
        for keeper in self.people:
            yield ("earned", keeper), self._place("orders", "_earned", text(keeper))

    def _pool(self, index: int, part: str) -> Iterator[tuple[Key, Place]]:
        yield ("book", index), self._place(part, "_book")
        yield ("listed", index), self._place(part, "_listed")
        for market in self.markets:
            if market // SECOND != index:
                continue
            for name in MARKET_WORDS:
                yield (name, market), self._place(part, f"_{name}s", plus=market)
            for account in self.stage.cast.traders:
                slot = self.layouts["pool"].at("_positions", text(account), market)
                yield ("position", account, market), (self.stage.contracts[part].address, slot)

    def _shares(self, index: int, part: str) -> Iterator[tuple[Key, Place]]:
        yield ("supply", index), self._place(part, "totalSupply")
        yield ("progress", index), self._place(part, "_progress")
        yield ("queue", index), self._place(part, "_queue")
        yield ("paid", index), self._place(part, "_paid")
        for parity in (0, 1):
            yield ("batch", index, parity), self._place(part, "_batches", plus=parity)
        for holder in self.lps_and(index):
            yield ("share", index, holder), self._place(part, "balanceOf", text(holder))
            yield ("deposit", index, holder), self._place(part, "_deposits", text(holder))
            yield ("redemption", index, holder), self._place(part, "_redemptions", text(holder))

    def lps_and(self, index: int) -> tuple[int, ...]:
        """Who may hold shares of a pool."""
        cast = self.stage.cast
        own = number(self.stage.contracts[f"shares{index or ''}"])
        return (*cast.lps, cast.stranger, cast.whale, cast.owner, own)

    def token_word(self, index: int, variable: str, keys: tuple[int, ...] | int) -> Place:
        """A word of the ERC-20 side of a pool's shares: an allowance of (owner, spender), a nonce."""
        keys = keys if isinstance(keys, tuple) else (keys,)
        return self._place(f"shares{index or ''}", variable, *map(text, keys))

    def history(self, index: int, settled: int, generations: int) -> Iterator[tuple[Key, Place]]:
        """The words of a pool's settled batches and ended generations."""
        part = f"shares{index or ''}"
        for batch in range(1, settled + 1):
            yield ("result", index, batch), self._place(part, "_results", batch)
            yield ("start", index, batch), self._place(part, "_starts", batch)
            yield ("start paid", index, batch), self._place(part, "_starts", batch, plus=1)
        for generation in range(generations):
            yield ("end", index, generation), self._place(part, "_ends", generation)
