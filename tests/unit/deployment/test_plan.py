"""The plan: wiring, configuration, roles, and what it refuses."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from novation.chain.components import ComponentUnavailable, fetch
from novation.chain.protocol import Reverted
from novation.chain.revm import RevmChain
from novation.deployment.parameters import load
from novation.deployment.plan import PlanError, deploy
from novation.deployment.settings import Parameters
from tests.support.system import BTC, ETH, ROLES, WAD, House, build

LOCKED = 1_000 * WAD


def given(parameters: Parameters, token: str = "", feed: str = "") -> Parameters:
    """With the address of a token or of the first market's feed."""
    if token:
        parameters = replace(parameters, token=replace(parameters.token, source=token))
    if feed:
        first, *rest = parameters.markets
        parameters = replace(parameters, markets=(replace(first, feed=replace(first.feed, source=feed)), *rest))
    return parameters


def test_contracts_know_each_other(system: House) -> None:
    vault = system.vault
    assert vault.call("TOKEN") == system.token.address
    assert vault.call("ORDER_MODULE") == system.orders.address
    assert vault.call("LIQUIDATION_MODULE") == system.liquidation.address
    assert vault.call("TREASURY") == system.treasury
    assert vault.call("is_module", system.orders.address)
    assert vault.call("is_module", system.shares.address)
    assert vault.call("shares_of", system.pool.address) == system.shares.address
    assert system.shares.call("VAULT") == vault.address
    assert system.shares.call("POOL") == system.pool.address


def test_markets_and_feeds_are_as_the_file_says(system: House) -> None:
    for number in (ETH, BTC):
        market = system.market(number)
        assert system.lens.call("market_config", number) == market.struct()
        feed = system.oracle.call("feed_at", number)
        assert feed[0] == system.sources[number]
        assert (market.feed.heartbeat, market.feed.deviation_bps, market.feed.decimals) == feed[1:4]
        assert (market.feed.band_low, market.feed.band_high) == feed[6:8]
        assert system.price(number) == market.feed.price
    assert system.pool.call("listed") == 3


def test_the_pool_is_open_and_the_deployer_has_nothing_left(system: House) -> None:
    assert system.supply() == system.cash(system.pool.address) == LOCKED
    assert system.cash(system.owner) == 0
    assert system.token.call("balanceOf", system.vault.address) == 1_000 * 10**6


def test_roles(system: House) -> None:
    for contract in (system.oracle, system.vault, system.pool):
        assert contract.call("owner") == system.owner
        assert contract.call("guardian") == system.guardian


def test_records_every_contract_with_its_arguments(system: House) -> None:
    roles = {record.role: record for record in system.records}
    assert set(roles) == {
        *("token", "feed ETH", "feed BTC"),
        *("oracle", "vault", "orders", "liquidation", "pool", "shares", "lens"),
    }
    assert roles["token"].arguments == ("USD Coin", "USDC", 6)
    assert roles["oracle"].arguments == (system.owner, system.guardian)
    assert roles["lens"].arguments == (system.vault.address,)


def test_progress_is_told() -> None:
    chain, told = RevmChain(), []
    deploy(chain, load("local"), chain.account(0), told.append)
    assert told[0] == "token (mock)"
    assert "CollateralVault" in told
    assert told[-1] == "the pool's first 1,000 USD"


def test_ownership_is_handed_over_in_two_steps() -> None:
    chain = RevmChain()
    final = chain.account(7)
    system = deploy(chain, replace(load("local"), owner=final), chain.account(0))
    assert system.pending_owner == ""
    for contract in (system.oracle, system.vault, system.pool):
        assert contract.call("owner") == final
        assert contract.call("pending_owner") == "0x" + "00" * 20


def test_an_owner_who_cannot_send_here_is_left_to_accept() -> None:
    chain = RevmChain()
    final = "0x694AA1769357215DE4FAC081bf1f309aDC325306"
    system = deploy(chain, replace(load("local"), owner=final), chain.account(0))
    assert system.pending_owner == final
    for contract in (system.oracle, system.vault, system.pool):
        assert contract.call("owner") == chain.account(0)
        assert contract.call("pending_owner") == final


def test_a_given_token_and_feed_are_used() -> None:
    chain = RevmChain()
    deployer = chain.account(0)
    token = chain.deploy("MockToken", "Any", "ANY", 6, sender=deployer)
    token.transact("mint", deployer, 1_000 * 10**6, sender=deployer)
    feed = chain.deploy("MockAggregatorProxy", 8, sender=deployer)
    feed.transact("push", 4_000 * 10**8, sender=deployer)
    system = deploy(chain, given(load("local"), token.address, feed.address), deployer)
    assert system.token.address == token.address
    assert system.sources[ETH] == feed.address
    assert set(system.feeds) == {BTC}
    assert "token" not in {record.role for record in system.records}


def test_a_deployer_without_a_thousand_dollars_cannot_open() -> None:
    chain = RevmChain()
    deployer = chain.account(0)
    token = chain.deploy("MockToken", "Any", "ANY", 6, sender=deployer)
    token.transact("mint", deployer, 1_000 * 10**6 - 1, sender=deployer)
    with pytest.raises(PlanError, match=f"{deployer} needs 1,000 USDC to open the pool."):
        deploy(chain, given(load("local"), token.address), deployer)


@pytest.mark.parametrize("what", ["token", "feed"])
def test_a_given_address_must_be_what_it_should(what: str) -> None:
    chain = RevmChain()
    deployer = chain.account(0)
    nothing = chain.account(9)
    other = chain.deploy("MockPool", sender=deployer).address
    wrong = chain.deploy("MockToken", "Any", "ANY", 18, sender=deployer).address
    for address, words in (
        (nothing, f"There is no {what}"),
        (other, f"does not say its decimals: it is no {what}"),
        (wrong, "has 18 decimals, local.yaml says"),
    ):
        parameters = given(load("local"), address if what == "token" else "", address if what == "feed" else "")
        with pytest.raises(PlanError) as caught:
            deploy(chain, parameters, deployer)
        assert words in str(caught.value)


def test_bounds_of_the_contracts_hold_without_the_file() -> None:
    """Who makes parameters by hand meets the same bounds on chain."""
    chain = RevmChain()
    parameters = load("local")
    first, *rest = parameters.markets
    broken = replace(parameters, markets=(replace(first, maintenance_bps=255, initial_bps=256), *rest))
    with pytest.raises(Reverted) as caught:
        deploy(chain, broken, chain.account(0))
    assert caught.value.code == "BOUND"


def test_real_components_run_the_same_house() -> None:
    """Circle's token and Chainlink's aggregator behind its proxy, from npm."""
    if shutil.which("npm") is None:
        pytest.skip("npm is missing: the real components cannot be fetched")
    try:
        for name in ("usdc", "chainlink"):
            fetch(name)
    except ComponentUnavailable as error:
        pytest.skip(str(error))
    house = build(load("local").with_sources("chainlink", "usdc"))
    house.provide(house.lp, 500_000)
    house.fund(house.taker, 10_000)
    order = house.order(house.taker, ETH, 3 * WAD)
    house.chain.set_time(order[9])
    house.set_price(ETH, 4_010)
    reference = house.feeds[ETH].proxy.call("latestRoundData")[0]
    receipt = house.orders.transact("execute", order, 0, reference, sender=house.keeper)
    assert receipt.one("Executed").args["code"] == ""
    assert house.lens.call("position", house.taker, ETH)[0] == 3 * WAD
    assert len(ROLES) == len(set(house.roles.values()))
