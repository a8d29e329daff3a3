"""LP shares in amounts that only a vault without money allows: the fields of their words, filled."""

from __future__ import annotations

from novation.chain.revm import RevmChain
from tests.support.lp import EPOCH, UTILISATION
from tests.support.stub import answering

MOST_ASSETS = 2**104 - 1
MOST_SHARES = 2**112 - 1


def test_batches_of_the_largest_amounts() -> None:
    chain = RevmChain()
    owner, lp = chain.account(0), chain.account(1)
    vault = answering(
        chain,
        {
            "is_paused(uint256)": [0],
            "pull(address,uint256)": [],
            "push(address,uint256)": [],
            "account_word(address)": [0],
        },
    )
    pool = chain.deploy("MockPool", sender=owner)
    shares = chain.deploy(
        "PoolShares", vault.address, pool.address, EPOCH, UTILISATION, "Pool Share", "SHARE", sender=owner
    )
    shares.transact("bootstrap", owner, sender=owner)
    while (held := shares.call("balanceOf", lp)) <= MOST_SHARES:
        low = -shares.call("totalSupply") // 100
        pool.transact("set_books", low, low, 0, 0, sender=owner)
        shares.transact("request_deposit", lp, MOST_ASSETS, sender=lp)
        assert shares.call("batches")[3] == shares.call("requests", lp)[1] == MOST_ASSETS
        if held:
            shares.transact("request_redeem", 1, sender=lp)
            assert shares.call("batches")[3:5] == (MOST_ASSETS, 1)
        chain.set_time(shares.call("batches")[2])
        assert shares.transact("settle", sender=owner).one("Settled").args["assets_in"] == MOST_ASSETS
        shares.transact("claim", lp, sender=lp)
        assert shares.call("balanceOf", lp) > held
    for amount, code in ((MOST_SHARES + 1, "SHARES"), (MOST_SHARES, None)):
        assert shares.attempt("request_redeem", amount, sender=lp).error == code
    assert shares.call("requests", lp)[3] == shares.call("batches")[4] == MOST_SHARES
    assert shares.call("claimable", lp) == (0, 0, 0, MOST_SHARES)
