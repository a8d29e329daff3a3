"""Where contracts run: one small protocol (`protocol`), in process (`revm`) or on any network (`ape`).

Import from the modules: `revm` needs a development dependency and `ape` takes seconds to load.
"""
