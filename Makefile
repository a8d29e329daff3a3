# Everything sets itself up: `make demo` on a clean clone is enough. Nothing is written outside the tree.
# Pass options on with ARGS, for example: make demo ARGS="--hours 12".
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test fork fuzz bench bench-fuzz gas coverage engines planted mutation proofs bytecode lint format lock components clean

ROOT := $(CURDIR)
# The venv's vyper must be found first, or ape-vyper tries to download a compiler; .cache/bin holds the pinned anvil.
export PATH := $(ROOT)/.venv/bin:$(ROOT)/.cache/bin:$(PATH)
export APE_DATA_FOLDER := $(ROOT)/.cache/ape
export VVM_BINARY_PATH := $(ROOT)/.cache/vvm
export MPLCONFIGDIR := $(ROOT)/.cache/matplotlib
export IPYTHONDIR := $(ROOT)/.cache/ipython
export UV_CACHE_DIR := $(ROOT)/.cache/uv
export npm_config_cache := $(ROOT)/.cache/npm
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Without byte code every start of ape costs two seconds more.
unexport VIRTUAL_ENV PYTHONHOME PYTHONDONTWRITEBYTECODE

help:
	@echo "make demo    deploy, seed and watch a market through a crash on the embedded EVM"
	@echo "make test    every test"
	@echo "make fork    a local fork with the real Chainlink, Wormhole, Data Streams, Uniswap, Safe and USDC"
	@echo "make fuzz    random calls for a minute, held to the model and the invariants; a report (docs/auditing.md)"
	@echo "make bench   speed of the in-process engine"
	@echo "make gas     gas of every operation, written to tests/gas/snapshot.json and docs/gas.md"
	@echo "make lint    ruff, mypy, vyper warnings as errors"
	@echo "make clean   remove .venv, .cache and every build product"
	@echo "for auditors, minutes to hours: make bench-fuzz coverage engines planted mutation proofs bytecode"

.venv/.ready: requirements.lock scripts/setup.sh
	@bash scripts/setup.sh

demo: .venv/.ready
	@ape run demo $(ARGS)

test: .venv/.ready
	@python -m pytest -n 2 $(ARGS)

fork: .venv/.ready
	@python -m novation.fork $(ARGS)

fuzz: .venv/.ready
	@ape run fuzz $(ARGS)

bench: .venv/.ready
	@python -m novation.fuzz.bench $(ARGS)

bench-fuzz: .venv/.ready
	@python -m tests.forge.bench $(ARGS)

# Each prints its table, and with --write renews its page in docs/audit; --help tells its options.
coverage: .venv/.ready
	@python -m novation.fuzz.coverage $(ARGS)

engines: .venv/.ready
	@python -m novation.fuzz.engines $(ARGS)

planted: .venv/.ready
	@python -m tests.planted.measure $(ARGS)

mutation: .venv/.ready
	@python -m novation.mutation $(ARGS)

proofs: .venv/.ready
	@python -m novation.proofs $(ARGS)

bytecode: .venv/.ready
	@python -m novation.bytecode $(ARGS)

gas: .venv/.ready
	@python -m tests.gas.measure $(ARGS)

lint: .venv/.ready
	@ruff check .
	@ruff format --check .
	@mypy
	@python -m novation.chain.compiler --warnings-are-errors

format: .venv/.ready
	@ruff check --fix .
	@ruff format .

lock: .venv/.ready
	@uv pip compile -q --python-version 3.11 --universal --generate-hashes --no-header --no-emit-index-url \
		--no-annotate requirements.in -o requirements.lock

components: .venv/.ready
	@python -m novation.chain.components

clean:
	@rm -rf .venv .cache .build .hypothesis .mypy_cache .pytest_cache .ruff_cache reports
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
