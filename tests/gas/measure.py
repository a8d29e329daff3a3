"""Gas of every operation from anvil receipts: one transaction a block, all cold. Prices are Pyth's, verified by
Wormhole's core, with Chainlink's proxy and aggregator as their reference; then every other network's. Writes
`tests/gas/snapshot.json` and `docs/gas.md`.

    python -m tests.gas.measure            writes both
    python -m tests.gas.measure --check    compares with the committed snapshot, exit code 1 where they differ
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from novation.chain.ape import ANVIL, connect
from novation.chain.components import ComponentUnavailable, artifact, use_anvil
from novation.chain.protocol import Chain, Receipt
from novation.deployment import parts
from novation.deployment.parameters import load
from novation.upstream import streams
from tests.gas.anatomy import anatomy
from tests.gas.table import write_table
from tests.support.system import BTC, ETH, WAD, House, build

HERE = Path(__file__).parent
SNAPSHOT = HERE / "snapshot.json"
TABLE = HERE.parent.parent / "docs" / "gas.md"
MANY = 32  # accounts in the batched view
DISSECTED = "execute_increase"
# Non-zero bytes of times and round numbers in calldata differ from run to run.
TOLERANCE = 200
ASKING = 21_000 + 4 * 16  # of a transaction that calls a function without arguments
REFRESH = 60  # seconds that the reference is not asked again


class Meter:
    """The house on anvil, and what its operations cost."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.gas: dict[str, int] = {}
        self.anatomy: dict[str, dict[str, int]] = {}

    def note(self, key: str, receipt: Receipt) -> Receipt:
        """Keeps the gas that the receipt charges, refunds included; of one operation also where it went."""
        self.gas[key] = receipt.gas
        if key == DISSECTED:
            self.anatomy = anatomy(self.house, receipt.hash)
        return receipt

    def commit(self, key: str, account: str, market: int, size: int, **options: Any) -> Any:
        """Commits an order; `key` may be empty."""
        h = self.house
        h.warp(10)  # funding accrues: two blocks may be of one second otherwise
        order = (account, market, size, 0, 0, False, options.get("reduce_only", False), WAD, h.now + 10**6, 0, 0)
        receipt = h.orders.transact("commit", order, 0, sender=account)
        if key:
            self.note(key, receipt)
        return tuple(receipt.one("Committed").args["order"])

    def execute(self, key: str, order: Any, usd: float) -> None:
        """Publishes the price that fills the order and brings it, then fills it: the price is the stored one."""
        h = self.house
        h.chain.set_time(max(h.now, order[9]))
        h.set_price(order[1], usd)
        self.filled(key, order, b"")

    def filled(self, key: str, order: Any, update: bytes) -> None:
        """Fills a due order, with a price that it brings or without."""
        h = self.house
        fee = int(h.oracle.call("fee", order[1], update)) if update else 0
        reference = h.feeds[order[1]].reference()
        receipt = h.orders.transact("execute", order, 0, reference, update, sender=h.keeper, value=fee)
        assert receipt.one("Executed").args["code"] == "", receipt.one("Executed").args["code"]
        if key:
            self.note(key, receipt)

    def trade(self, account: str, market: int, size: int, usd: float, commit: str = "", execute: str = "") -> None:
        self.execute(execute, self.commit(commit, account, market, size), usd)


