# make demo and make test are all a newcomer needs; each makes .venv first.
PYTHON ?= python3
BIN := .venv/bin
# Half as many again as there are cores: many tests wait for a server, a lock or the end of a process.
WORKERS := $(shell echo $$(( $$(nproc 2>/dev/null || echo 2) * 3 / 2 )))
.DEFAULT_GOAL := help

.PHONY: help demo docs test test-slow lint format bench bench-peers pictures pins clean

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

.venv/runtime: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@test -x $(BIN)/python || { echo "Making .venv with $(PYTHON)" >&2; $(PYTHON) -m venv .venv; }
	@echo "Installing what the archiver needs into .venv (a minute or less)" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/development: requirements-dev.txt .venv/runtime
	@echo "Installing what its tests need" >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

demo: .venv/runtime  ## crawl a small local portal twice and look at its history
	@$(BIN)/archiver demo

docs: .venv/runtime  ## write the page of the docs that is made of the code
	@$(BIN)/python -m archiver schema findings --markdown -o docs/findings.md

test: .venv/development  ## the default suite (under 6 minutes)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope

test-slow: .venv/development  ## the tests that take longer; CI runs them too
	@$(BIN)/python -m pytest -n $(WORKERS) -m slow

lint: .venv/development  ## ruff (format, rules) and mypy --strict
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: .venv/development  ## let ruff format and fix
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: .venv/development .venv-peers/ready  ## print what it costs to parse, store, search and crawl, us and others (20 minutes or more)
	@$(BIN)/python -m tests.benchmarks

# --no-deps: all are pinned, pip 23 stumbles over lxml[html-clean], which two of them ask for, and fundus runs with a newer
# lxml than it asks for.
.venv-peers/ready: requirements-peers.txt
	@test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	@.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-peers.txt
	@touch $@

bench-peers: .venv/development .venv-peers/ready  ## print how well and how fast we and others read pages and crawl (25 minutes)
	@$(BIN)/python -m tests.benchmarks peers

pictures: .venv/development  ## draw the pictures of README and docs anew (needs chromium)
	@$(BIN)/python -m tests.pictures

pins: .venv/development  ## renew the hashed pins (needs uv)
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml --extra web --group build -o requirements.txt $(PINS)
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml --group build --group dev -o requirements-dev.txt $(PINS)
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group peers -o requirements-peers.txt $(PINS)

clean:  ## remove .venv and what tools leave behind (never data/)
	rm -rf .venv .venv-peers .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
