"""The fuzzer: random sequences of protocol actions on revm, held to the model and to the numbered invariants.

`worlds` says which systems are played on, `mirror` holds one of them beside its model, `actions` are the moves,
`campaign` plays sequences of them, `bench` measures the engine.
"""
