// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity ^0.8.30;

// What the campaign asks of forge and of the contracts, and no more.

interface Vm {
    function prank(address sender) external;
    function warp(uint256 timestamp) external;
    function load(address account, bytes32 slot) external view returns (uint256);
    function loadAllocs(string calldata path) external;
    function writeFile(string calldata path, string calldata text) external;
    function writeLine(string calldata path, string calldata line) external;
    function toString(uint256 value) external pure returns (string memory);
    function toString(bytes32 value) external pure returns (string memory);
}

Vm constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

struct Order {
    address account;
    uint256 market;
    int256 size;
    uint256 acceptable;
    uint256 trigger;
    bool triggerAbove;
    bool reduceOnly;
    uint256 fee;
    uint256 expiresAt;
    uint256 due;
    uint256 committedAt;
}

interface Vault {
    function deposit(address account, uint256 amount) external;
    function withdraw(address account, uint256 amount, address to) external;
    function flag(address account) external;
    function realise(address account, uint256 market) external;
    function collect(uint256 index) external;
    function account_word(address account) external view returns (uint256);
}

interface Orders {
    function commit(Order calldata order, uint256 slot) external returns (uint256);
    function execute(Order calldata order, uint256 slot, uint256 id, bytes calldata update) external payable;
    function cancel(Order calldata order, uint256 slot) external;
}

interface Liquidation {
    function liquidate(address account, uint256 market, bytes calldata update) external payable returns (uint256);
}

interface Pool {
    function position_word(address account, uint256 market) external view returns (uint256);
}

interface Shares {
    function request_deposit(address account, uint256 assets) external;
    function request_redeem(uint256 shares) external;
    function settle() external;
    function claim(address holder) external returns (uint256, uint256);
    function balanceOf(address holder) external view returns (uint256);
}

interface Feed {
    function push(uint256 mid) external returns (uint256);
}
