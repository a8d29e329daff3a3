"""What must never happen, proven: Vyper's annotated syntax tree as z3 integers, lemmas about it, and its comparison
with the bytecode. `python -m novation.proofs`; docs/audit/proofs.md says what is proven and what is not."""
