"""Transactions that hardly any story has: refused ones, creations, ether from nowhere."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from novation.chain.anvil import listens
from novation.chain.components import ComponentUnavailable
from novation.chain.protocol import ChainError
from novation.fuzz.engines.compare import PLAYERS
from novation.fuzz.engines.recorder import Recordings
from novation.fuzz.evms.tape import Tape


@pytest.mark.parametrize("name", ["pyevm", pytest.param("anvil", marks=pytest.mark.anvil)])
def test_what_is_not_even_executed(recordings: Recordings, name: str) -> None:
    """Leaves nothing, and what comes after it in the same second is as ever."""
    chain = recordings.recorder("local")
    recordings.game("local").mirror.restart()
    state, sender, other = chain.state(), chain.account(0), chain.account(1)
    tape = chain.tape = Tape("local")
    for value, gas in ((1, 30_000), (1, 21_500), (10**30, 30_000), (1, 20_000), (2, 30_000)):
        chain.send(sender, other, b"\xff" * 40, value, gas)
    chain.send(sender, other, b"\xff" * 40, 10**30)
    chain.send(sender, other, b"\xff" * 40, 3)
    chain.tape = None
    assert [outcome.ok for outcome in tape.outcomes] == [True, False, False, False, True, False, True]
    try:
        player = PLAYERS[name](state)
    except ComponentUnavailable as error:
        pytest.skip(str(error))
    assert player.play(tape.transactions) == tape.outcomes
    player.close()


@pytest.mark.parametrize("name", ["pyevm", pytest.param("anvil", marks=pytest.mark.anvil)])
def test_contracts_made_within_a_story(recordings: Recordings, name: str) -> None:
    """At the same address, whatever was sent before."""
    chain = recordings.recorder("local")
    recordings.game("local").mirror.restart()
    sender, other = chain.account(0), chain.account(1)
    state = chain.state()
    tape = chain.tape = Tape("local")
    try:
        feed = chain.deploy("MockAggregatorProxy", 8, sender=sender)
        feed.transact("push", 5, sender=sender)
        second = chain.deploy("MockAggregatorProxy", 8, sender=sender)
        third = chain.deploy("MockAggregatorProxy", 18, sender=other)
        assert second.attempt("push", 6, sender=sender).ok
        assert third.attempt("push", 7, sender=other).ok
    finally:
        chain.tape = None
    assert [transaction.to == "" for transaction in tape.transactions] == [True, False, True, True, False, False]
    try:
        player = PLAYERS[name](state)
    except ComponentUnavailable as error:
        pytest.skip(str(error))
    assert player.play(tape.transactions) == tape.outcomes
    assert tape.outcomes[0].output == chain.code(feed.address)
    player.close()


def test_ether_from_nowhere_is_refused(recordings: Recordings) -> None:
    chain = recordings.recorder("local")
    rich = chain.account(0)
    chain.tape = Tape("local")
    try:
        with pytest.raises(ChainError, match="gives ether"):
            chain.fund(rich, chain.balance(rich) + 1)
    finally:
        chain.tape = None


def test_a_node_has_started_when_it_listens(tmp_path: Path) -> None:
    """Not when the file of its socket is there."""
    path = tmp_path / "ipc"
    assert not listens(path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        assert not listens(path)
        server.listen()
        assert listens(path)
