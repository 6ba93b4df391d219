# `make demo` and `make test` set up all that they need.
PY := venv/bin/python
STACK ?= dev

.PHONY: setup demo test check bench shell verify access-diff audit clean

setup:
	@python3 -m local.setup

demo: setup  ## the walk-through on a local AWS
	@$(PY) -m local.walkthrough

shell: setup  ## a shell in which `pulumi up` deploys to a local AWS
	@$(PY) -m local

check: setup
	@venv/bin/ruff format --check .
	@venv/bin/ruff check .
	@venv/bin/mypy .
	@cd policy-pack && ../venv/bin/mypy --config-file ../pyproject.toml .

test: check  ## all checks and all tests, a file's tests in order, the same cases each time
	@$(PY) -m pytest --numprocesses auto --dist loadfile --hypothesis-profile ci

bench: setup  ## all benchmarks, side by side
	@$(PY) -m tests.benchmarks

verify:  ## who really has access to the tables of STACK
	@$(PY) -m encrypted_tables verify --stack $(STACK)

access-diff:  ## who would gain or lose access by the changes to STACK
	@pulumi preview --stack $(STACK) --json --show-sames | $(PY) -m encrypted_tables access-diff -

audit:  ## the policy pack over the exported states STATE
	@$(PY) -m encrypted_tables audit $(STATE)

clean:
	rm -rf venv policy-pack/venv local/venv
