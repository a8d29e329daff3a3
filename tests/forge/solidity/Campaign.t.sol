// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity ^0.8.30;

import "./Checks.sol";

/// @title forge's side of the benchmark
/// @notice The state is loaded as Python left it after deployment; what codes there are is told in
///     `codes.txt`. forge calls `act`
///     and, after every call, `invariant_books`.
contract Campaign {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Handler private handler;
    Checks private checks;

    function setUp() external {
        VM.loadAllocs("world.json");
        VM.warp(START);
        address[] memory contracts = contractsOf();
        bytes memory hashes;
        for (uint256 i = 0; i < contracts.length; i++) hashes = bytes.concat(hashes, contracts[i].codehash);
        VM.writeFile("codes.txt", VM.toString(keccak256(hashes)));
        handler = new Handler();
        checks = new Checks(handler);
    }

    function targetContracts() external view returns (address[] memory found) {
        found = new address[](1);
        found[0] = address(handler);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory found) {
        found = new FuzzSelector[](1);
        found[0] = FuzzSelector(address(handler), new bytes4[](1));
        found[0].selectors[0] = Handler.act.selector;
    }

    function targetSenders() external pure returns (address[] memory found) {
        found = new address[](1);
        found[0] = KEEPER_0;
    }

    function invariant_books() external view {
        checks.check();
    }

    /// A run is over: its counters, for the driver to add up.
    function afterInvariant() external {
        VM.writeLine("stats.txt", VM.toString(handler.stats()));
    }

    /// The seeds 0, 1, 2 ...: a digest of every word after every call, for the twin to compare.
    function test_twin() external {
        bytes32 digest;
        for (uint256 seed = 0; seed < TWIN_CALLS; seed++) {
            handler.act(seed);
            checks.check();
            digest = keccak256(abi.encodePacked(digest, handler.stats(), read()));
        }
        VM.writeLine("digest.txt", VM.toString(digest));
        VM.writeLine("digest.txt", VM.toString(handler.stats()));
    }
}
