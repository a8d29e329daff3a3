// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity ^0.8.30;

import "./Ground.sol";

/// @title The moves of the campaign
/// @notice Every `act` makes exactly one protocol call, drawn and sized by the dice of its seed; time and prices move
///     before some of them. `tests/forge/twin.py` is the same, line by line: given the same seeds both do the same.
contract Handler is Ground {
    /// An order that waits: what is needed to write it out again.
    struct Waiting {
        int128 size;
        uint40 due;
        uint40 committedAt;
        uint8 market;
        bool reduceOnly;
        bool live;
    }

    Waiting[TRADERS] private waiting;

    function act(uint256 seed) external {
        if (block.timestamp != clock) VM.warp(clock);
        Dice memory d = Dice(_mixed(seed));
        _pass(d);
        uint256 move = _take(d, 100);
        if (move < 8) _deposit(d, _take(d, TRADERS));
        else if (move < 17) _withdraw(d);
        else if (move < 45) _commit(d, _take(d, TRADERS));
        else if (move < 72) _execute(d);
        else if (move < 81) _liquidate(d);
        else if (move < 82) _flag(d);
        else if (move < 84) _realise(d);
        else if (move < 86) _send(_keeper(d), VAULT, abi.encodeCall(Vault.collect, (0)), 0);
        else if (move < 90) _lend(d);
        else if (move < 93) _redeem(d);
        else if (move < 97) _settle(d);
        else _claim(d);
    }

    // ------------------------------------------------------------------ the moves

    function _bring(address sender, address account, uint256 units) private {
        if (_send(sender, VAULT, abi.encodeCall(Vault.deposit, (account, units)), DEPOSITS)) cameIn += units * UNIT;
    }

    function _deposit(Dice memory d, uint256 i) private {
        bool nothing = _take(d, 16) == 0;
        uint256 digits = 1 + _take(d, 1000);
        uint256 units = digits * 10 ** (4 + _take(d, 5));
        _bring(_key(i), _trader(i), nothing ? 0 : units);
    }

    function _withdraw(Dice memory d) private {
        uint256 i = _take(d, TRADERS);
        address account = _trader(i);
        int256 cash = _cash(account);
        if (cash <= 0) return _deposit(d, i);
        uint256 units = uint256(cash) * _take(d, 120) / 100 / UNIT;
        bytes memory data = abi.encodeCall(Vault.withdraw, (account, units, _key(i)));
        if (_send(_key(i), VAULT, data, WITHDRAWALS)) cameIn -= units * UNIT;
    }

    function _order(uint256 i, Waiting memory w) private pure returns (Order memory) {
        return Order(_trader(i), w.market, w.size, 0, 0, false, w.reduceOnly, FEE, FAR, w.due, w.committedAt);
    }

    function _commit(Dice memory d, uint256 i) private {
        if (waiting[i].live) return _fill(d, i);
        address account = _trader(i);
        int256 cash = _cash(account);
        if (cash < 20e18) return _deposit(d, i);
        uint256 market = _take(d, 2);
        uint256 kind = _take(d, 10);
        uint256 leverage = 1 + _take(d, 18);
        bool long = _take(d, 2) == 0;
        bool reduceOnly = _take(d, 2) == 0;
        int256 held = _size(account, market);
        int256 size;
        if (held != 0 && kind < 4) size = -held;
        else if (held != 0 && kind < 5) size = -held / 2;
        else if (held != 0 && kind < 6) size = -held * 2;
        else {
            size = int256(uint256(cash) * leverage * 1e18 / prices[market]);
            if (held < 0 || (held == 0 && !long)) size = -size;
            reduceOnly = false;
        }
        Waiting memory w = Waiting(int128(size), 0, 0, uint8(market), reduceOnly, true);
        if (_send(_key(i), ORDERS, abi.encodeCall(Orders.commit, (_order(i, w), 0)), COMMITS)) {
            w.due = uint40(clock + DELAY);
            w.committedAt = uint40(clock);
            waiting[i] = w;
            openFees += FEE;
        }
    }

    function _execute(Dice memory d) private {
        uint256 i = _take(d, TRADERS);
        for (uint256 k = 0; k < TRADERS; k++) {
            if (waiting[(i + k) % TRADERS].live) return _fill(d, (i + k) % TRADERS);
        }
        _commit(d, i);
    }

    /// Executes an order, at times too early or with a wrong proof; cancels what is too late.
    function _fill(Dice memory d, uint256 i) private {
        Waiting memory w = waiting[i];
        address account = _trader(i);
        uint256 market = w.market;
        bool ok;
        if (clock > w.due + WINDOW + GRACE) {
            ok = _send(_key(i), ORDERS, abi.encodeCall(Orders.cancel, (_order(i, w), 0)), 0);
        } else {
            bool early = _take(d, 16) == 0;
            bool wrong = _take(d, 16) == 0;
            if (clock < w.due) {
                if (!early) {
                    _warp(w.due - clock);
                    _publish(d);
                }
            } else if (times[(newest[market] << 1) | market] < w.due) {
                _publish(d);
            }
            uint256 found = _reference(market, w.due) + (wrong ? 1 : 0);
            int256 before = _size(account, market);
            ok = _send(_keeper(d), ORDERS, abi.encodeCall(Orders.execute, (_order(i, w), 0, found, "")), 0);
            if (ok && _size(account, market) != before) stats += FILLS;
        }
        if (ok) {
            waiting[i].live = false;
            openFees -= FEE;
        }
    }

    function _liquidate(Dice memory d) private {
        uint256 i = _take(d, TRADERS);
        uint256 market = _take(d, 2);
        bool shock = _take(d, 4) != 0;
        int256 move = int256(300 + _take(d, 1200));
        for (uint256 k = 0; k < TRADERS; k++) {
            address account = _trader((i + k) % TRADERS);
            uint256 bits = (Vault(VAULT).account_word(account) >> 16) & 3;
            if (bits == 0) continue;
            if (bits != 3) market = bits - 1;
            if (shock) {
                _warp(1);
                _push(market, _size(account, market) > 0 ? -move : move);
                _push(1 - market, 0);
            }
            bytes memory data = abi.encodeCall(Liquidation.liquidate, (account, market, ""));
            _send(LIQUIDATOR, LIQUIDATION, data, LIQUIDATIONS);
            return;
        }
        _commit(d, i);
    }

    function _flag(Dice memory d) private {
        address account = _trader(_take(d, TRADERS));
        _send(_keeper(d), VAULT, abi.encodeCall(Vault.flag, (account)), 0);
    }

    function _realise(Dice memory d) private {
        address account = _trader(_take(d, TRADERS));
        uint256 market = _take(d, 2);
        _send(_keeper(d), VAULT, abi.encodeCall(Vault.realise, (account, market)), 0);
    }

    function _lend(Dice memory d) private {
        address holder = _lp(d);
        uint256 assets = (1 + _take(d, 1000)) * 1e20;
        if (_cash(holder) < int256(assets)) _bring(holder, holder, assets / UNIT);
        else _send(holder, SHARES, abi.encodeCall(Shares.request_deposit, (holder, assets)), 0);
    }

    function _redeem(Dice memory d) private {
        address holder = _lp(d);
        uint256 amount = Shares(SHARES).balanceOf(holder) * (1 + _take(d, 105)) / 100;
        _send(holder, SHARES, abi.encodeCall(Shares.request_redeem, (amount)), 0);
    }

    function _settle(Dice memory d) private {
        if (_take(d, 4) != 0) {
            _warp(EPOCH - clock % EPOCH);
            _publish(d);
        }
        _send(_keeper(d), SHARES, abi.encodeCall(Shares.settle, ()), SETTLEMENTS);
    }

    function _claim(Dice memory d) private {
        address holder = _lp(d);
        _send(_keeper(d), SHARES, abi.encodeCall(Shares.claim, (holder)), 0);
    }
}
