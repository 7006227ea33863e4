# CityRoam: the commands of a working day. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev

.DEFAULT_GOAL := help
.PHONY: help install up test check fix lock web

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

install: $(INSTALLED) ## a virtual environment in .venv with the `roam` command

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "CityRoam needs Python 3.11 or newer, found " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): requirements.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q *.py $(dir $(wildcard */__init__.py)) # also where Python itself may not write its bytecode
	@touch $@

$(INSTALLED_DEV): requirements-dev.lock $(INSTALLED)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

up: $(INSTALLED) ## start five sandbox cities, the identity provider and the gateway
	@exec $(BIN)/roam up

# Two runs side by side: what drives whole sandboxes waits more than it computes.
STACKS := tests/journeys tests/web tests/conformance tests/sandbox tests/console

test: $(INSTALLED_DEV) ## run the tests (README's test command)
	@told=$$(mktemp); $(BIN)/python -m pytest -q $(STACKS) >"$$told" 2>&1 & stacks=$$!; \
	$(BIN)/python -m pytest -q tests $(addprefix --ignore=,$(STACKS)); rest=$$?; \
	wait $$stacks; stacks=$$?; cat "$$told"; rm -f "$$told"; exit $$((rest + stacks))

check: $(INSTALLED_DEV) ## format, lint, types, channel files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/roam city check

fix: $(INSTALLED_DEV) ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(INSTALLED_DEV) ## write both lock files anew
	$(BIN)/uv pip compile pyproject.toml --generate-hashes --python-version 3.11 --no-emit-index-url --no-header --no-annotate -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --extra dev --generate-hashes --python-version 3.11 --no-emit-index-url --no-header --no-annotate -c requirements.lock -o requirements-dev.lock

web: ## build GraphiQL again (needs Node 20)
	cd web && npm ci && npm run build
