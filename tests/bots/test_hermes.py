"""Pyth's web service, from a server in this process that answers as Pyth's own does."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import novation.bots.hermes as module
from novation.bots.hermes import SLACK, Hermes, pyth_feeds
from novation.chain.components import ComponentUnavailable
from novation.deployment.parameters import load
from novation.deployment.parts import Publisher
from novation.upstream import pyth
from tests.bots.conftest import Floor, furnished
from tests.support.system import BTC, DUE, ETH, FEE, WAD

FEEDS = {ETH: pyth.feed_id("ETH"), BTC: pyth.feed_id("BTC")}
MESSAGE, PROOF = 85, 1 + 6 * 20  # bytes, of 64 prices under a root
PUBLISHED = 53  # where the time is in a message
Answer = tuple[int, bytes]  # status, body


@dataclass
class Server:
    """What the networks of a house have published, by their 32 bytes; `odd` answers in place of that."""

    url: str = ""
    feeds: dict[str, Publisher] = field(default_factory=dict)
    odd: Callable[[], Answer] | None = None
    asked: list[str] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)

    def answer(self, path: str) -> Answer:
        parts = urlsplit(path)
        self.asked.append(parts.path)
        if self.odd is not None:
            return self.odd()
        (feed,) = parse_qs(parts.query)["ids[]"]
        when = parts.path.removeprefix("/v2/updates/price/")
        if feed not in self.feeds:
            return 404, b"Price ids not found"
        network = self.feeds[feed]
        update = network.update if when == "latest" else network.update_at(int(when))
        return (200, told(update.hex())) if update else (404, b"Update data not found")


def told(*updates: str) -> bytes:
    return json.dumps({"binary": {"encoding": "hex", "data": updates}, "parsed": None}).encode()


def published_at(update: bytes) -> int:
    """Of the one message in an update: it and its proof are the last bytes."""
    message = update[-(MESSAGE + PROOF) : -PROOF]
    return int.from_bytes(message[PUBLISHED : PUBLISHED + 8])


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.keys.append(self.headers.get("Authorization"))
            status, body = made.answer(self.path)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            """Nobody reads it."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, args=(0.01,))
    thread.start()
    made.url = f"http://127.0.0.1:{http.server_port}"
    yield made
    http.shutdown()
    thread.join()
    http.server_close()


@pytest.fixture
def floor(server: Server) -> Floor:
    """A house whose prices come from the server."""
    try:
        floor = furnished(load("local").with_sources("pyth", "mock"))
    except ComponentUnavailable as error:
        pytest.skip(str(error))
    server.feeds = {"0x" + FEEDS[market].hex(): feed for market, feed in floor.house.feeds.items()}
    return floor


def service_of(floor: Floor, server: Server, said: list[str]) -> Hermes:
    house = floor.house
    return Hermes(server.url + "/", pyth_feeds(house.chain, house.sources), lambda: house.now, said.append)


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """It asks again at once after a failure."""
    monkeypatch.setattr(module, "PAUSE", -1.0)


def test_only_sources_of_pyth_are_asked_for(floor: Floor) -> None:
    house = floor.house
    other = house.chain.deploy("MockSource", False, sender=house.owner).address
    assert pyth_feeds(house.chain, {**house.sources, 5: other, 6: house.keeper}) == FEEDS


def test_bots_bring_what_it_has(floor: Floor, server: Server) -> None:
    house, said = floor.house, list[str]()
    service = service_of(floor, server, said)
    keeper, liquidator = floor.keeper(service=service), floor.liquidator(service=service)
    order = house.order(house.taker, ETH, 240 * WAD)
    house.chain.set_time(order[DUE])
    assert keeper.step() == []  # none yet
    for usd in (4_010, 4_020):
        floor.publish(ETH, usd)
        house.warp(8)
    (done,) = keeper.step()
    assert (done.kind, done.code, done.earned) == ("execute", "", FEE)
    assert done.receipt.one("Filled").args["price"] == 4_010 * WAD
    house.warp(60)
    floor.publish(ETH, 3_700)
    assert [deed.kind for deed in liquidator.step()] == ["liquidate"]
    assert house.price(ETH) == 3_700 * WAD
    assert said == []


def test_the_newest_is_one_that_the_chain_can_prove(floor: Floor, server: Server) -> None:
    house = floor.house
    house.warp(60)
    floor.publish(ETH, 4_010)
    begin = house.now
    for seconds in (4, 8):  # the network is ahead of the chain
        house.feeds[ETH].told.append((begin + seconds, 4_020 * WAD))
    # After a while without a new price it is the last one.
    for now, published in ((begin, begin), (begin + 4 + SLACK, begin + 4), (begin + 1_000, begin + 8)):
        update = Hermes(server.url, FEEDS, lambda now=now: now, lambda said: None).newest(ETH)
        assert published_at(update) == published


