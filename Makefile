# kb: what can be done here. Everything sets itself up in .venv; only Python 3.11+, pip and make must be there before.
PYTHON ?= python3
BIN := .venv/bin
KB := $(BIN)/kb
SECONDS_OF_RUN ?= 600
WORKERS ?= auto
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --maxprocesses 4 --dist worksteal
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help setup run test check lint types imports coverage wheel audit bench clean

help: ## list these targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.venv/run.stamp: pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: Python 3.11 or newer is needed (make PYTHON=python3.12 ...)" >&2; exit 1; }
	$(BIN)/pip install -q -c constraints.txt -e .
	@touch $@

.venv/dev.stamp: .venv/run.stamp
	$(BIN)/pip install -q -c constraints.txt -e '.[dev]'
	@touch $@

setup: .venv/dev.stamp ## make .venv with everything that the other targets need

run: .venv/run.stamp ## the main job: crawl, embed, cluster, rank, publish into out/ (the sample web where there is no network)
	@$(BIN)/python -m kb.mainjob --out out --time-limit $(SECONDS_OF_RUN)

test: .venv/dev.stamp ## the tests
	$(PYTEST)

check: lint types imports coverage wheel audit ## all that CI runs

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev.stamp
	$(BIN)/mypy

imports: .venv/dev.stamp
	$(BIN)/lint-imports

coverage: .venv/dev.stamp
	$(PYTEST) --cov --cov-report=term:skip-covered --cov-fail-under=88

wheel: .venv/dev.stamp ## build the wheel and use it in an empty environment
	PYTHON=$(PYTHON) .ci/wheel

audit: .venv/dev.stamp
	@$(BIN)/pip freeze --exclude-editable > .venv/frozen.txt
	@timeout 120 $(BIN)/pip-audit --no-deps --disable-pip -r .venv/frozen.txt --progress-spinner off > .venv/audit.txt 2>&1; code=$$?; \
	if grep -qE 'Found [0-9]+ known' .venv/audit.txt; then cat .venv/audit.txt; exit 1; \
	elif [ $$code -ne 0 ] || grep -q 'could not be audited' .venv/audit.txt; then echo "pip-audit: its database cannot be reached here; skipped"; else tail -n 1 .venv/audit.txt; fi

bench: .venv/dev.stamp ## measure, and write benchmarks/results/
	$(BIN)/python -m benchmarks.run

clean: ## remove .venv and what was built; the stores in out/ stay
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .import_linter_cache
