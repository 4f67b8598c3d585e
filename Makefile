# What one types here. `make` alone prints the list.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup run test check lint format bench lock parts

BIN := .venv/bin
RUNTIME := .venv/installed-requirements
DEVELOPMENT := .venv/installed-requirements-dev
TYPED := $(wildcard lobby protocol persistence tests bench)
BENCHES := commits fanout hub longpolls matchmaking autobahn

# What is compiled once is not compiled again at each of a hundred starts.
unexport PYTHONDONTWRITEBYTECODE

# Test files at once, one more than cores: those that wait leave room for those that compute. Each
# worker has servers of its own.
AT_ONCE ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); echo $$((n < 2 ? 3 : n > 3 ? 4 : n + 1)))

# A tree that was moved, or whose Python went away, is set up again.
$(shell $(BIN)/python -c '' 2>/dev/null && grep -qF '$(CURDIR)/.venv' $(BIN)/activate \
    || rm -f $(RUNTIME) $(DEVELOPMENT))

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(DEVELOPMENT) parts ## everything for development, in .venv
	@echo "Ready."

run: $(RUNTIME) ## serve on 127.0.0.1:8000 (PORT and LOBBY_* change what they name)
	@exec $(BIN)/lobby serve

test: $(DEVELOPMENT) parts lint ## lint, types, import rules, then every test (ARGS='-k name' for some)
	@echo "Tests"
	@$(BIN)/python -m pytest --numprocesses $(AT_ONCE) --dist loadfile --no-loadscope-reorder $(ARGS)

check: format test ## format, then all that `make test` does: before each commit

lint: $(DEVELOPMENT) ## what needs no running program: lint, format, types, import rules
	@echo "Lint and format"
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@echo "Types"
	@$(BIN)/mypy --strict $(TYPED)
	@echo "Import rules"
	@$(BIN)/lint-imports --no-logo

format: $(DEVELOPMENT) ## put imports and layout in order
	@$(BIN)/ruff check --quiet --fix-only
	@$(BIN)/ruff format

bench: $(DEVELOPMENT) ## load and comparisons: commits, fan-out, matches, Autobahn's cases (some minutes)
	@for bench in $(BENCHES); do echo "== $$bench"; $(BIN)/python -m bench.$$bench || exit; done

lock: $(DEVELOPMENT) ## write the locks anew after a change to pyproject.toml
	@scripts/lock

parts:
	@scripts/system-parts

# Only pyproject.toml or a lock that changed costs anything.
.venv/installed-%: %.lock pyproject.toml scripts/environment
	@scripts/environment $<
