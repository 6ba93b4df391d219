# `make demo` and `make test` set up all that they need.
PY := venv/bin/python

.PHONY: setup demo test check bench shell clean

setup:
	@python3 -m tools.setup

demo: setup  ## the walk-through on a local AWS
	@$(PY) -m walkthrough

shell: setup  ## a shell in which `pulumi up` deploys to a local AWS
	@$(PY) -m local_aws

check: setup
	@venv/bin/ruff format --check .
	@venv/bin/ruff check .
	@venv/bin/mypy .
	@cd policy-pack && ../venv/bin/mypy --config-file ../pyproject.toml .

test: check  ## all checks and all tests
	@$(PY) -m pytest

bench: setup  ## all benchmarks, side by side
	@$(PY) -m tests.benchmarks

clean:
	rm -rf venv policy-pack/venv local_aws/venv
