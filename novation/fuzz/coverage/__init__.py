"""Coverage of the contracts' source, lines and both outcomes of every branch, at nearly the campaign's full speed.

Builds with probes (`novation.fuzz.probes`) are played on: `counts` says how many stories passed each outcome,
`measure` that both builds do the same and how fast; `explained` holds what no transaction can reach, `table` and `page`
lay all of it on the source.

    python -m novation.fuzz.coverage --calls 20000 --seed 1 --html reports/coverage.html
"""
