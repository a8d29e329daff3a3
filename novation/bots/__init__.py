"""Bots that earn their keep: `keeper` executes orders, `liquidator` closes unhealthy accounts.

Both follow the chain by its events alone (`mirror`), ask in batches, try before they send and count gas.
"""
