"""The plan: wiring, configuration, roles, and what it refuses."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import Any

import pytest

from novation.chain.abi import ZERO_ADDRESS
from novation.chain.components import ComponentUnavailable, fetch
from novation.chain.protocol import Reverted
from novation.chain.revm import RevmChain
from novation.deployment.networks import NETWORK_ROLES
from novation.deployment.parameters import load
from novation.deployment.parts import deploy_feed
from novation.deployment.plan import PlanError, deploy, feed_settings
from novation.deployment.settings import PULL, PUSH, SOURCES, Parameters
from tests.support.system import BTC, ETH, ROLES, WAD, House, build

LOCKED = 1_000 * WAD


def given(parameters: Parameters, token: str = "", **feed: Any) -> Parameters:
    """With the address of a token, or with other settings of the first market's feed."""
    if token:
        parameters = replace(parameters, token=replace(parameters.token, source=token))
    first, *rest = parameters.markets
    return replace(parameters, markets=(replace(first, feed=replace(first.feed, **feed)), *rest))


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
        settings, status = system.oracle.call("feed_at", number)
        feed = market.feed
        assert settings[:2] == (system.sources[number], True)
        assert settings[2:6] == (feed.trade_age, feed.close_age, feed.deviation_bps, feed.confidence_bps)
        assert [mantissa * 10**exponent for mantissa, exponent in settings[6:8]] == [feed.band_low, feed.band_high]
        assert settings == feed_settings(feed, system.sources[number])
        assert status == 1
        assert system.oracle.call("bounds", number) == (feed.highest, feed.spread_ppm)
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
        *("token", "source ETH", "source BTC"),
        *("oracle", "vault", "orders", "liquidation", "pool", "shares", "lens"),
    }
    assert roles["token"].arguments == ("USD Coin", "USDC", 6)
    assert roles["oracle"].arguments == (system.owner, system.guardian, ZERO_ADDRESS)
    assert roles["liquidation"].arguments[:2] == (system.vault.address, system.oracle.address)
    assert system.liquidation.call("ORACLE") == system.oracle.address
    assert roles["lens"].arguments == (system.vault.address,)


def test_progress_is_told() -> None:
    chain = RevmChain()
    told: list[str] = []
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


def source_at(chain: RevmChain, price: int) -> str:
    """A push source with a price. @return its address."""
    source = chain.deploy("MockSource", True, sender=chain.account(0))
    source.transact("push", price, sender=chain.account(0))
    return source.address


def test_a_given_token_and_source_are_used() -> None:
    chain = RevmChain()
    deployer = chain.account(0)
    token = chain.deploy("MockToken", "Any", "ANY", 6, sender=deployer)
    token.transact("mint", deployer, 1_000 * 10**6, sender=deployer)
    source = source_at(chain, 4_000 * WAD)
    system = deploy(chain, given(load("local"), token.address, source=source), deployer)
    assert system.token.address == token.address
    assert system.sources[ETH] == source
    assert set(system.feeds) == {BTC}
    assert system.oracle.call("read", ETH)[1] == 4_000 * WAD
    assert {"token", "source ETH"}.isdisjoint(record.role for record in system.records)


def test_a_source_is_put_in_front_of_a_given_proxy() -> None:
    chain = RevmChain()
    proxy = chain.deploy("MockAggregatorProxy", 8, sender=chain.account(0))
    proxy.transact("push", 4_000 * 10**8, sender=chain.account(0))
    system = deploy(chain, given(load("local"), source="chainlink", proxy=proxy.address), chain.account(0))
    assert chain.at("ChainlinkSource", system.sources[ETH]).call("PROXY") == proxy.address
    assert set(system.feeds) == {BTC}
    assert system.oracle.call("read", ETH)[1] == 4_000 * WAD
    (record,) = (record for record in system.records if record.role == "source ETH")
    assert record.arguments == (proxy.address,)


