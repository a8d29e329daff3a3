"""Every source on the contract it speaks to."""

from __future__ import annotations

from random import Random

from novation.chain.components import artifact
from novation.chain.protocol import Chain, Contract
from novation.deployment import parts
from novation.deployment.settings import Token
from novation.upstream import pyth, redstone, streams, uniswap
from novation.upstream.wormhole import deploy_wormhole

WAD = 10**18
ETH = 4000 * WAD
CENTS = 10**8  # 8 decimals
GRID = 10  # seconds
WINDOW = 600
LIQUIDITY = 10**15
# With which an update may be refused; an empty one is a revert without a reason.
CODES = {"FORMAT", "SIGNED", "ORIGIN", "FEED", "VALUE", "FUTURE", "EXPIRED", "FEE", "GRID"}


class Ground:
    """The networks, and a source of ETH on each."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.me = chain.account(0)
        self.wormhole = deploy_wormhole(chain, self.me)
        self.pyth_feed = b"\7" * 32
        self.pyth_source = chain.deploy(
            "PythSource",
            self.wormhole.core.address,
            pyth.PYTHNET,
            pyth.EMITTER,
            self.pyth_feed,
            sender=self.me,
        )
        self.redstone = redstone.service()
        self.redstone_feed = redstone.feed_id("ETH")
        addresses = [signer.address for signer in self.redstone.signers]
        self.redstone_source = chain.deploy("RedStoneSource", self.redstone_feed, GRID, addresses, sender=self.me)
        self.streams = streams.deploy_streams(chain, self.me)
        self.streams_feed = streams.feed_id("ETH/USD")
        self.streams.add(self.streams_feed)
        self._digests = dict(self.streams.digests)
        self.streams_source = chain.deploy(
            "DataStreamsSource", self.streams.proxy.address, self.streams_feed, sender=self.me
        )
        self.weth = chain.deploy(("WETH9", *artifact("weth", "WETH9")), sender=self.me)
        self.link = chain.deploy(("LinkToken", *artifact("chainlink", "LinkToken")), sender=self.me)
        self.restart()

    def restart(self) -> None:
        """The networks as they were when all was deployed; the chain is restored apart."""
        self.pyth = pyth.Pyth(self.wormhole)
        self.streams.digests.clear()
        self.streams.digests.update(self._digests)

    @property
    def slot(self) -> int:
        """The newest time of RedStone's grid."""
        return self.chain.now // GRID * GRID

    def pyth_price(self, price: int = 4000 * CENTS, ago: int = 0, gap: int = 1, **changes: object) -> pyth.PythPrice:
        """A price of our feed."""
        at = self.chain.now - ago
        found = pyth.PythPrice(self.pyth_feed, price, CENTS, -8, at, at - gap)
        return found._replace(**changes)  # type: ignore[arg-type]

    def report(self, price: int = ETH, ago: int = 0, gap: int = 1, **changes: object) -> streams.Report:
        """A report of our stream."""
        at = self.chain.now - ago
        found = streams.Report(
            self.streams_feed, at - gap + 1, at, 0, 0, self.chain.now + 3600, price, price - WAD, price + WAD
        )
        return found._replace(**changes)  # type: ignore[arg-type]

    def packages(self, *dollars: int, ago: int = 0) -> bytes:
        """RedStone's values of our feed."""
        return self.redstone.payload(self.redstone_feed, [d * CENTS for d in dollars], (self.slot - ago) * 1000)

    def pool(self) -> tuple[uniswap.Uniswap, Contract, Contract]:
        """A pool of WETH and Circle's USDC at 4,000. @return Uniswap, the pool, USDC."""
        *_, (usdc, _) = parts.deploy_token(self.chain, Token("usdc", "USD Coin", "USDC", 6), self.me)
        usdc.transact("mint", self.me, 10**13, sender=self.me)
        self.weth.transact("deposit", sender=self.me, value=2000 * WAD)
        protocol = uniswap.deploy_uniswap(self.chain, self.weth, self.me)
        pool = protocol.pool(self.weth, usdc, 4000 * 10**6 / WAD, self.me, 1000 * WAD, 100)
        return protocol, pool, usdc


def prove(source: Contract, update: bytes, value: int = 0) -> tuple[int, ...] | str:
    """The observation, or the code with which the source refuses it."""
    chain = source._chain
    receipt = source.attempt("prove", update, sender=chain.account(0), value=value)
    return tuple(source.returned("prove", receipt)) if receipt.ok else str(receipt.error)


def slow(chain: Chain, target: str) -> str:
    """A contract that passes static calls on, after a loop of 150,000 gas. @return its address."""
    loop = "62" + (5_800).to_bytes(3).hex() + "5b60019003" + "80" + "600457"
    call = "3660006000376000600036600073" + target[2:].lower() + "5afa"
    head = bytes.fromhex(loop + call)
    here = len(head) + 9
    code = head + bytes.fromhex(f"60{here - 1:02x}57" + "60006000fd" + "5b" + "3d600060003e3d6000f3")
    start = bytes.fromhex(f"60{len(code):02x}80600b6000396000f3")
    return chain.deploy(("Slow", [], start + code), sender=chain.account(0)).address


def starved(source: Contract, function: str, *arguments: object, most: int = 600_000, rare: bool = False) -> None:
    """Asks with ever more gas: with too little of it the call fails, and is told as that. It never answers otherwise.

    @param rare What is asked costs so little that it leaves nothing to say GAS with.
    """
    chain, me = source._chain, source._chain.account(0)
    data = source.encode(function, *arguments)
    whole = chain.raw_transact(source.address, data, sender=me)
    assert whole.ok
    seen = set()
    for gas in range(22_000, most, most // 350):
        receipt = chain.raw_transact(source.address, data, sender=me, gas=gas)
        seen.add(receipt.error)
        assert not receipt.ok or receipt.output == whole.output, gas
    assert seen == {None, "OUT_OF_GAS"} | (set() if rare else {"GAS"})


def tampered(update: bytes, seed: int, count: int) -> list[bytes]:
    """Copies with one bit turned, bytes cut off, doubled, put in or taken out."""
    random = Random(seed)
    found = []
    for _ in range(count):
        at = random.randrange(len(update))
        kind = random.randrange(6)
        if kind < 3:
            found.append(update[:at] + bytes([update[at] ^ 1 << random.randrange(8)]) + update[at + 1 :])
        elif kind == 3:
            found.append(update[:at])
        elif kind == 4:
            found.append(update[:at] + random.randbytes(random.randrange(1, 40)) + update[at:])
        else:
            found.append(update[:at] + update[at + random.randrange(1, 40) :])
    return found
