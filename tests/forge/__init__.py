"""The benchmark against forge: the same campaign in Solidity (`solidity/`) and in Python (`twin`), see
docs/audit/forge.md."""
