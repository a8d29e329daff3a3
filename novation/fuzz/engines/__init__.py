"""The same sequences on revm, py-evm and anvil (`novation.fuzz.evms`), compared.

`recorder` plays stories on revm and keeps every transaction with its outcome; `compare` has the others play them again
and holds them against each other, `describe` tells what differs, `figures` what it all came to.

    python -m novation.fuzz.engines --sequences 1000 --seed 1 --engine both
"""
