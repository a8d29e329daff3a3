"""Where the benchmark begins: the demo's system on revm with liquidity and cash in it, and the same as files for forge.

`world.json` holds code and storage of every contract, `World.sol` the addresses, hashes and numbers as constants.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from eth_utils.crypto import keccak

from novation.chain.abi import checksum
from novation.chain.compiler import Artifact
from novation.deployment import parts
from novation.fixed import WAD
from novation.fuzz.system.engine import Place
from novation.fuzz.system.facts import Facts
from novation.fuzz.system.slots import MARKET_WORDS, Key, Slots
from novation.fuzz.system.worlds import RICH, Stage, build, local, number, text
from novation.model.feeds import Price

FIRST = 32  # of the chain's accounts, the ones that act here
LIQUIDITY = 5_000_000  # dollars of the first LP
CASH = 50_000  # dollars of every trader
MARKETS = (0, 1)
BASE_PRICE = 2  # the number of the one in force at the start, of every source
# Odd numbers of 256 bits that spread a seed: digits of the golden ratio and of the square root of two.
MIX_STEP = 0x9E3779B97F4A7C15F39CC0605CEDC8341082276BF3A27251F86C6A11D0C18E95
MIX_FACTOR = 0x6A09E667F3BCC908B2FB1366EA957D3E3ADEC17512775099DA2F590B0667322B
FAR = 1 << 39  # a time that never comes
TWIN_CALLS = 1_500  # of the comparison of both sides


class Watched(Slots):
    """Of all words those that the benchmark's checks are made of."""

    def __init__(self, stage: Stage, wanted: set[Key]) -> None:
        self.wanted = wanted
        super().__init__(stage)

    def _all(self) -> Iterator[tuple[Key, Place]]:
        return ((key, place) for key, place in super()._all() if key in self.wanted)


