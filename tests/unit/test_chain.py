"""The chain protocol: one toy contract gives the same results, events and codes wherever it runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from novation.chain.abi import mapping_slot
from novation.chain.ape import ANVIL, EMBEDDED, connect
from novation.chain.compiler import compile_all
from novation.chain.components import ComponentUnavailable
from novation.chain.protocol import Chain, ChainError, Contract, Event, Reverted
from novation.chain.revm import RevmChain

SCALE = 7


@pytest.fixture(
    scope="module",
    params=["revm", pytest.param(EMBEDDED, id="embedded"), pytest.param(ANVIL, id="anvil", marks=pytest.mark.anvil)],
)
def networks(request: pytest.FixtureRequest) -> Iterator[Chain]:
    if request.param == "revm":
        yield RevmChain()
        return
    try:
        with connect(request.param) as chain:
            yield chain
    except ComponentUnavailable as error:
        pytest.skip(str(error))


@pytest.fixture
def chain(networks: Chain) -> Iterator[Chain]:
    mark = networks.snapshot()
    yield networks
    networks.restore(mark)


@pytest.fixture
def deployer(chain: Chain) -> str:
    return chain.account(0)


@pytest.fixture
def writer(chain: Chain) -> str:
    return chain.account(1)


@pytest.fixture
def probe(chain: Chain, deployer: str) -> Contract:
    return chain.deploy("Probe", SCALE, sender=deployer)


def test_deploys_at_the_predicted_addresses(chain: Chain, deployer: str) -> None:
    predicted = [chain.predict(deployer), chain.predict(deployer, 1)]
    deployed = [chain.deploy("Probe", SCALE, sender=deployer) for _ in predicted]
    assert [probe.address for probe in deployed] == predicted
    assert len(chain.code(predicted[0])) == compile_all(["Probe"])["Probe"].runtime_size
    assert deployed[0].call("OWNER") == deployer
    assert deployed[0].call("SCALE") == SCALE


def test_writes_and_tells_it_by_an_event(chain: Chain, probe: Contract, writer: str) -> None:
    chain.warp(100)
    now = chain.now
    assert probe.call("clock") == (now, chain.chain_id)
    receipt = probe.transact("write", 5, sender=writer)
    assert receipt.ok
    assert receipt.error is None
    assert receipt.gas > 21_000
    assert receipt.time == now
    assert receipt.events == [Event(probe.address, "Written", {"writer": writer, "amount": 5, "at": now})]
    assert receipt.one("Written").args["amount"] == 5
    assert probe.call("reading") == (now, 5, writer)
    assert probe.call("written", writer) == 1
    slot = compile_all(["Probe"])["Probe"].layout["storage_layout"]["written"]["slot"]
    assert chain.storage(probe.address, mapping_slot(slot, writer)) == 1


def test_dynamic_values_go_both_ways(probe: Contract, writer: str) -> None:
    assert probe.call("sums", [1, -2], [3, 4]) == ((14, -7), ((0, 0, "0x" + 40 * "0"),) * 2)
    receipt = probe.transact("note", [1, 2], "hélas", sender=writer)
    assert [event.args for event in receipt.find("Noted")] == [{"key": 1, "note": "hélas"}, {"key": 2, "note": "hélas"}]


@pytest.mark.parametrize(
    ("function", "args", "code"),
    [
        ("write", (0,), "ZERO"),
        ("write", (-1,), "NEGATIVE"),
        ("write", (-11,), ""),
        ("write", (1 << 200,), ""),
        ("note", ([], ""), "EMPTY"),
        ("own", (), "OWNER"),
        ("refuse", (), "INVALID"),
    ],
)
def test_reverts_carry_their_code(
    probe: Contract, writer: str, function: str, args: tuple[object, ...], code: str
) -> None:
    receipt = probe.attempt(function, *args, sender=writer)
    assert (receipt.ok, receipt.error, receipt.events) == (False, code, [])
    with pytest.raises(Reverted) as transacted:
        probe.transact(function, *args, sender=writer)
    with pytest.raises(Reverted) as called:
        probe.call(function, *args, sender=writer)
    assert (transacted.value.code, called.value.code) == (code, code)


def test_too_little_gas_and_too_little_ether(chain: Chain, probe: Contract, writer: str) -> None:
    assert probe.attempt("write", 5, sender=writer, gas=40_000).error == "OUT_OF_GAS"
    assert probe.attempt("pay", sender=writer, value=10**30).error == "REJECTED"


def test_a_call_keeps_nothing(chain: Chain, probe: Contract, writer: str) -> None:
    assert probe.call("pay", sender=writer, value=5) == 5
    assert chain.balance(probe.address) == 0
    probe.transact("pay", sender=writer, value=5)
    assert chain.balance(probe.address) == 5


def test_views_revert_and_others_name_themselves(probe: Contract) -> None:
    with pytest.raises(Reverted, match=r"^Probe\.check: NEGATIVE$"):
        probe.call("check", -1)
    with pytest.raises(KeyError):
        probe.call("check")


def test_snapshots_that_are_dropped_leave_no_depth(chain: Chain, probe: Contract, writer: str) -> None:
    """Each adds to the call depth in process, of which there are 1,024: calls failed deep down after so many."""
    if not isinstance(chain, RevmChain):
        pytest.skip("a node keeps its snapshots elsewhere")
    base = chain.snapshot()
    for _ in range(1_100):
        chain.snapshot()
        chain.restore(base)
    assert probe.transact("write", 1, sender=writer).ok


def test_a_snapshot_is_restored_again_and_again(chain: Chain, probe: Contract, writer: str) -> None:
    before = (chain.now, chain.block)
    mark = chain.snapshot()
    for amount in (1, 2, 3):
        chain.warp(1_000)
        probe.transact("write", amount, sender=writer)
        later = chain.snapshot()
        assert probe.call("reading")[1] == amount
        chain.restore(mark)
        assert probe.call("reading")[1] == 0
        assert (chain.now, chain.block) == before
        with pytest.raises(ChainError):
            chain.restore(later)


def test_time_does_not_go_back(chain: Chain) -> None:
    with pytest.raises(ChainError):
        chain.set_time(chain.now - 1)


def test_mining_and_funding(chain: Chain) -> None:
    block = chain.block
    chain.mine(3)
    assert chain.block == block + 3
    stranger = "0x" + 20 * "9a"
    chain.fund(stranger, 10**18)
    assert chain.balance(stranger) >= 10**18


def test_another_view_of_a_deployed_contract(chain: Chain, probe: Contract, writer: str) -> None:
    again = chain.at("Probe", probe.address.lower())
    assert again.address == probe.address
    again.transact("write", 1, sender=writer)
    assert probe.call("written", writer) == 1
