"""Pyth's web service, Hermes, as a service of signed updates.

`GET /v2/updates/price/WHEN?ids[]=FEED&encoding=hex`, where WHEN is `latest` or a Unix time, is answered with the newest
update, or the first one that was published at or after the time: `{"binary": {"data": [hex]}}`, or status 404 where
there is none. Nothing that it says is trusted: the source proves it. Source: the `rest` module of Pyth's Hermes server.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import requests

from novation.chain.protocol import Chain, Reverted

EXAMPLE = "https://hermes.pyth.network"
KEY = "PYTH_API_KEY"  # the environment's variable of the key that Pyth's own instance wants
TIMEOUT = 5.0  # seconds to connect, and between two pieces of an answer
PAUSE = 5.0  # seconds without a question after a failure
LIMITED = 60.0  # the same where it was asked too often
SLACK = 2  # seconds before the chain's time: a network that lives has published since
KEPT = 1_000  # updates
MISSING, UNAUTHORIZED, FORBIDDEN, TOO_MANY = 404, 401, 403, 429


class Hermes:
    """A `PriceService`. While it does not answer there are no updates; that and its end are told once."""

    def __init__(
        self, url: str, feeds: Mapping[int, bytes], now: Callable[[], int], say: Callable[[str], None], key: str = ""
    ) -> None:
        """
        @param url Of the service, up to `/v2`.
        @param feeds Pyth's 32 bytes of a price, by market number.
        @param now The chain's time: what was published later proves nothing yet.
        @raises ValueError with one sentence where the address is none of a web service.
        """
        try:
            parts = urlsplit(url)
            self._name = parts.hostname or ""
            is_web = parts.scheme in ("http", "https") and self._name != "" and parts.port != 0 and not parts.query
        except ValueError:
            is_web = False
        if not is_web:
            raise ValueError(f"--hermes {url} is no address of a web service, such as {EXAMPLE}")
        self._url, self._feeds, self._now, self._say = url.rstrip("/"), feeds, now, say
        self._session = requests.Session()
        if key:
            self._session.headers["Authorization"] = f"Bearer {key}"
        self._updates: dict[tuple[int, int], bytes] = {}  # by market and time
        self._newest: dict[int, tuple[int, bytes]] = {}  # with the chain's time when it was asked
        self._silent_until = 0.0
        self._trouble = ""

    def serves(self, market: int) -> bool:
        """Whether its source is Pyth's."""
        return market in self._feeds

    def newest(self, market: int) -> bytes:
        """The newest one that the chain can prove by now."""
        now = self._now()
        if self._newest.get(market, (0, b""))[0] != now:
            update = self.update_at(market, now - SLACK) or self._ask(market, "latest")
            if not update:
                return b""
            self._newest[market] = now, update
        return self._newest[market][1]

    def update_at(self, market: int, time: int) -> bytes:
        """The first one that was published at or after a time (Unix seconds)."""
        if (market, time) not in self._updates:
            update = self._ask(market, str(time))
            if not update:
                return b""
            if len(self._updates) >= KEPT:
                del self._updates[next(iter(self._updates))]
            self._updates[market, time] = update
        return self._updates[market, time]

    def _ask(self, market: int, when: str) -> bytes:
        if market not in self._feeds or time.monotonic() < self._silent_until:
            return b""
        asked = {"ids[]": "0x" + self._feeds[market].hex(), "encoding": "hex", "parsed": "false"}
        try:
            answer = self._session.get(f"{self._url}/v2/updates/price/{when}", params=asked, timeout=TIMEOUT)
            if answer.status_code == MISSING:
                if when == "latest":
                    self._fail(f"it has no price {asked['ids[]']}")
                return b""
            if not answer.ok:
                self._fail(_refusal(answer.status_code), answer.status_code == TOO_MANY)
                return b""
            (data,) = answer.json()["binary"]["data"]
            update = bytes.fromhex(data.removeprefix("0x"))
        except requests.Timeout:
            self._fail(f"no answer within {TIMEOUT:g} s")
        except requests.ConnectionError:
            self._fail("no connection")
        except (requests.RequestException, ValueError, LookupError, TypeError, AttributeError):
            self._fail("its answer is none of Hermes")
        else:
            if self._trouble:
                self._say(f"{self._name} gives prices again.")
            self._trouble = ""
            return update
        return b""

    def _fail(self, why: str, is_limited: bool = False) -> None:
        self._silent_until = time.monotonic() + (LIMITED if is_limited else PAUSE)
        if why != self._trouble:
            self._say(f"{self._name} gives no prices ({why}): until it does, only those that others bring are used.")
        self._trouble = why


def pyth_feeds(chain: Chain, sources: Mapping[int, str]) -> dict[int, bytes]:
    """Pyth's 32 bytes of the prices of those sources that are Pyth's, by market number.

    @param sources Addresses by market number.
    """
    feeds = {}
    for market, address in sources.items():
        source = chain.at("PythSource", address)
        try:
            source.call("WORMHOLE")  # which no other source has
            feeds[market] = bytes(source.call("FEED"))
        except (Reverted, ValueError):
            continue
    return feeds


def _refusal(status: int) -> str:
    if status in (UNAUTHORIZED, FORBIDDEN):
        return f"it wants another key than {KEY} of the environment"
    return f"status {status}"
