# Two commands set everything up: `make demo` and `make test`. Both build .venv on first use.
PYTHON ?=
# A worker that has nothing left takes half of what another has yet to do.
PYTEST_ARGS ?= -n 2 --dist worksteal
BIN := .venv/bin
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help demo test check serve bench lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s  %s\n", $$1, $$2 }' Makefile

# Made anew when what goes into it changes; a stamp that says so is written last.
.venv/.stamp: requirements-dev.lock pyproject.toml scripts/venv scripts/bootstrap
	@scripts/venv

demo: .venv/.stamp ## Watch an agent turn an issue into a pull request
	@$(BIN)/python -m deploy.devkit.demo $(if $(REPO),--repo "$(REPO)") $(if $(TASK),--task "$(TASK)")

test: .venv/.stamp ## Run all tests
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

check: .venv/.stamp ## Format, lint, types, layers, shape and tests
	@scripts/check

serve: .venv/.stamp ## Run the coordinator
	@$(BIN)/cadence serve

bench: .venv/.stamp ## Measure, and write the table in docs/performance.md
	@$(BIN)/python -m tests.bench

lock: .venv/.stamp ## Pin all requirements again, with hashes
	@scripts/lock

clean: ## Remove what was built; .env and data stay
	rm -rf .venv .demo .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
