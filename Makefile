# Two commands do everything: `make lab` and `make test`.
# Another Python:  make lab PYTHON=python3.12      Another port:  make lab PORT=9000

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(not (3,11) <= sys.version_info[:2] <= (3,13))' >/dev/null 2>&1 && echo $$p && exit; \
	done; for p in python3 python; do $$p -c '' >/dev/null 2>&1 && echo $$p && exit; done)
BIN := .venv/bin

.PHONY: help lab test build lint bench install install-test

help:
	@echo "make lab    open the course (the first run sets it up)"
	@echo "make test   run every test that needs no browser"
	@echo "make build  rebuild the notebooks whose sources changed"
	@echo "make lint   check format and style"
	@echo "make bench  time the kernels"

install:
	@test -n "$(PYTHON)" || { echo "No Python found. Install Python 3.11, 3.12 or 3.13."; exit 1; }
	@$(PYTHON) tools/install.py

install-test:
	@test -n "$(PYTHON)" || { echo "No Python found. Install Python 3.11, 3.12 or 3.13."; exit 1; }
	@$(PYTHON) tools/install.py --test

lab: install
	@$(BIN)/course lab $(if $(PORT),--port $(PORT))

test: install-test
	@$(BIN)/python tools/run_tests.py

build: install
	@$(BIN)/course build

lint: install-test
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .

bench: install-test
	@$(BIN)/course bench