def test_the_same_is_asked_once(floor: Floor, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 2)
    service = service_of(floor, server, [])
    floor.house.warp(60)
    floor.publish(ETH, 4_010)
    first = floor.house.now
    for _ in range(3):
        assert published_at(service.newest(ETH)) == published_at(service.update_at(ETH, first)) == first
    assert len(server.asked) == 2
    for at, asked in ((first - 1, 3), (first, 3), (first - SLACK, 4)):  # the oldest, that of `newest`, is forgotten
        service.update_at(ETH, at)
        assert len(server.asked) == asked


def test_what_is_not_there_is_none(floor: Floor, server: Server) -> None:
    said: list[str] = []
    service = service_of(floor, server, said)
    assert service.serves(ETH)
    assert service.update_at(ETH, floor.house.now + 1) == b""
    assert not service.serves(7)
    assert service.update_at(7, 0) == service.newest(7) == b""
    assert said == []
    server.feeds.clear()
    assert service.newest(ETH) == b""
    assert said == [
        f"127.0.0.1 gives no prices (it has no price 0x{FEEDS[ETH].hex()}): until it does, only those that others bring"
        " are used."
    ]


def slow() -> Answer:
    time.sleep(0.3)
    return 200, told("00")


ODD: dict[str, tuple[Callable[[], Answer], str]] = {
    "failure": (lambda: (500, b"oh"), "status 500"),
    "key": (lambda: (401, b""), "it wants another key than PYTH_API_KEY of the environment"),
    "forbidden": (lambda: (403, b""), "it wants another key than PYTH_API_KEY of the environment"),
    "slow": (slow, "no answer within 0.1 s"),
    "no JSON": (lambda: (200, b"<html>"), "its answer is none of Hermes"),
    "a list": (lambda: (200, b"[]"), "its answer is none of Hermes"),
    "no data": (lambda: (200, told()), "its answer is none of Hermes"),
    "two": (lambda: (200, told("00", "01")), "its answer is none of Hermes"),
    "no hex": (lambda: (200, told("0x0g")), "its answer is none of Hermes"),
    "a number": (lambda: (200, b'{"binary": {"data": [5]}}'), "its answer is none of Hermes"),
    "no keys": (lambda: (200, b'{"binary": {}}'), "its answer is none of Hermes"),
}


@pytest.mark.parametrize(("odd", "why"), ODD.values(), ids=ODD)
@pytest.mark.usefixtures("eager")
def test_a_failure_is_told_once_and_its_end(
    server: Server, monkeypatch: pytest.MonkeyPatch, odd: Callable[[], Answer], why: str
) -> None:
    monkeypatch.setattr(module, "TIMEOUT", 0.1 if odd is slow else 60.0)
    said: list[str] = []
    service = Hermes(server.url, FEEDS, lambda: 1_000, said.append)
    server.odd = odd
    for _ in range(2):
        assert service.update_at(ETH, 900) == b""
    gone = f"127.0.0.1 gives no prices ({why}): until it does, only those that others bring are used."
    assert said == [gone]
    monkeypatch.setattr(module, "TIMEOUT", 60.0)
    server.odd = lambda: (200, told("0xabcd"))
    assert service.update_at(ETH, 900) == b"\xab\xcd"
    assert said == [gone, "127.0.0.1 gives prices again."]


def test_after_a_failure_it_is_left_alone(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: clock[0])
    service = Hermes(server.url, FEEDS, lambda: 1_000, lambda said: None)
    for status, pause in ((500, module.PAUSE), (429, module.LIMITED)):
        before = len(server.asked)
        server.odd = lambda status=status: (status, b"")
        for seconds in (0.0, pause - 1):
            clock[0] += seconds
            assert service.update_at(ETH, 900) == b""
        assert len(server.asked) == before + 1
        clock[0] += 1.5
        assert service.update_at(ETH, 900) == b""
        assert len(server.asked) == before + 2
        clock[0] += 100.0


def test_nobody_there(floor: Floor) -> None:
    said: list[str] = []
    service = Hermes("http://127.0.0.1:1", FEEDS, lambda: floor.house.now, said.append)
    floor.house.order(floor.house.taker, ETH, WAD)
    floor.house.warp(60)
    assert floor.keeper(service=service).step() == floor.liquidator(service=service).step() == []
    (line,) = said
    assert "127.0.0.1 gives no prices (no connection)" in line


def test_a_key_is_sent(server: Server) -> None:
    server.odd = lambda: (200, told("ab"))
    for key, sent in (("secret", "Bearer secret"), ("", None)):
        assert Hermes(server.url, FEEDS, lambda: 1_000, lambda said: None, key).update_at(ETH, 900) == b"\xab"
        assert server.keys.pop() == sent


@pytest.mark.parametrize(
    "url", ["", "hermes", "ftp://hermes.example", "http://", "http://[", "http://a:b", "https://a.example/?x=1"]
)
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(ValueError, match=r"is no address of a web service, such as https://hermes\.pyth\.network"):
        Hermes(url, FEEDS, lambda: 0, lambda said: None)