class Scene:
    """A stage, who plays on it, and what is read after every call."""

    def __init__(self, replaced: Mapping[str, Artifact] | None = None) -> None:
        stage = build(local(), replaced)
        self.chain = stage.chain
        one, two, three, four, *rest = (int(self.chain.account(FIRST + index), 16) for index in range(10))
        self.traders = (one, one ^ 1, one ^ 2, two, two ^ 1, three, four)  # Handler.sol knows who signs for whom
        self.signers = (one, one, one, two, two, three, four)
        self.lps, self.keepers, self.liquidator = tuple(rest[:3]), tuple(rest[3:5]), rest[5]
        senders = (one, two, three, four, *rest)
        cast = replace(
            stage.cast, traders=self.traders, lps=self.lps, keepers=self.keepers, liquidator=self.liquidator,
            senders=senders,
        )  # fmt: skip
        self.stage, contracts = replace(stage, cast=cast), stage.contracts
        self.contracts = (*contracts.values(), *stage.feeds.values())
        houses = tuple(number(contracts[name]) for name in ("vault", "orders", "shares", "pool"))
        people = (*self.traders, *self.lps, *self.keepers, self.liquidator, cast.owner, cast.treasury)
        self.accounts = (*people, *houses)
        self._fill()
        self.slots = Watched(self.stage, set(self._keys()))
        self.facts = Facts(self.stage, self.slots, self._no_price)
        self.order = [self.slots.index[key] for key in self._keys()]
        self.start = self.chain.now
        self.words = self.chain.words(self.slots.places)
        self.facts.rebase(self.words)
        self.cash = sum(account.cash for account in self.facts.tables.accounts.values())
        shares = self.stage.contracts["shares"].address
        self.shares = {lp: (shares, self.slots.layouts["shares"].at("balanceOf", text(lp))) for lp in self.lps}
        feeds = {market: self.stage.feeds[market] for market in MARKETS}
        assert all(feed.call("newest") == BASE_PRICE for feed in feeds.values())
        self.prices = tuple(market.feed.price for market in self.stage.world.parameters.markets)
        self.base = self.chain.snapshot()

    def _keys(self) -> Iterator[Key]:
        """The words in the order in which forge reads them: the traders' accounts first, the pool's last of them."""
        yield from (("account", account) for account in self.accounts)
        yield from (("position", trader, market) for market in MARKETS for trader in self.traders)
        yield from ((name, market) for market in MARKETS for name in MARKET_WORDS)
        yield from (("book", 0), ("debts",), ("units", number(self.stage.contracts["vault"])))
        yield from (("earned", keeper) for keeper in self.keepers)

    @staticmethod
    def _no_price(market: int) -> Price:
        raise AssertionError(f"no check here asks for the price of {market}")

    def _fill(self) -> None:
        """Liquidity through an epoch, cash for the traders, prices of the time at which the benchmark starts."""
        c = self.stage.contracts
        unit = 10**self.stage.world.parameters.token.decimals
        for holder in map(text, self.stage.cast.senders):
            parts.mint(c["token"], holder, RICH * unit, text(self.stage.cast.owner))
            c["token"].transact("approve", c["vault"].address, 2**256 - 1, sender=holder)
        lp = text(self.lps[0])
        c["vault"].transact("deposit", lp, LIQUIDITY * unit, sender=lp)
        c["shares"].transact("request_deposit", lp, LIQUIDITY * WAD, sender=lp)
        epoch = self.stage.world.parameters.shares.epoch_seconds
        self.chain.set_time((self.chain.now // epoch + 1) * epoch)
        for market in MARKETS:
            price = self.stage.world.parameters.markets[market].feed.price
            self.stage.feeds[market].transact("push", price, sender=lp)
        c["shares"].transact("settle", sender=lp)
        c["shares"].transact("claim", lp, sender=lp)
        for trader, signer in zip(self.traders, self.signers, strict=True):
            c["vault"].transact("deposit", text(trader), CASH * unit, sender=text(signer))

    def balance(self, holder: int) -> int:
        """Shares."""
        return self.chain.storage(*self.shares[holder])

    def restart(self) -> None:
        """Back to the beginning."""
        self.chain.restore(self.base)
        self.facts.rebase(self.words)

    def codes(self) -> bytes:
        """A digest of all contracts' runtime codes."""
        return keccak(b"".join(keccak(self.chain.code(contract.address)) for contract in self.contracts))

    # --- for forge

    def write(self, folder: Path) -> None:
        """`world.json` and `World.sol`."""
        self.restart()
        allocs: dict[str, dict[str, object]] = {}
        for contract in self.contracts:
            code = "0x" + self.chain.code(contract.address).hex()
            allocs[contract.address.lower()] = {"balance": "0x0", "nonce": "0x1", "code": code, "storage": {}}
        for address, slot in self.chain.written():
            storage = allocs.get(address, {}).get("storage")  # others belong to the fuzzer's own helpers
            if isinstance(storage, dict) and (value := self.chain.storage(address, slot)):
                storage[f"0x{slot:064x}"] = f"0x{value:064x}"
        (folder / "world.json").write_text(json.dumps(allocs, sort_keys=True))
        source = "\n".join(self._constants()) + "\n"
        target = folder / "solidity" / "World.sol"
        if not target.is_file() or target.read_text() != source:  # an unchanged file is not compiled again
            target.write_text(source)

    def _constants(self) -> Iterator[str]:
        yield "// SPDX-License-Identifier: AGPL-3.0-only\npragma solidity ^0.8.30;\n"
        yield 'import {VM} from "./Interfaces.sol";\n'
        p, c = self.stage.world.parameters, self.stage.contracts
        names = {name.upper(): contract.address for name, contract in c.items()}
        names |= {f"FEED_{market}": self.stage.feeds[market].address for market in MARKETS}
        names |= {f"TRADER_{index}": _checksummed(trader) for index, trader in enumerate(self.traders)}
        names |= {f"LP_{index}": _checksummed(lp) for index, lp in enumerate(self.lps)}
        names |= {f"KEEPER_{index}": _checksummed(keeper) for index, keeper in enumerate(self.keepers)}
        names["LIQUIDATOR"] = _checksummed(self.liquidator)
        for name, address in names.items():
            yield f"address constant {name} = {address};"
        numbers = {
            "START": self.start,
            "BASE_CASH": self.cash,
            "BASE_PRICE": BASE_PRICE,
            "BASE_PRICE_0": self.prices[0],
            "BASE_PRICE_1": self.prices[1],
            "DELAY": p.orders.delay,
            "WINDOW": p.orders.window,
            "GRACE": p.orders.grace,
            "FEE": p.orders.fee_min,
            "FAR": FAR,
            "MIX_STEP": MIX_STEP,
            "MIX_FACTOR": MIX_FACTOR,
            "EPOCH": p.shares.epoch_seconds,
            "ACCOUNTS": len(self.accounts),
            "TRADERS": len(self.traders),
            "WORDS": len(self.order),
            "ESCROW_AT": self.accounts.index(number(c["orders"])),
            "TWIN_CALLS": TWIN_CALLS,
        }
        for name, value in numbers.items():
            yield f"uint256 constant {name} = {value};"
        yield from self._reader()
        yield "\nfunction contractsOf() pure returns (address[] memory found) {"
        yield f"    found = new address[]({len(self.contracts)});"
        for index, contract in enumerate(self.contracts):
            yield f"    found[{index}] = {contract.address};"
        yield "}"

    def _reader(self) -> Iterator[str]:
        """A function that reads every word that the checks are made of."""
        names = {contract.address.lower(): name.upper() for name, contract in self.stage.contracts.items()}
        yield "\nfunction read() view returns (uint256[WORDS] memory w) {"
        for index, at in enumerate(self.order):
            address, slot = self.slots.places[at]
            yield f"    w[{index}] = VM.load({names[address.lower()]}, bytes32(uint256(0x{slot:x})));"
        yield "}"


def _checksummed(address: int) -> str:
    return checksum(address.to_bytes(20, "big"))
