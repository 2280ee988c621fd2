# Two commands matter: `make demo` and `make test`. Both build .venv from the hashed lock first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_ARGS ?=
# The tests of what decides: no database, no network, no clock.
DECIDING := $(addprefix tests/unit/,funnel scoring handover agreement expressions kpis writeback mappings) \
  tests/property tests/scenarios tests/contract/test_measures_explained.py

.PHONY: help install demo test coverage lint types contracts check audit bench lock clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

$(VENV)/.run: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q connectors jobs mappings syncer
	touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

install: $(VENV)/.run ## build .venv with the `syncer` command

demo: $(VENV)/.run ## sandbox CRM with generated data: set up, backfill, derive, write back, measure, serve (DEMO_ARGS)
	$(BIN)/syncer demo $(DEMO_ARGS)

test: $(VENV)/.dev ## every test
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

coverage: $(VENV)/.dev ## branches of the modules that decide, by their own tests; fails under 100 %
	$(BIN)/python -m coverage run -m pytest --quiet $(DECIDING)
	$(BIN)/python -m coverage report

lint: $(VENV)/.dev ## ruff, formatting included
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev ## mypy --strict
	$(BIN)/mypy

contracts: $(VENV)/.dev ## who may import whom
	$(BIN)/lint-imports

check: lint types contracts test ## what CI runs

bench: $(VENV)/.dev ## ratios against the floor, never bare times
	$(BIN)/python -m bench

audit: .venv-audit/.done ## known vulnerabilities of what is installed by requirements.lock (needs the network)
	.venv-audit/bin/python .ci/audit.py

.venv-audit/.done: requirements-audit.lock
	$(PYTHON) -m venv .venv-audit
	.venv-audit/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-audit.lock
	touch $@

lock: ## write the lock files anew (needs uv on the PATH)
	uv pip compile pyproject.toml --extra build --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements.lock
	uv pip compile pyproject.toml --extra build --extra dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements-dev.lock
	uv pip compile --group audit --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements-audit.lock

clean: ## forget the virtual environment and caches
	rm -rf $(VENV) .venv-audit .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
