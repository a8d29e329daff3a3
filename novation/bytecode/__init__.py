"""What the compiler makes of the contracts, and what can be said of them without running them.

`snapshot` holds sizes, layouts and selectors to what is committed; `builds` and `differential` play the same calls on
other code generators' output; `disassembly`, `sites`, `access`, `effects` and `codes` read the bytecode and the
annotated tree; `linter` runs natrix. `python -m novation.bytecode` is the command line.
"""