def test_a_given_reference_and_fallback_are_used() -> None:
    chain = RevmChain()
    reference, fallback = source_at(chain, 4_001 * WAD), source_at(chain, 4_002 * WAD)
    parameters = given(load("local"), reference=reference, fallback=fallback)
    first, *rest = parameters.markets
    feed = replace(
        first.feed, divergence_bps=100, reference_age=60, refresh=5, fallback_age=3_600, fallback_deviation_bps=70
    )
    system = deploy(chain, replace(parameters, markets=(replace(first, feed=feed), *rest)), chain.account(0))
    settings, _ = system.oracle.call("feed_at", ETH)
    assert settings[12:] == (reference, 100, 60, 5, fallback, 3_600, 70)
    assert (system.references, system.fallbacks) == ({}, {})


@pytest.mark.parametrize("kind", SOURCES)
def test_every_kind_of_source_has_its_first_price_and_fills_an_order(kind: str) -> None:
    try:
        house = build(load("local").with_sources(kind, "mock"))
    except ComponentUnavailable as error:
        pytest.skip(str(error))
    for number in (ETH, BTC):
        assert house.price(number) == house.market(number).feed.price
        assert house.oracle.call("feed_at", number)[0][1] is (kind in PUSH)
        assert house.feeds[number].is_push is (kind in PUSH)
    networks = [record.role for record in house.records if record.role in NETWORK_ROLES]
    assert sorted(networks) == {"pyth": ["wormhole"], "streams": ["verifier", "verifier proxy"]}.get(kind, [])
    house.provide(house.lp, 500_000)
    house.fund(house.taker, 10_000)
    house.trade(house.taker, ETH, 3 * WAD, 4_010)
    assert house.lens.call("position", house.taker, ETH)[0] == 3 * WAD
    assert house.price(ETH) == 4_010 * WAD


def test_a_deployer_without_a_thousand_dollars_cannot_open() -> None:
    chain = RevmChain()
    deployer = chain.account(0)
    token = chain.deploy("MockToken", "Any", "ANY", 6, sender=deployer)
    token.transact("mint", deployer, 1_000 * 10**6 - 1, sender=deployer)
    with pytest.raises(PlanError, match=f"{deployer} needs 1,000 USDC to open the pool."):
        deploy(chain, given(load("local"), token.address), deployer)


@pytest.mark.parametrize("what", ["token", "proxy"])
def test_a_given_address_must_be_what_it_should(what: str) -> None:
    chain = RevmChain()
    deployer = chain.account(0)
    nothing = chain.account(9)
    other = chain.deploy("MockPool", sender=deployer).address
    wrong = chain.deploy("MockToken", "Any", "ANY", 18, sender=deployer).address
    name = {"token": "token", "proxy": "feed of ETH"}[what]
    for address, words in (
        (nothing, f"There is no {name}"),
        (other, f"does not say its decimals: it is no {name}"),
        (wrong, "has 18 decimals, local.yaml says"),
    ):
        feed = {"source": "chainlink", "proxy": address} if what == "proxy" else {}
        with pytest.raises(PlanError) as caught:
            deploy(chain, given(load("local"), address if what == "token" else "", **feed), deployer)
        assert words in str(caught.value)


def refused(chain: RevmChain, parameters: Parameters) -> str:
    """The sentence with which the plan is refused, before anything of the system is deployed."""
    begun: list[str] = []
    with pytest.raises(PlanError) as caught:
        deploy(chain, parameters, chain.account(0), begun.append)
    assert set(begun) <= {"token (mock)", "source ETH (mock)"}
    return str(caught.value)


@pytest.mark.parametrize("role", ["source", "reference", "fallback"])
def test_a_given_source_must_have_a_price(role: str) -> None:
    chain = RevmChain()
    deployer = chain.account(0)
    silent = chain.deploy("MockSource", True, sender=deployer).address
    pull = chain.deploy("MockSource", False, sender=deployer).address
    other = chain.deploy("MockPool", sender=deployer).address
    nothing, place = chain.account(9), f"on chain {chain.chain_id}"
    for address, words in (
        (nothing, f"There is no contract at {nothing} {place}: it cannot be ETH's {role}."),
        (other, f"What is at {other} {place} is no source of prices: it cannot be ETH's {role}."),
        (silent, f"ETH's {role} at {silent} {place} has no price: it must be one that is asked, and have one."),
        (pull, f"ETH's {role} at {pull} {place} has no price: it must be one that is asked, and have one."),
    ):
        assert refused(chain, given(load("local"), **{role: address})) == words


