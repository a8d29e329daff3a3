"""`docs/gas.md` from the measured gas, with the goals and the peers beside it."""

from __future__ import annotations

# Operation, keys that add up, goal in gas, peers: Velar (Vyper), Perennial, Derive with two accounts, GMX v2.
ROWS = (
    ("deposit, first", ("deposit_first",), 75_000, "-", "395k", "237k", "-"),
    ("deposit, repeat", ("deposit_repeat",), 58_000, "-", "395k", "143k", "-"),
    ("order commit, first", ("commit_first",), 100_000, "-", "625k", "-", "979k"),
    ("order commit, repeat", ("commit_repeat",), 83_000, "-", "625k", "-", "979k"),
    ("execute: first open", ("execute_open_first",), 140_000, "958k", "411k", "632k", "2,547k"),
    ("execute: increase", ("execute_increase",), 120_000, "-", "412k", "669k", "2,302k"),
    ("execute: close", ("execute_close",), 118_000, "1,021k", "411k", "507k", "2,331k"),
    ("liquidate, partial", ("liquidate_partial",), 130_000, "1,199k", "739k + 411k", "569k + 678k", "2,556k"),
    ("LP request + epoch claim", ("lp_request", "lp_claim"), 200_000, "625k", "-", "-", "823k + 1,922k"),
    ("withdraw with a position", ("withdraw_with_position",), 105_000, "-", "302k", "316k", "-"),
    ("`unhealthy_bits`, an account with two positions", ("unhealthy_bits_per_account",), 12_000, "-", "-", "-", "-"),
)
# What prices cost, keys that are added or (-) subtracted, goal or 0.
PRICES = (
    ("open, price stored, with a reference", ("execute_open_again",), 125_000),
    ("what asking the reference again adds", ("pyth_refresh", "-pyth_update"), 20_000),
    ("- of it Chainlink's proxy and aggregator, cold", ("chainlink_latest",), 0),
    ("Pyth: verify (13 guardians), bring and execute, one transaction", ("pyth_execute",), 450_000),
    ("RedStone: the same, 3 signers", ("redstone_execute",), 260_000),
    ("Data Streams: the same", ("streams_execute",), 230_000),
    ("Data Streams with its fee paid in ether", ("streams_execute_paid",), 0),
    ("Chainlink as the primary: execute at a round that is on chain", ("chainlink_execute",), 0),
)
KINDS = ("storage", "logs", "calls", "computation")
HEAD = """# Gas

From anvil receipts, refunds included: one transaction a block: every slot and address is cold. Prices are Pyth's,
verified by Wormhole's own core contract and brought in a transaction of their own; Chainlink's own `EACAggregatorProxy`
and `FluxAggregator` are the reference. The settlement token is a plain ERC-20 of 6 decimals. `make gas` measures and
writes this page and `tests/gas/snapshot.json`.

The peers' columns are from one earlier measurement on the same EVM with their own contracts; `make gas` does not repeat
it.

| Operation | Gas | Goal | Velar (Vyper) | Perennial | Derive, two accounts | GMX v2 |
|---|---:|---:|---:|---:|---:|---:|
"""
PRICED = """
## What a price costs

| What | Gas | Goal |
|---|---:|---:|
"""
ANATOMY = """
## Where an execution's gas goes

`execute_increase`, from its trace. Storage, logs, calls and the transaction itself are what the layout costs;
the rest is computation.

| | storage | logs | calls | computation |
|---|---:|---:|---:|---:|
"""


def write_table(gas: dict[str, int], anatomy: dict[str, dict[str, int]]) -> str:
    """@return the page."""
    page = HEAD
    for name, keys, goal, *peers in ROWS:
        page += f"| {name} | {sum(gas[key] for key in keys):,} | {goal:,} | {' | '.join(peers)} |\n"
    page += PRICED
    for name, keys, goal in PRICES:
        total = sum(-gas[key[1:]] if key.startswith("-") else gas[key] for key in keys)
        page += f"| {name} | {total:,} | {f'{goal:,}' if goal else '-'} |\n"
    page += ANATOMY
    for name, spent in anatomy.items():
        label = "base cost and calldata" if name == "transaction" else name
        page += f"| {label} | " + " | ".join(f"{spent.get(kind, 0):,}" for kind in KINDS) + " |\n"
    page += "\n## Every operation\n\n| Key | Gas |\n|---|---:|\n"
    return page + "".join(f"| `{key}` | {used:,} |\n" for key, used in gas.items())
