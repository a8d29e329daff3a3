"""The fuzzer: random sequences of protocol actions on revm, held to the model and to the numbered invariants.

From the bottom to the top, and no package imports one that stands above it: `system` is a deployed world beside its
model, `probes` are builds that tell which branches they take, `evms` other EVMs to play on, `actions` the moves,
`campaign` plays sequences of them, `coverage` and `engines` (the same on every EVM) say what campaigns are worth.
`command` is `ape run fuzz`, `bench` measures the speed.
"""
