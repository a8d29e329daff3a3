"""A probe at every branch of the contracts, which tells the engine that the branch was taken.

`origins` traces every instruction back to the compiler's tree, `sites` says what a branch is in the source, `weaving`
puts the probes in, `builds` compiles and caches, `hits` reads from an engine which were passed. The compiler is
imported within functions, for it takes its time and who finds the builds in the cache does not need it.
"""
