# make help says what there is. On Windows, where there is no make, the README gives the same commands.

PYTHON ?= python3
STORE ?=
WHEELHOUSE ?=
BIN := .venv/bin
SETUP := @command -v "$(PYTHON)" >/dev/null || { echo "Python 3.11 or newer is needed, and there is no $(PYTHON) here. Install it, or name it: make PYTHON=python3.11 ..."; exit 1; }; "$(PYTHON)" tools/set_up.py $(if $(WHEELHOUSE),--wheelhouse "$(WHEELHOUSE)")

.DEFAULT_GOAL := help
.PHONY: help setup wheelhouse run test check test-fast coverage bench screenshots rules torture windows-test windows-quick windows-package clean

help: ## say what there is
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /\1|/' | while IFS='|' read -r name does; do printf '  make %-15s %s\n' "$$name" "$$does"; done

setup: ## make the environment in .venv (every other target does this first; WHEELHOUSE=FOLDER: without a network)
	$(SETUP)

wheelhouse: ## write build/wheelhouse, from which a machine without a network is set up (SYSTEM=windows, FOR=3.13)
	$(SETUP)
	@$(BIN)/python -m tools.wheelhouse build/wheelhouse $(if $(SYSTEM),--system $(SYSTEM)) $(if $(FOR),--python $(FOR))

run: ## open the training register (STORE=FOLDER chooses where it is kept)
	$(SETUP)
	@$(BIN)/cme-desktop --training $(if $(STORE),--store "$(STORE)")

test: ## everything: format, lint, types, rooms, all tests (under 9 minutes)
	$(SETUP)
	@$(BIN)/python -m tools.checks test

check: ## format, lint, types, rooms and the fast tests (under 90 seconds)
	$(SETUP)
	@$(BIN)/python -m tools.checks check

test-fast: ## the fast tests (under 60 seconds)
	$(SETUP)
	@$(BIN)/python -m tools.checks test-fast

coverage: ## all tests, and whether they reach as far as they must
	$(SETUP)
	@$(BIN)/python -m tools.checks coverage

bench: ## the program's speed at Full size, each figure beside its floor
	$(SETUP)
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m benchmarks.bench

screenshots: ## a picture of every screen, in build/screenshots
	$(SETUP)
	@QT_QPA_PLATFORM=offscreen $(BIN)/cme-desktop --screenshots build/screenshots

rules: ## which rules of the policy and which features the last make test proved (JSON=1 for a machine)
	$(SETUP)
	@$(BIN)/python -m tools.rules_report $(if $(JSON),--json)

torture: ## the long tests, in parts of under 9 minutes (PART=N runs one of them)
	$(SETUP)
	@$(BIN)/python -m tools.torture $(if $(PART),--part $(PART))

windows-test: ## all tests with a Windows Python, and the real window, under Wine (Debian 12; about 25 minutes)
	$(SETUP)
	@$(BIN)/python -m tools.windows test

windows-quick: ## what differs most on Windows, and the real window, under Wine (about 4 minutes)
	$(SETUP)
	@$(BIN)/python -m tools.windows quick

windows-package: ## the installer for Windows in build/windows, installed, tried, upgraded and removed under Wine
	$(SETUP)
	@$(BIN)/python -m tools.windows package

clean: ## take away the environment and everything that was built
	@rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