@pytest.mark.parametrize("kind", PULL)
def test_a_given_source_may_be_brought_prices(kind: str) -> None:
    chain = RevmChain()
    deployer = chain.account(0)
    settings = load("local").with_sources(kind, "mock").market("ETH").feed
    try:
        network = deploy_feed(chain, settings, "ETH", deployer)
    except ComponentUnavailable as error:
        pytest.skip(str(error))
    if kind == "mock-pull":
        network.source.transact("set_price", 1_000, sender=deployer)  # wei
    address = network.source.address
    parameters = given(load("local"), source=address, brought=True)
    nobody = f"ETH is listed at a price that is brought to its source {address}, and nobody is known who has one"
    assert nobody in refused(chain, parameters)
    updates = {ETH: network.update}
    system = deploy(chain, parameters, deployer, update_of=updates.__getitem__)
    assert system.oracle.call("read", ETH)[1] == 4_000 * WAD
    assert system.oracle.call("feed_at", ETH)[0][:2] == (address, False)
    assert set(system.feeds) == {BTC}
    assert system.sources[ETH] == address


def test_a_given_source_that_is_brought_prices_must_take_updates() -> None:
    chain = RevmChain()
    asked = source_at(chain, 4_000 * WAD)
    silent = chain.deploy("MockSource", True, sender=chain.account(0)).address
    for address in (asked, silent):
        words = refused(chain, given(load("local"), source=address, brought=True))
        assert f"ETH's source at {address}" in words
        assert "takes no updates: it must be one that prices are brought to" in words


def test_what_is_deployed_with_the_system_is_told() -> None:
    local, address = load("local"), "0x694AA1769357215DE4FAC081bf1f309aDC325306"
    assert local.own == ["the token (mock)", "ETH's source (mock)", "BTC's source (mock)"]
    assert given(local, address, source="pyth", reference="chainlink", fallback="mock").own == [
        *("ETH's source (pyth)", "ETH's reference (chainlink)", "ETH's fallback (mock)", "BTC's source (mock)")
    ]
    assert given(local, source=address, reference=address).own == ["the token (mock)", "BTC's source (mock)"]
    assert load("sepolia").own == []


def test_a_sequencers_uptime_is_used() -> None:
    chain = RevmChain()
    deployer = chain.account(0)
    proxy = chain.deploy("MockAggregatorProxy", 0, sender=deployer)
    proxy.transact("push", 0, sender=deployer)
    uptime = chain.deploy("SequencerUptime", proxy.address, 300, sender=deployer).address
    chain.warp(301)  # markets are listed when its grace is over
    system = deploy(chain, replace(load("local"), uptime=uptime), deployer)
    assert system.oracle.call("UPTIME") == uptime


def test_a_given_uptime_must_be_one() -> None:
    chain = RevmChain()
    deployer = chain.account(0)
    nothing, other = chain.account(9), chain.deploy("MockPool", sender=deployer).address
    for address, words in (
        (nothing, f"There is no sequencer uptime at {nothing} on chain {chain.chain_id}."),
        (other, f"What is at {other} on chain {chain.chain_id} does not say whether the sequencer is up."),
    ):
        with pytest.raises(PlanError) as caught:
            deploy(chain, replace(load("local"), uptime=address), deployer)
        assert str(caught.value) == words


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
    house.trade(house.taker, ETH, 3 * WAD, 4_010)
    assert house.lens.call("position", house.taker, ETH)[0] == 3 * WAD
    assert len(ROLES) == len(set(house.roles.values()))
