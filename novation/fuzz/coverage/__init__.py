"""Coverage of the contracts' source, lines and both outcomes of every branch, at nearly the campaign's full speed.

`origins` traces every instruction back to the compiler's tree, `sites` says what a branch is in the source, `probes`
builds the contracts with a probe at every branch, `hits` reads from an engine which were passed, `counts` how many
stories passed each; `explained` holds what no transaction can reach, and `page` lays all of it on the source.

    python -m novation.fuzz.coverage --calls 20000 --seed 1 --html reports/coverage.html
"""
