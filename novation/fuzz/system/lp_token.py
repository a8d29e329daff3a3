"""The ERC-20 side of PoolShares, which the model leaves to the library: allowances, permits and the library's own
sentences."""

from __future__ import annotations

from coincurve import PublicKey
from eth_utils.crypto import keccak

from novation.model import Revert
from novation.model.journal import Env, external
from novation.model.pool import Pool
from novation.model.shares import Shares
from novation.model.vault import Vault

PERMIT = keccak(text="Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)")
HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
UNLIMITED = (1 << 256) - 1


DOMAIN = keccak(text="EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")


def domain_separator(name: str, version: str, chain_id: int, address: int) -> bytes:
    """What a contract's signatures are bound to (EIP-712)."""
    numbers = b"".join(value.to_bytes(32, "big") for value in (chain_id, address))
    return keccak(DOMAIN + keccak(text=name) + keccak(text=version) + numbers)


def permit_digest(domain: bytes, owner: int, spender: int, amount: int, nonce: int, deadline: int) -> bytes:
    """What the owner signs (EIP-2612)."""
    words = b"".join(value.to_bytes(32, "big") for value in (owner, spender, amount, nonce, deadline))
    return keccak(b"\x19\x01" + domain + keccak(PERMIT + words))


def recovered(digest: bytes, v: int, r: bytes, s: bytes) -> int:
    """Who signed, 0 where the signature is none: as the precompile tells."""
    if v not in (27, 28):
        return 0
    try:
        key = PublicKey.from_signature_and_message(r + s + bytes([v - 27]), digest, hasher=None)
    except ValueError:
        return 0
    return int.from_bytes(keccak(key.format(compressed=False)[1:])[12:], "big")


class LpToken(Shares):
    """Shares with all externals of their token. `domain` is the contract's EIP-712 separator."""

    def __init__(self, env: Env, address: int, vault: Vault, pool: Pool, epoch: int, domain: bytes) -> None:
        super().__init__(env, address, vault, pool, epoch)
        self.domain = domain
        self.allowances = env.table()
        self.nonces = env.table()

    @external
    def transfer(self, sender: int, to: int, amount: int) -> bool:
        """@raises Revert with the library's sentence."""
        self._hand_over(sender, to, amount)
        return True

    @external
    def approve(self, sender: int, spender: int, amount: int) -> bool:
        """@raises Revert with the library's sentence."""
        self._approve(sender, spender, amount)
        return True

    @external
    def transferFrom(self, sender: int, owner: int, to: int, amount: int) -> bool:  # noqa: N802
        """@raises Revert with the library's sentence."""
        allowed = self.allowances.get((owner, sender), 0)
        if allowed != UNLIMITED:
            if allowed < amount:
                raise Revert("erc20: insufficient allowance")
            self._approve(owner, sender, allowed - amount)
        self._hand_over(owner, to, amount)
        return True

    @external
    def permit(
        self, sender: int, owner: int, spender: int, amount: int, deadline: int, v: int, r: bytes, s: bytes
    ) -> None:
        """An approval that its owner signed. @raises Revert with the library's sentence."""
        if self.env.now > deadline:
            raise Revert("erc20: expired deadline")
        nonce = self.nonces.get(owner, 0)
        if int.from_bytes(s, "big") > HALF_ORDER:
            raise Revert("ecdsa: invalid signature `s` value")
        signer = recovered(permit_digest(self.domain, owner, spender, amount, nonce, deadline), v, r, s)
        if not signer:
            raise Revert("ecdsa: invalid signature")
        if signer != owner:
            raise Revert("erc20: invalid signature")
        self.nonces[owner] = nonce + 1
        self._approve(owner, spender, amount)

    def _approve(self, owner: int, spender: int, amount: int) -> None:
        if not owner:
            raise Revert("erc20: approve from the zero address")
        if not spender:
            raise Revert("erc20: approve to the zero address")
        self.allowances[owner, spender] = amount
        self.env.emit(self.address, "Approval", owner, spender, amount)

    def _hand_over(self, owner: int, to: int, amount: int) -> None:
        if not owner:
            raise Revert("erc20: transfer from the zero address")
        if not to:
            raise Revert("erc20: transfer to the zero address")
        if self.balances.get(owner, 0) < amount:
            raise Revert("erc20: transfer amount exceeds balance")
        self._move(owner, to, amount)
