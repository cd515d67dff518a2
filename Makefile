# One .venv serves everything. A stamp file in it says what it holds, so a second `make run`
# asks pip nothing and starts at once.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
LOCKS  := infra/requirements

# The locks are complete, so pip need not resolve. `compat` puts one path on sys.path where the
# default would put an import hook in front of every import.
PIP      := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps
OURSELVES := $(PIP) --editable . --config-settings editable_mode=compat
COMPILE  := uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
            --generate-hashes --no-header --no-emit-index-url --no-emit-find-links $(LOCK_ARGS)

# A module's tests stay together, and modules are begun in the order in which they are collected.
# Three at once keep two cores busy: many wait for processes that they have killed.
PYTEST := $(BIN)/pytest -n 3 --dist loadscope --no-loadscope-reorder

# Some machines are told to keep no bytecode: all that starts would compile everything again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:
.PHONY: help run cluster rebuild test test-thorough test-fast test-large test-cluster test-generated chaos mutants \
        bench bench-quick \
        check format lint types contracts fix schemas catalogue lock upgrade venv clean

##@ Run

run: $(VENV)/runtime ## Start everything, PostgreSQL included, on this machine
	@exec $(BIN)/frontdesk up $(ARGS)

cluster: $(VENV)/dev ## Start it as in production, on this machine: Kafka, Redis, two of each process
	@exec $(BIN)/frontdesk cluster $(ARGS)

rebuild: $(VENV)/runtime ## Rebuild one read model from history: make rebuild M=bookings
	@$(if $(M),,$(error say which read model: make rebuild M=bookings))
	@exec $(BIN)/frontdesk rebuild $(M)

##@ Test

test: $(VENV)/dev ## The tests, on a real PostgreSQL
	$(PYTEST) -m "not cluster and not large and not generated and not thorough" $(ARGS)

test-thorough: $(VENV)/dev ## The walks through all that there is, and those that kill for a minute
	$(PYTEST) -m thorough $(ARGS)

# These wait for nobody, and each worker collects all tests anew: two are sooner done than three.
test-fast: $(VENV)/dev ## The tests that need neither PostgreSQL nor Kafka, and are quick
	$(PYTEST) -n 2 -m "not postgres and not kafka and not cluster and not large and not generated and not slow and not thorough" $(ARGS)

test-large: $(VENV)/dev ## What takes too long for every change: a log of a million events
	$(BIN)/pytest -m large $(ARGS)

test-cluster: $(VENV)/dev ## Start the cluster, and kill one of each
	$(BIN)/pytest -m cluster $(ARGS)

test-generated: $(VENV)/dev $(VENV)/generated/made ## Make clients from the document, in TypeScript and Python, and book with them
	$(BIN)/pytest -m generated $(ARGS)

chaos: $(VENV)/dev ## Kill processes at random while people book: make chaos SEEDS=3, or SEED=4711
	$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),1)) $(ARGS)

mutants: $(VENV)/dev ## Make mistakes in a copy, list those no test notices: make mutants SEED=7 WITHIN=domain
	@exec $(BIN)/python -m infra.mutants $(if $(SEED),--seed $(SEED)) $(if $(WITHIN),--within $(WITHIN)) $(ARGS)

bench: $(VENV)/bench ## Measure, and write the numbers down
	$(BIN)/python -m infra.bench $(ARGS)

bench-quick: $(VENV)/bench ## Measure for a minute, to see that nothing fell off a cliff
	$(BIN)/python -m infra.bench --quick $(ARGS)

##@ Check

check: format lint types contracts ## All of CI but the tests

format: $(VENV)/dev ## Is everything formatted?
	$(BIN)/ruff format --check .

lint: $(VENV)/dev ## Does ruff object?
	$(BIN)/ruff check .

types: $(VENV)/dev ## Does mypy --strict object?
	$(BIN)/mypy

contracts: $(VENV)/dev ## Do imports point inwards?
	$(BIN)/lint-imports

fix: $(VENV)/dev ## Format, and fix what ruff can fix
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

##@ Write

schemas: $(VENV)/dev ## Accept the shapes of events, what others are told, and the routes, as they are
	$(BIN)/python -m tests.architecture.golden

catalogue: $(VENV)/dev ## Write the pages that are made of the code: events, AsyncAPI, how far it goes
	$(BIN)/python -m infra.printing.event_catalogue > infra/event_catalogue.md
	$(BIN)/python -m infra.printing.asyncapi > infra/asyncapi.json
	$(BIN)/python -m infra.growth --write

lock: $(VENV)/uv ## Pin what pyproject.toml asks for, changing no more than needed
	$(BIN)/$(COMPILE) --extra dev --output-file $(LOCKS)/dev.txt
	$(BIN)/$(COMPILE) --constraint $(LOCKS)/dev.txt --output-file $(LOCKS)/runtime.txt
	$(BIN)/$(COMPILE) --constraint $(LOCKS)/dev.txt --extra bench --output-file $(LOCKS)/bench.txt
	$(BIN)/$(subst pyproject.toml,$(GENERATED)/requirements.in,$(COMPILE)) --output-file $(GENERATED)/requirements.txt

upgrade: ## Pin the newest of everything
	$(MAKE) lock LOCK_ARGS=--upgrade

##@ Keep house

venv: $(VENV)/dev $(VENV)/bench ## Everything in .venv, for an editor

clean: ## Remove what can be made again; data stay
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .mutants
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## Show this
	@awk 'BEGIN { FS = ":.*##"; print "make \033[36m<target>\033[0m" } \
	  /^##@/ { printf "\n\033[1m%s\033[0m\n", substr($$0, 5) } \
	  /^[a-zA-Z0-9_-]+:.*##/ { printf "  \033[36m%-12s\033[0m%s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# --- What .venv holds ------------------------------------------------------------------

$(VENV)/made:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "frontdesk needs Python 3.11 or newer: make PYTHON=…")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/runtime: $(LOCKS)/runtime.txt | $(VENV)/made
	@echo "installing what it needs, once: half a minute, or a minute where the network is slow …"
	$(PIP) --require-hashes --requirement $<
	$(OURSELVES)
	@touch $@

# The dev lock holds the runtime's pins too, so `make run` after `make test` has nothing to do.
$(VENV)/dev: $(LOCKS)/dev.txt | $(VENV)/made
	@echo "installing what its tests need, once: a minute or two …"
	$(PIP) --require-hashes --requirement $<
	$(OURSELVES)
	@touch $@ $(VENV)/runtime

$(VENV)/bench: $(LOCKS)/bench.txt | $(VENV)/made
	$(PIP) --require-hashes --requirement $<
	$(OURSELVES)
	@touch $@ $(VENV)/runtime

# Generators of clients have pins of their own, and stand apart. TypeScript needs Node.
GENERATED := tests/generated
$(VENV)/generated/made: $(GENERATED)/requirements.txt $(GENERATED)/package-lock.json
	$(PYTHON) -m venv $(VENV)/generated
	$(VENV)/generated/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --requirement $<
	npm ci --prefix $(GENERATED) --loglevel=error
	@touch $@

$(VENV)/uv: | $(VENV)/made
	$(PIP) uv
	@touch $@
