"""A market on paper money: prices, traders of several habits, and the loop that runs them against the contracts."""
