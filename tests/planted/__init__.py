"""Bugs put into the contracts on purpose, to see whether the campaign finds them."""