def measure(house: House) -> Meter:
    """Runs every operation once."""
    h, meter = house, Meter(house)
    usdc = h.token
    for role in ("taker", "maker", "hedger"):
        h.system.mint(h.roles[role], 200_000 * WAD)
        usdc.transact("approve", h.vault.address, 2**256 - 1, sender=h.roles[role])
    h.provide(h.lp, 3_000_000)
    meter.note("deposit_first", h.vault.transact("deposit", h.taker, 50_000 * 10**6, sender=h.taker))
    meter.note("deposit_repeat", h.vault.transact("deposit", h.taker, 10_000 * 10**6, sender=h.taker))
    for role in ("maker", "hedger"):
        h.vault.transact("deposit", h.roles[role], 100_000 * 10**6, sender=h.roles[role])
    # The market has been traded, the keeper has earned: what is measured is an account's first order, not a market's.
    for _ in range(2):  # the second finds funding under way
        meter.trade(h.maker, ETH, -5 * WAD, 4000)
        meter.trade(h.maker, BTC, -WAD // 20, 110_000)

    meter.trade(h.taker, ETH, 10 * WAD, 4001, "commit_first", "execute_open_first")
    meter.trade(h.taker, ETH, 2 * WAD, 4002, "commit_repeat", "execute_increase")
    meter.trade(h.taker, ETH, -3 * WAD, 4003, "commit_reduce", "execute_reduce")
    meter.note("realise", _realise(h))
    h.warp(10)  # funding accrues here too, however fast the machine is
    meter.note("withdraw_with_position", h.vault.transact("withdraw", h.taker, 1000 * 10**6, h.taker, sender=h.taker))
    meter.trade(h.taker, ETH, -9 * WAD, 3999, "", "execute_close")
    meter.trade(h.taker, ETH, 5 * WAD, 4000, "", "execute_open_again")
    # A newer price is stored already: the order's own was brought after it.
    order = meter.commit("", h.taker, ETH, WAD)
    _older(h, order)
    meter.filled("execute_at_older", order, b"")
    meter.trade(h.taker, BTC, WAD // 10, 110_000, "commit_second_market", "execute_second_market")
    order = meter.commit("", h.taker, ETH, WAD, reduce_only=False)
    h.chain.set_time(order[9] + h.orders.call("WINDOW") + h.orders.call("GRACE") + 1)
    meter.note("cancel", h.orders.transact("cancel", order, 0, sender=h.taker))
    meter.note("claim_keeper", h.orders.transact("claim", h.keeper, sender=h.keeper))
    h.refresh()

    meter.trade(h.hedger, ETH, 240 * WAD, 4000)
    h.vault.transact("withdraw", h.hedger, 30_000 * 10**6, h.hedger, sender=h.hedger)
    price = _until_unhealthy(h, h.hedger)
    meter.note("flag", h.vault.transact("flag", h.hedger, sender=h.liquidator))
    # The liquidator and insurance have been paid before.
    h.fund(h.liquidator, 1)
    h.vault.transact("collect", 0, sender=h.keeper)
    _round(h, ETH, price - 5)
    receipt = h.liquidation.transact("liquidate", h.hedger, ETH, b"", sender=h.liquidator)
    assert h.lens.call("position", h.hedger, ETH)[0] > 0
    meter.note("liquidate_partial", receipt)
    _round(h, ETH, price * 0.8)
    meter.note("liquidate_whole_deficit", h.liquidation.transact("liquidate", h.hedger, ETH, b"", sender=h.liquidator))
    _round(h, ETH, 4000)
    meter.note("poke", h.pool.transact("poke", ETH, sender=h.keeper))
    meter.note("collect", h.vault.transact("collect", 0, sender=h.keeper))

    h.fund(h.other_lp, 20_000)
    meter.note("lp_request", h.shares.transact("request_deposit", h.other_lp, 10_000 * WAD, sender=h.other_lp))
    h.end_epoch()
    meter.note("lp_settle", h.shares.transact("settle", sender=h.keeper))
    meter.note("lp_claim", h.shares.transact("claim", h.other_lp, sender=h.other_lp))
    meter.note("lp_redeem_request", h.shares.transact("request_redeem", 1000 * WAD, sender=h.other_lp))
    h.end_epoch()
    h.shares.transact("settle", sender=h.keeper)
    meter.note("lp_redeem_claim", h.shares.transact("claim", h.other_lp, sender=h.other_lp))
    meter.note("transfer", h.vault.transact("transfer", h.other_lp, h.maker, WAD, sender=h.other_lp))
    meter.note("exit", h.vault.transact("exit", h.other_lp, h.other_lp, sender=h.other_lp))
    meter.gas["unhealthy_bits_per_account"] = _unhealthy_bits(h)
    return meter


def _older(h: House, order: Any) -> None:
    """Two prices after T; the second is brought first."""
    feed = h.feeds[order[1]]
    for seconds in (0, 3):
        h.chain.set_time(max(h.now, order[9] + seconds))
        feed.publish(h.price(order[1]))
    h.warp(10)
    for update in (feed.update, feed.update_at(order[9])):
        h.oracle.transact("update", order[1], update, sender=h.keeper)


def _round(h: House, market: int, usd: float) -> None:
    """A new round, later than any before it: anvil may put blocks into one second."""
    h.warp(10)
    h.set_price(market, usd)


def _realise(h: House) -> Receipt:
    _round(h, ETH, 3990)
    receipt: Receipt = h.vault.transact("realise", h.taker, ETH, sender=h.keeper)
    return receipt


def _until_unhealthy(h: House, account: str) -> int:
    """Lowers ETH dollar by dollar of the hundred until the account is barely unhealthy. @return the price, USD."""
    price = 4000
    while not h.lens.call("unhealthy_bits", [account]):
        price -= 5
        _round(h, ETH, price)
    return price


def _unhealthy_bits(h: House) -> int:
    """A transaction over `MANY` accounts with two positions each, less one over a single one, by account."""
    accounts = _crowd(h)
    one = h.chain.raw_transact(h.lens.address, h.lens.encode("unhealthy_bits", accounts[:1]), sender=h.keeper).gas
    many = h.chain.raw_transact(h.lens.address, h.lens.encode("unhealthy_bits", accounts), sender=h.keeper).gas
    return (many - one) // (len(accounts) - 1)


def _crowd(h: House) -> list[str]:
    """Sub-accounts of the maker with two positions each."""
    base = int(h.maker, 16) >> 8 << 8
    accounts = [f"0x{base + n:040x}" for n in range(1, MANY + 1)]
    for account in accounts:
        h.vault.transact("transfer", h.maker, account, 1000 * WAD, sender=h.maker)
    for market, size, usd in ((ETH, WAD // 10, 4000), (BTC, WAD // 100, 110_000)):
        orders = []
        for account in accounts:
            order = (account, market, size, 0, 0, False, False, WAD, h.now + 10**6, 0, 0)
            receipt = h.orders.transact("commit", order, 0, sender=h.maker)
            orders.append(tuple(receipt.one("Committed").args["order"]))
        h.chain.set_time(max(h.now, orders[-1][9]))
        h.set_price(market, usd)
        for order in orders:
            receipt = h.orders.transact("execute", order, 0, 0, b"", sender=h.keeper)
            assert receipt.one("Executed").args["code"] == ""
    return accounts


def prices(house: House, kind: str) -> dict[str, int]:
    """What a price of one network costs: brought alone, with the reference asked again, and in the order's own
    transaction."""
    h, meter = house, Meter(house)
    h.system.mint(h.taker, 200_000 * WAD)
    h.token.transact("approve", h.vault.address, 2**256 - 1, sender=h.taker)
    h.provide(h.lp, 3_000_000)
    h.vault.transact("deposit", h.taker, 100_000 * 10**6, sender=h.taker)
    for _ in range(2):
        meter.trade(h.taker, ETH, 5 * WAD, 4000)
    if kind == "chainlink":
        proxy = h.feeds[ETH].parts[1][0]
        asked = h.chain.raw_transact(proxy.address, proxy.encode("latestRoundData"), sender=h.keeper)
        meter.gas["chainlink_latest"] = asked.gas - ASKING
    else:
        feed = h.feeds[ETH]
        for name in ("refresh", "update"):  # the second finds the reference fresh
            h.warp(2 * REFRESH if name == "refresh" else 10)
            h.chain.set_time(feed.next_time(h.now + 1))
            feed.publish(4000 * WAD)
            meter.note(f"{kind}_{name}", parts.bring(h.oracle, ETH, feed.update, h.keeper))
    _in_one(meter, f"{kind}_execute")
    if kind == "streams":
        _charge(h)
        for _ in range(2):  # the second finds Chainlink's accounts of it there
            _in_one(meter, f"{kind}_execute_paid")
    return meter.gas


def _in_one(meter: Meter, key: str) -> None:
    """An order filled in the transaction that brings its price; of a push feed the price is there."""
    h = meter.house
    order = meter.commit("", h.taker, ETH, WAD)
    h.chain.set_time(h.feeds[ETH].next_time(max(h.now, order[9])))
    h.feeds[ETH].publish(4000 * WAD)
    meter.filled(key, order, h.feeds[ETH].update)


def _charge(h: House) -> None:
    """Chainlink wants to be paid for reports from now on, in ether."""
    at = {record.role: record.address for record in h.system.records}
    code = streams.code_of
    proxy, verifier = (
        h.chain.at(code("VerifierProxy"), at["verifier proxy"]),
        h.chain.at(code("Verifier"), at["verifier"]),
    )
    network = streams.Streams(h.chain, proxy, verifier, streams.operators(), {}, h.owner)
    native = h.chain.deploy(("WETH9", *artifact("weth", "WETH9")), sender=h.owner)
    link = h.chain.deploy(("LinkToken", *artifact("chainlink", "LinkToken")), sender=h.owner)
    network.charge(link, native)


def house_on(chain: Chain, kind: str) -> House:
    """With the prices of one network, and Chainlink's as their reference. @raises ComponentUnavailable."""
    local = load("local").with_feeds(source=kind)
    if kind != "chainlink":
        local = local.with_feeds(reference="chainlink", divergence_bps=200, reference_age=7200, refresh=REFRESH)
    return build(local, chain)


def everything() -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """On an anvil of its own, each network on a fresh chain.

    @return gas by operation, the anatomy of one. @raises ComponentUnavailable without npm.
    """
    use_anvil()
    with connect(ANVIL) as chain:
        empty = chain.snapshot()
        meter = measure(house_on(chain, "pyth"))
        gas = dict(meter.gas)
        for kind in ("pyth", "redstone", "streams", "chainlink"):
            chain.restore(empty)
            gas |= prices(house_on(chain, kind), kind)
    return gas, meter.anatomy


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--check", action="store_true", help="compare with the snapshot instead of writing it")
    check = options.parse_args().check
    try:
        gas, spent = everything()
    except ComponentUnavailable as missing:
        print(missing, file=sys.stderr)
        return 1
    if not check:
        SNAPSHOT.write_text(json.dumps(gas, indent=2) + "\n")
        TABLE.write_text(write_table(gas, spent))
        print(f"{SNAPSHOT.relative_to(Path.cwd())} and {TABLE.relative_to(Path.cwd())} written")
        return 0
    old = json.loads(SNAPSHOT.read_text())
    changed = {
        k: (old.get(k), gas.get(k)) for k in old.keys() | gas.keys() if abs(old.get(k, 0) - gas.get(k, 0)) > TOLERANCE
    }
    for key, (before, after) in sorted(changed.items()):
        print(f"{key}: {before} in the snapshot, {after} now")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
