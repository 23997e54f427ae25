# The two commands a newcomer needs: `make run` (the hotline answers calls) and `make test` (everything passes).
# `make help` lists the rest. Everything is set up on the way; nothing outside this folder is changed.

SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help run setup test test-full check fmt demo talk bench model constraints clean

help:            ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.venv/.run: pyproject.toml constraints.txt ivr/bringup/venv.sh
	@$(SHELL) ivr/bringup/venv.sh .venv $(PYTHON)
	@touch $@

.venv/.dev: .venv/.run
	@$(SHELL) ivr/bringup/venv.sh .venv $(PYTHON) dev
	@touch $@

.venv/.train: .venv/.run
	@$(SHELL) ivr/bringup/venv.sh .venv $(PYTHON) train
	@touch $@

run: .venv/.run  ## set everything up and answer calls (Ctrl-C stops it)
	@exec $(BIN)/ivr run

setup: .venv/.run ## set everything up, without answering calls
	@$(BIN)/ivr setup

test: .venv/.dev ## everything passes (under 10 minutes on 2 cores)
	@$(BIN)/ivr setup --tests
	@$(BIN)/python -m pytest -m "not full"

test-full: .venv/.dev ## the full sizes as well
	@$(BIN)/ivr setup --tests
	@$(BIN)/python -m pytest

check: .venv/.dev ## format, lint, types, import contracts, house rules
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m pytest tests/test_house_rules.py

fmt: .venv/.dev  ## put the code into its format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

demo: .venv/.run ## a caller talks to the hotline; read and listen (SCENE=all: eight calls)
	@$(BIN)/ivr demo $(if $(SCENE),--scene $(SCENE))

talk: .venv/.run ## hold a call in this terminal
	@$(BIN)/ivr setup
	@$(BIN)/ivr talk

bench: .venv/.dev ## how fast it answers when spoken to, and its menu against native Asterisk dialplan
	@$(BIN)/ivr setup --tests
	@$(BIN)/python -m bench speech
	@$(BIN)/python -m bench menu

model: .venv/.train ## make the recogniser's own model anew (up to 3 hours on two cores; goes on where it stopped)
	@$(BIN)/ivr models make

constraints: .venv/.dev ## write down the Python versions that are installed now, as tried together
	@{ echo "# The versions that were tried together; pip reads this with -c. Made by: make constraints"; \
	   $(BIN)/python -m pip freeze --exclude-editable | grep -E '^[A-Za-z0-9_.-]+==' | LC_ALL=C sort -f; } > constraints.txt

clean:           ## throw away what was made here (var/ holds calls and tickets: it is kept)
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache
