// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity ^0.8.30;

import "./Handler.sol";

/// @title Invariants 1, 2, 4 to 9, 12, 14 and 21 of docs/spec.md
/// @notice Made as fast as they get in forge: words by `vm.load` (half the time of the views), no bounds of arrays, and
///     no checks of overflow where the widths of the fields exclude one. Elsewhere they stay: a check that wraps around
///     would not see what it is there for.
contract Checks {
    Handler private immutable HANDLER;

    int256 private constant WAD = 1e18;
    // Where the words are that `read` finds; the accounts' come first.
    uint256 private constant POSITIONS = ACCOUNTS;
    uint256 private constant MARKETS = POSITIONS + 2 * TRADERS;
    uint256 private constant REST = MARKETS + 10;

    error Broken(uint256 number);

    constructor(Handler handler) {
        HANDLER = handler;
    }

    /// @notice Reverts with the number of the first invariant that does not hold.
    function check() external view {
        uint256[WORDS] memory w = read();
        _cash(w);
        (int256 owes, uint256 holds) = _market(w, POSITIONS, MARKETS);
        (int256 owesToo, uint256 holdsToo) = _market(w, POSITIONS + TRADERS, MARKETS + 5);
        uint256 book = w[REST];
        if (owes + owesToo != int256(int104(uint104(book)))) revert Broken(9);
        if (holds + holdsToo != uint96(book >> 104)) revert Broken(9);
    }

    /// Traders come first among the accounts, the pool last.
    function _cash(uint256[WORDS] memory w) private view {
        int256 total;
        int256 debts;
        unchecked {
            for (uint256 i = 0; i < ACCOUNTS; i++) {
                uint256 word = _at(w, i);
                int256 cash = int256(word) >> 152;
                total += cash;
                if (cash < 0 && i != ACCOUNTS - 1) debts -= cash;
                uint256 bits;
                if (i < TRADERS) {
                    if (uint104(_at(w, POSITIONS + i)) != 0) bits = 1;
                    if (uint104(_at(w, POSITIONS + TRADERS + i)) != 0) bits |= 2;
                }
                if (uint32(word >> 16) != bits) revert Broken(5);
            }
        }
        (uint256 cameIn, uint256 openFees) = HANDLER.totals();
        if (total != int256(cameIn)) revert Broken(1);
        if (total * 1e6 > int256(w[REST + 2]) * WAD) revert Broken(2);
        if (debts != int256(w[REST + 1])) revert Broken(4);
        uint256 earned = _earned(w[REST + 3]) + _earned(w[REST + 4]);
        if (int256(w[ESCROW_AT]) >> 152 < int256(openFees + earned)) revert Broken(21);
    }

    /// A market's words (config, ramp, interest, funding, mark) against its positions.
    function _market(uint256[WORDS] memory w, uint256 positions, uint256 at)
        private
        pure
        returns (int256 liability, uint256 reserve)
    {
        uint256 mark = _at(w, at + 4);
        int256 price = int256(uint256(uint112(mark)));
        int256 funding = int256(_at(w, at + 3)) >> 120;
        int256 worth;
        int256 basis;
        uint256 long;
        uint256 short;
        unchecked {
            for (uint256 i = positions; i < positions + TRADERS; i++) {
                uint256 word = _at(w, i);
                if (word == 0) continue;
                int256 size = int256(int104(uint104(word)));
                int256 paid = int256(int112(uint112(word >> 104)));
                if (size == 0) {
                    if (paid != 0) revert Broken(12);
                    continue;
                }
                if (size > 0) long += uint256(size);
                else short += uint256(-size);
                basis += paid;
                worth += _floor(size * price, WAD) + _floor(-size * funding, WAD) - paid;
            }
        }
        {
            uint256 interest = _at(w, at + 2);
            if (long != uint104(interest) || short != uint104(interest >> 104)) revert Broken(6);
        }
        if (basis != int256(mark) >> 112) revert Broken(7);
        uint256 config = _at(w, at);
        int256 rate = int256(int120(uint120(_at(w, at + 3))));
        int256 top = int256(uint256(uint24(config >> 200))) * 1e24;
        if (rate > top || rate < -top) revert Broken(14);
        int256 scale = 2e15 * int256(uint256(uint56(config))); // 2 K
        int256 skew = int256(long) - int256(short);
        liability = -_floor(-skew * price * (scale + skew), scale * WAD) - _floor(skew * funding, WAD) - basis;
        if ((liability - worth) * scale * WAD < skew * skew * price) revert Broken(8);
        uint256 held = uint256(uint16(config >> 168)) * uint256(price) * (long > short ? long : short);
        reserve = (held + 1e22 - 1) / 1e22;
    }

    /// What keepers earned is stored one higher, once there was something.
    function _earned(uint256 word) private pure returns (uint256) {
        unchecked {
            return word == 0 ? 0 : word - 1;
        }
    }

    function _at(uint256[WORDS] memory w, uint256 i) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(add(w, shl(5, i)))
        }
    }

    /// a / b to minus infinity, b > 0.
    function _floor(int256 a, int256 b) private pure returns (int256 q) {
        assembly ("memory-safe") {
            q := sub(sdiv(a, b), slt(smod(a, b), 0))
        }
    }
}
