"""The executable specification: the whole protocol in Python integers, written from docs/spec.md alone."""

from novation.model.errors import CODES, Revert
from novation.model.market import Config
from novation.model.orders import Order
from novation.model.system import PoolSetup, Setup, System

__all__ = ["CODES", "Config", "Order", "PoolSetup", "Revert", "Setup", "System"]
