# Every target installs what it needs first. `make help` lists the targets.
# GNU make ends with status 2 whenever a command fails. A script that has to tell 1 (differs) from 2 (cannot tell)
# must run `venv/bin/encrypted-tables` itself.
PY := venv/bin/python
STACK ?= dev

.PHONY: help setup demo shell quick check test bench locks vulnerabilities verify who-can access-diff audit clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile
	@echo "In scripts run venv/bin/encrypted-tables itself: make turns every failure into exit status 2."

setup:  ## prepare this machine: environments and the engine
	@python3 -m local.setup

demo: setup  ## the walk-through on a local AWS
	@$(PY) -m local.walkthrough

shell: setup  ## a shell in which `pulumi up` deploys to a local AWS
	@$(PY) -m local

check: setup  ## format, lint and type checks
	@venv/bin/ruff format --check .
	@venv/bin/ruff check .
	@venv/bin/mypy .
	@cd policy-pack && ../venv/bin/mypy --config-file ../pyproject.toml .

quick: check  ## all checks, and the tests that need neither the engine nor the local AWS
	@$(PY) -m pytest --numprocesses auto --dist loadfile --hypothesis-profile ci -m "not slow" -q

test: check  ## all checks and all tests, the same generated cases each time
	@$(PY) -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder --hypothesis-profile ci

bench: setup  ## all benchmarks, side by side
	@$(PY) -m tests.benchmarks

locks:  ## refresh the lock files: the newest version of every package, with its hashes
	@python3 -m local.locks --upgrade

vulnerabilities:  ## known vulnerabilities of the locked packages and of the engine
	@python3 -m local.vulnerabilities

verify: setup  ## who really has access to the tables of STACK
	@$(PY) -m encrypted_tables verify --stack $(STACK)

who-can: setup  ## everyone who can read TABLE
	@test -n "$(TABLE)" || { echo "Give the table: make who-can TABLE=orders" >&2; exit 2; }
	@$(PY) -m encrypted_tables who-can $(TABLE)

access-diff: setup  ## who would gain or lose access by the changes to STACK
	@pulumi preview --stack $(STACK) --json --show-sames | $(PY) -m encrypted_tables access-diff -

audit: setup  ## check the exported states STATE with the policy pack
	@test -n "$(STATE)" || { echo "Give exported states: make audit STATE=\"prod.json staging.json\"" >&2; exit 2; }
	@$(PY) -m encrypted_tables audit $(STATE)

clean:  ## remove the environments that setup made
	rm -rf venv policy-pack/venv local/venv
