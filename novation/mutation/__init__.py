"""Mutation testing of the contracts: small faults, one at a time, that the campaign and the tests must notice.

`python -m novation.mutation` plays what is missing in `.cache/mutation` and prints the table.
"""
