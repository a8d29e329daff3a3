"""A node behind JSON-RPC: anvil, or a live network."""

from __future__ import annotations

import time
from typing import Any

from novation.chain.abi import checksum
from novation.chain.nodes import DEV_GAS, Done
from novation.chain.protocol import ChainError, Reverted, revert_code

DEV_WAIT = 30  # seconds for a receipt
LIVE_WAIT = 300
MARGIN = 125  # per cent of the estimate, on live networks


class RpcError(Exception):
    """The node's error answer; `data` is revert data where there is any."""

    def __init__(self, error: Any) -> None:
        fields = error if isinstance(error, dict) else {"message": str(error)}
        super().__init__(str(fields.get("message", fields)))
        found = fields.get("data")
        self.data = bytes.fromhex(found[2:]) if isinstance(found, str) and found.startswith("0x") else b""
        self.is_execution = bool(self.data) or "revert" in str(self) or fields.get("code") == 3

    @property
    def code(self) -> str:
        """As `revert_code` names failures."""
        text = str(self)
        if "OutOfGas" in text or "out of gas" in text:
            return "OUT_OF_GAS"
        if "InvalidFEOpcode" in text or "invalid opcode" in text:
            return "INVALID"
        return revert_code(self.data) if self.is_execution else "REJECTED"


class RpcNode:
    """A node behind JSON-RPC. On test networks time travels and gas limits are generous; on live ones gas is
    estimated first, so that what would revert is not sent."""

    def __init__(self, provider: Any, is_dev: bool) -> None:
        self._provider = provider
        self._is_dev = is_dev
        self._tag = "pending" if is_dev else "latest"

    def _ask(self, method: str, *params: Any) -> Any:
        answer = self._provider.web3.provider.make_request(method, list(params))
        if "error" in answer:
            raise RpcError(answer["error"])
        return answer.get("result")

    def _dev(self, method: str, *params: Any) -> Any:
        if not self._is_dev:
            raise ChainError(f"{method} is for test networks")
        try:
            return self._ask(method, *params)
        except RpcError as error:
            raise ChainError(f"the node refuses {method}: {error}") from error

    def now(self) -> int:
        return int(self._ask("eth_getBlockByNumber", self._tag, False)["timestamp"], 16)

    def set_time(self, timestamp: int) -> None:
        self._dev("evm_setNextBlockTimestamp", timestamp)

    def block(self) -> int:
        return int(self._ask("eth_blockNumber"), 16)

    def mine(self, blocks: int) -> None:
        self._dev("anvil_mine", hex(blocks))

    def snapshot(self) -> Any:
        return self._dev("evm_snapshot")

    def restore(self, mark: Any) -> None:
        self._dev("evm_revert", mark)

    def balance(self, address: str) -> int:
        return int(self._ask("eth_getBalance", address, "latest"), 16)

    def nonce(self, address: str) -> int:
        return int(self._ask("eth_getTransactionCount", address, self._tag), 16)

    def code(self, address: str) -> bytes:
        return bytes.fromhex(self._ask("eth_getCode", address, "latest")[2:])

    def storage(self, address: str, slot: int) -> int:
        return int(self._ask("eth_getStorageAt", address, hex(slot), "latest"), 16)

    def call(self, sender: str | None, to: str, data: bytes, value: int) -> bytes:
        fields = {"to": to, "data": "0x" + data.hex(), "value": hex(value)} | ({"from": sender} if sender else {})
        try:
            return bytes.fromhex(self._ask("eth_call", fields, self._tag)[2:])
        except RpcError as error:
            raise Reverted(error.code) from None

    def send(self, account: Any, to: str | None, data: bytes, value: int, gas: int | None) -> Done:
        address = account if isinstance(account, str) else str(account.address)
        fields = {"from": address, "data": "0x" + data.hex(), "value": hex(value)} | ({"to": to} if to else {})
        try:
            if isinstance(account, str):  # anvil sends for it
                gas = gas or DEV_GAS
                hash = self._ask("eth_sendTransaction", fields | {"gas": hex(gas), "gasPrice": "0x0"})
                return self._done(hash, fields)
            if gas is None:
                estimate = self._is_dev or int(self._ask("eth_estimateGas", fields), 16)
                gas = DEV_GAS if self._is_dev else estimate * MARGIN // 100
            hash = self._ask("eth_sendRawTransaction", self._signed(account, to, data, value, gas))
        except RpcError as error:
            return Done(error.code, 0, error.data, self.now(), self.block(), [], "")
        return self._done(hash, fields)

    def impersonate(self, address: str) -> None:
        """Lets anvil send for an address without a key. @raises ChainError on any other node."""
        self._dev("anvil_impersonateAccount", address)

    def _done(self, hash: str, fields: dict[str, str]) -> Done:
        receipt = self._receipt(hash)
        number = receipt["blockNumber"]
        output, error_code = b"", None
        if int(receipt["status"], 16) == 0:
            output, error_code = self._why(hash, fields, number)
        logs = [
            (
                checksum(bytes.fromhex(log["address"][2:])),
                [bytes.fromhex(topic[2:]) for topic in log["topics"]],
                bytes.fromhex(log["data"][2:]),
            )
            for log in receipt["logs"]
        ]
        stamp = int(self._ask("eth_getBlockByNumber", number, False)["timestamp"], 16)
        return Done(error_code, int(receipt["gasUsed"], 16), output, stamp, int(number, 16), logs, hash)

    def _signed(self, account: Any, to: str | None, data: bytes, value: int, gas: int) -> str:
        """The raw transaction, signed by Ape's account."""
        base = int(self._ask("eth_getBlockByNumber", "latest", False).get("baseFeePerGas", "0x0"), 16)
        tip = 0 if self._is_dev else int(self._ask("eth_maxPriorityFeePerGas"), 16)
        fields: dict[str, Any] = {
            "type": 2,
            "chainId": self._provider.chain_id,
            "from": account.address,
            "nonce": self.nonce(account.address),
            "gas": gas,
            "maxFeePerGas": 2 * base + tip,
            "maxPriorityFeePerGas": tip,
            "value": value,
            "data": data,
        }
        if to:
            fields["to"] = to
        signed = account.sign_transaction(self._provider.network.ecosystem.create_transaction(**fields))
        if signed is None:
            raise ChainError(f"{account.address} did not sign")
        return "0x" + bytes(signed.serialize_transaction()).hex()

    def _receipt(self, hash: str) -> Any:
        """Waits for the receipt. @raises ChainError."""
        pause = 0.005 if self._is_dev else 1.0
        end = time.monotonic() + (DEV_WAIT if self._is_dev else LIVE_WAIT)
        while (receipt := self._ask("eth_getTransactionReceipt", hash)) is None:
            if time.monotonic() > end:
                raise ChainError(f"transaction {hash} is not mined yet")
            time.sleep(pause)
        return receipt

    def _why(self, hash: str, fields: dict[str, str], number: str) -> tuple[bytes, str]:
        """Revert data and code of a failed transaction: from its trace, else from calling again at its block."""
        try:
            trace = self._ask("debug_traceTransaction", hash, {"tracer": "callTracer"})
            output = bytes.fromhex(trace.get("output", "0x")[2:])
            text = trace.get("error", "")
            return output, RpcError({"message": text or "revert", "data": "0x" + output.hex(), "code": 3}).code
        except RpcError:
            pass
        try:
            self._ask("eth_call", fields, number)
        except RpcError as error:
            return error.data, error.code
        return b"", ""
