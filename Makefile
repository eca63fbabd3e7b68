# The whole house from a fresh clone: `make demo`, `make test`, `make check`.

PYTHON ?= python3
JOBS ?= 2
ARGS ?=

BIN := .venv/bin
PYTEST := $(BIN)/pytest -n $(JOBS) --dist worksteal
CODE := hub portal tests $(if $(wildcard bench/*.py),bench)
TESTED := .venv/.tested
WATCHED := $(filter-out .git .venv .,$(wildcard * .ci))
QUICK := $(wildcard tests/unit tests/property tests/golden tests/house)
COMPILE := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
           --quiet --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help venv system demo test check check-form check-types check-doors check-tests bench \
        format lock screens journeys

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

venv: .venv/.installed ## create .venv from the lock file, anew only when the lock changes

.venv/.locked: requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one: make venv PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || sh tests/rigs/packages.sh python3-venv
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	  -r requirements-dev.lock
	@touch $@

.venv/.installed: .venv/.locked pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  --no-build-isolation --editable .
	@touch $@

system: ## install the servers and the browser that the tests start by themselves, when missing
	@sh tests/rigs/packages.sh openssh-server strace postgresql chromium poppler-utils

demo: venv ## forty orders to their ends while you watch
	@$(BIN)/hub demo $(ARGS)

test: venv system ## every test, on real parts
	@rm -f $(TESTED)
	$(PYTEST) $(ARGS)
	$(if $(ARGS),,@touch $(TESTED))

check: venv ## form, types, doors and the quick tests: some minutes
	@$(MAKE) --no-print-directory --keep-going --output-sync=target -j 2 \
	  check-tests check-types check-form check-doors

check-form:
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)

check-types:
	$(BIN)/mypy --strict hub portal

check-doors:
	$(BIN)/lint-imports --no-cache

check-tests:
	@if $(if $(ARGS),false,test -e $(TESTED)) && ! find $(WATCHED) -newer $(TESTED) | grep -q .; \
	  then echo "make test passed and nothing changed since: the quick tests were among them"; \
	  else HYPOTHESIS_PROFILE=quick $(PYTEST) -q $(QUICK) $(ARGS); fi

bench: venv ## measurements beside their floors; never part of the tests
	@for measure in $(sort $(wildcard bench/[a-z]*.py)); do \
	  echo "== $$measure"; $(BIN)/python $$measure $(ARGS) || exit 1; done

screens: venv system ## a picture of every screen, in screens/
	@$(BIN)/python -m tests.web.screens screens

journeys: venv system ## the ways people go, counted: clicks, keys, pages, seconds
	@$(BIN)/python -m tests.web.journeys

format: venv ## put the code into form
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

lock: venv ## resolve the dependencies of pyproject.toml anew
	$(COMPILE) --upgrade --group pyproject.toml:dev pyproject.toml -o requirements-dev.lock
	$(COMPILE) --upgrade -c requirements-dev.lock pyproject.toml -o requirements.lock
