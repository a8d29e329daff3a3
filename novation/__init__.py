"""Novation: a clearing house for crypto derivatives; the tooling around its contracts."""
