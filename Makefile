# Everything in one command each. `make demo` and `make test` set up all they need; nothing is installed by hand before.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PORT ?= 8080

.PHONY: help demo serve test check lint soak constraints clean

help: ## what can be made
	@grep -hE '^[a-z-]+%?:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 14

demo: $(READY) ## a real town from file to answer, in ./workspace
	@$(BIN)/res3d demo --workspace workspace

serve: $(READY) ## the service for ./workspace on PORT (8080)
	@$(BIN)/res3d serve --workspace workspace --port $(PORT)

test: $(READY) lint ## everything that must hold, real Neo4j included (under 12 minutes)
	@$(BIN)/pytest -q -n 2 --dist loadgroup --no-loadscope-reorder -m "not soak"

check: $(READY) lint ## what can be told without servers (under 90 seconds)
	@$(BIN)/pytest -q -n 2 --dist loadgroup --no-loadscope-reorder -m "not soak and not neo4j and not process"

lint: $(READY)
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet || { echo "not formatted: run $(BIN)/ruff format" >&2; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

soak: $(READY) ## long kill, fuzz and volume runs
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[soak]'
	@$(BIN)/pytest -q -m soak

bench-%: $(READY) ## figures of one topic, such as bench-ingest
	@$(BIN)/python -m tests.bench.$(subst -,_,$*)

constraints: ## newest versions that fit pyproject.toml, written to constraints.txt
	$(PYTHON) -m venv --clear $(VENV)-constraints
	$(VENV)-constraints/bin/python -m pip install --quiet '.[dev]'
	{ head -n 1 constraints.txt; \
	  $(VENV)-constraints/bin/python -m pip freeze --exclude res3d | LC_ALL=C sort -f; } > constraints.new
	mv constraints.new constraints.txt

clean: ## away with the demo workspace, caches and the environment
	@if [ -x $(BIN)/python ] && [ -d workspace/neo4j ]; then \
	  $(BIN)/python -c 'from pathlib import Path; from kg.graph.server import stop; stop(Path("workspace/neo4j"))'; fi
	rm -rf workspace dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache $(VENV) $(VENV)-*

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"Python 3.11 or later is needed, this is {sys.version}")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@
