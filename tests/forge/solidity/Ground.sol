// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity ^0.8.30;

import "./Interfaces.sol";
import "./World.sol";

/// @title What the moves stand on
/// @notice Dice, clock, prices, who acts, and the one way to call. `tests/forge/ground.py` is the same.
abstract contract Ground {
    /// Randomness that is used up from its low end.
    struct Dice {
        uint256 word;
    }

    // Counters of 32 bits in one word.
    uint256 internal constant CALLS = 1;
    uint256 internal constant REVERTS = 1 << 32;
    uint256 internal constant COMMITS = 1 << 64;
    uint256 internal constant FILLS = 1 << 96;
    uint256 internal constant LIQUIDATIONS = 1 << 128;
    uint256 internal constant SETTLEMENTS = 1 << 160;
    uint256 internal constant DEPOSITS = 1 << 192;
    uint256 internal constant WITHDRAWALS = 1 << 224;

    uint256 internal constant UNIT = 1e12; // WAD of a token unit

    uint256 public stats;
    uint256 internal cameIn = BASE_CASH; // WAD USD through the doors, in less out
    uint256 internal openFees;
    uint256 internal clock = START;
    uint256[2] internal prices = [BASE_PRICE_0, BASE_PRICE_1]; // WAD USD
    uint256[2] internal newest = [BASE_PRICE, BASE_PRICE];
    mapping(uint256 => uint256) internal times; // of observations: id << 1 | market

    constructor() {
        times[BASE_PRICE << 1] = START;
        times[(BASE_PRICE << 1) | 1] = START;
    }

    /// @return What came in through the doors less what went out, and the fees of open orders (WAD USD).
    function totals() external view returns (uint256, uint256) {
        return (cameIn, openFees);
    }

    // ------------------------------------------------------------------ dice, time, prices

    /// forge's seeds are not even: they are spread here, each call anew.
    function _mixed(uint256 seed) internal view returns (uint256 word) {
        unchecked {
            word = (seed + (stats & 0xffffffff) * MIX_STEP) * MIX_FACTOR;
            word ^= word >> 128;
        }
    }

    function _take(Dice memory d, uint256 n) internal pure returns (uint256 drawn) {
        unchecked {
            drawn = d.word % n;
            d.word /= n;
        }
    }

    function _pass(Dice memory d) internal {
        uint256 kind = _take(d, 4);
        if (kind == 0) {
            _warp(1 + _take(d, 60));
            _publish(d);
        } else if (kind == 1 && _take(d, 8) == 0) {
            _warp(1 + _take(d, 900));
        }
    }

    function _warp(uint256 time) internal {
        clock += time;
        VM.warp(clock);
    }

    function _publish(Dice memory d) internal {
        _push(0, int256(_take(d, 101)) - 50);
        _push(1, int256(_take(d, 101)) - 50);
    }

    /// A market's price, so many bps from the last one; away from the edges of half and double of the first.
    function _push(uint256 market, int256 move) internal {
        uint256 last = prices[market];
        uint256 first = market == 0 ? BASE_PRICE_0 : BASE_PRICE_1;
        uint256 next = last * uint256(10_000 + move) / 10_000;
        if (next > 2 * first || 2 * next < first) next = last * uint256(10_000 - move) / 10_000;
        prices[market] = next;
        times[(++newest[market] << 1) | market] = clock;
        Feed(market == 0 ? FEED_0 : FEED_1).push(next);
    }

    /// The observation that an order fills at.
    function _reference(uint256 market, uint256 due) internal view returns (uint256 id) {
        id = newest[market];
        while (id > BASE_PRICE && times[((id - 1) << 1) | market] >= due) id--;
        if (id > BASE_PRICE && times[(id << 1) | market] > due + WINDOW) id--;
    }

    // ------------------------------------------------------------------ who

    function _trader(uint256 i) internal pure returns (address) {
        if (i < 4) return i < 2 ? (i == 0 ? TRADER_0 : TRADER_1) : (i == 2 ? TRADER_2 : TRADER_3);
        return i < 6 ? (i == 4 ? TRADER_4 : TRADER_5) : TRADER_6;
    }

    /// Who signs for a trader's account: the first three and the next two are sub-accounts of one owner each.
    function _key(uint256 i) internal pure returns (address) {
        return i < 3 ? TRADER_0 : i < 5 ? TRADER_3 : _trader(i);
    }

    function _lp(Dice memory d) internal pure returns (address) {
        uint256 i = _take(d, 3);
        return i == 0 ? LP_0 : i == 1 ? LP_1 : LP_2;
    }

    function _keeper(Dice memory d) internal pure returns (address) {
        return _take(d, 2) == 0 ? KEEPER_0 : KEEPER_1;
    }

    function _cash(address account) internal view returns (int256) {
        return int256(Vault(VAULT).account_word(account)) >> 152;
    }

    function _size(address account, uint256 market) internal view returns (int256) {
        return int256(int104(uint104(Pool(POOL).position_word(account, market))));
    }

    // ------------------------------------------------------------------ calls

    /// One protocol call, counted; `counter` is what it counts for when it succeeds.
    function _send(address sender, address to, bytes memory data, uint256 counter) internal returns (bool ok) {
        VM.prank(sender);
        (ok,) = to.call(data);
        stats += CALLS + (ok ? counter : REVERTS);
    }
}
