# Every habit of this project is one target. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PROJECT := pyproject.toml sdk/pyproject.toml constraints.txt
FOUND_UV := $(shell command -v uv 2>/dev/null)
ifdef FOUND_UV
MAKE_VENV = uv venv -q --allow-existing --python $(PYTHON) $(VENV)
INSTALL = uv pip install -q --python $(BIN)/python -c constraints.txt
else
MAKE_VENV = $(PYTHON) -m venv $(VENV)
INSTALL = $(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt
endif

.PHONY: help setup setup-dev up demo demo-model doctor test test-browser chaos bench check format docs schema pin clean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready  ## Make .venv with what running needs
setup-dev: $(VENV)/.ready-dev  ## Make .venv with what tests need as well

$(VENV)/.ready: $(PROJECT)
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo "Python 3.11, 3.12 or 3.13 is needed; $(PYTHON) is $$($(PYTHON) -V). Try make PYTHON=python3.12" >&2; exit 1; }
	@echo "setting up $(VENV) (once)" >&2
	@$(MAKE_VENV)
	@$(INSTALL) -e './sdk[cli]' -e '.[embedded]'
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready
	@$(INSTALL) -e './sdk[cli]' -e '.[embedded,dev]'
	@touch $@

up: setup  ## Start everything in the foreground; Ctrl-C stops it
	@$(BIN)/turnspit up

demo: setup  ## Turn a bundled voice note into a website, on a stack of its own
	@$(BIN)/turnspit demo

doctor: setup  ## Say what is here, what is missing, and how to mend it
	@$(BIN)/turnspit doctor

test: setup-dev  ## Run the whole test suite, the quick form of chaos included
	@folder=$$(mktemp -d) && $(BIN)/python -m pytest -q -n 2 --dist loadfile -m "not long" --ignore tests/browser \
	  --basetemp "$$folder/t"; status=$$?; rm -rf "$$folder"; exit $$status

test-browser: setup-dev  ## Try the generated sites in Chromium with axe-core (installs Chromium; needs root once)
	@command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq chromium; } >/dev/null
	@$(BIN)/python -m pytest -q -n 2 tests/browser

chaos: setup-dev  ## Ten thousand jobs under every fault there is (make chaos SEED=7), and count what is lost
	@$(BIN)/python -m pytest -q tests/chaos
	@$(BIN)/python -m tests.chaos.campaign --save $(if $(SEED),--seed $(SEED))

bench: setup-dev  ## Measure; results go to bench/results with today's date
	@$(BIN)/python -m bench.latency
	@$(BIN)/python -m bench.hops
	@$(BIN)/python -m bench.refill
	@$(BIN)/python -m bench.waits
	@$(BIN)/python -m bench.accept
	@$(BIN)/python -m bench.events
	@$(BIN)/python -m bench.briefs
	@$(BIN)/python -m bench.recovery
	@$(BIN)/python -m bench.corruption
	@$(BIN)/python -m bench.hostile

demo-model: setup-dev  ## Make the demo Whisper anew in build/demo-model (needs espeak-ng, flite, 2 hours; MINUTES=90)
	@$(BIN)/python -c 'import torch' 2>/dev/null || $(INSTALL) -e '.[training]'
	@$(BIN)/python -m ai.training all $(if $(MINUTES),--minutes $(MINUTES))

check: setup-dev  ## Format, lint, types, import contracts, generated files
	@$(BIN)/ruff format --check -q .
	@$(BIN)/ruff check -q .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo >/dev/null || $(BIN)/lint-imports --no-logo
	@$(BIN)/python docs/generate.py --check

format: setup-dev  ## Put the code in order
	@$(BIN)/ruff format -q .
	@$(BIN)/ruff check -q --fix .

docs: setup-dev  ## Write docs/kinds.md anew from the kinds there are
	@$(BIN)/python docs/generate.py

schema: setup-dev  ## Write migrations/schema.sql anew from the migrations
	@$(BIN)/python -m tests.golden_schema

pin:  ## Write constraints.txt anew from what is the newest today (needs uv)
	@echo '# Versions this project is tested with. Written by `make pin`.' >constraints.txt
	@uv pip compile -q --universal --python-version 3.11 --no-header --no-annotate --extra embedded --extra dev \
	  pyproject.toml | grep -v sdk >>constraints.txt

clean:  ## Remove the virtual environment and caches; data in .turnspit stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
