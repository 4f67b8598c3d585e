# What one types here. `make` alone prints the list.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup run test pythons check lint format limits bench long chaos soak lock sbom floors parts \
    generators clients conformance

BIN := .venv/bin
RUNTIME := .venv/installed-requirements
DEVELOPMENT := .venv/installed-requirements-dev
TYPED := $(wildcard lobby protocol persistence clients/python/lobby_client tests bench)
BENCHES := commits fanout hub live_browser live_queries friends asked_people presence herd longpolls matchmaking freed_seats refusals why autobahn

# What is compiled once is not compiled again at each of a hundred starts.
unexport PYTHONDONTWRITEBYTECODE

# Test files at once, one more than cores: those that wait leave room for those that compute. Each
# worker has servers of its own.
AT_ONCE ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); echo $$((n < 2 ? 3 : n > 3 ? 4 : n + 1)))

# A tree that was moved, whose Python went away, or is another than PYTHON=..., is set up again.
$(shell $(BIN)/python -c '' 2>/dev/null && grep -qF '$(CURDIR)/.venv' $(BIN)/activate \
    && { [ -z '$(PYTHON)' ] || [ "$$($(PYTHON) -V)" = "$$($(BIN)/python -V)" ]; } \
    || rm -f $(RUNTIME) $(DEVELOPMENT))

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(DEVELOPMENT) parts generators ## everything for development, in .venv
	@echo "Ready."

run: $(RUNTIME) ## serve on 127.0.0.1:8000 (PORT and LOBBY_* change what they name)
	@exec $(BIN)/lobby serve

# Types take half a minute of one core, of which tests leave as much: both at once.
test: $(DEVELOPMENT) parts generators ## lint, types, import rules, and every test (ARGS='-k name' for some)
	@scripts/lint $(BIN)
	@echo "Tests, and types"
	@nice $(BIN)/mypy --strict $(TYPED) >.venv/types.log 2>&1 & types=$$!; \
	    $(BIN)/python -m pytest --numprocesses $(AT_ONCE) --dist loadfile --no-loadscope-reorder $(ARGS); \
	    tests=$$?; wait $$types; types=$$?; \
	    echo "Types"; cat .venv/types.log; exit $$((tests ? tests : types))

pythons: $(DEVELOPMENT) ## what another Python breaks first, on each one that is installed
	@scripts/pythons

check: format test ## format, then all that `make test` does: before each commit

lint: $(DEVELOPMENT) ## what needs no running program: lint, format, types, import rules
	@scripts/lint $(BIN) $(TYPED)

format: $(DEVELOPMENT) ## put imports and layout in order
	@$(BIN)/ruff check --quiet --fix-only
	@$(BIN)/ruff format

limits: $(DEVELOPMENT) ## write docs/limits.md anew after a change to a limit
	@$(BIN)/python scripts/limits

bench: $(DEVELOPMENT) ## load and comparisons: commits, fan-out, a herd, matches, Autobahn's cases (some minutes)
	@for bench in $(BENCHES); do echo "== $$bench"; $(BIN)/python -m bench.$$bench || exit; done

long: $(DEVELOPMENT) parts ## the races that tests run in short, with their whole number (ARGS='-k name' for some)
	@LONG=1 $(BIN)/python -m pytest -m long_run $(ARGS)

chaos: $(DEVELOPMENT) parts ## ten minutes of faults at random (SEED, SECONDS, FAULTS and REDIS choose)
	@$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) $(if $(SECONDS),--seconds $(SECONDS)) \
	    $(if $(FAULTS),--faults "$(FAULTS)") $(if $(REDIS),--redis $(REDIS))

soak: $(DEVELOPMENT) parts ## an hour of coming and going: nothing may grow (MINUTES, SOCKETS and REDIS=1 choose)
	@$(BIN)/python -m tests.soak --minutes $(or $(MINUTES),60) --sockets $(or $(SOCKETS),2000) \
	    $(if $(REDIS),--redis)

clients: $(DEVELOPMENT) generators ## build the clients, and what the lobby serves of them, after a change to their sources or the models
	@$(BIN)/python scripts/clients

conformance: $(DEVELOPMENT) parts generators ## every scenario of the clients in its long form (ARGS='-k name' for some)
	@LONG=1 $(BIN)/python -m pytest tests/clients $(ARGS)

lock: $(DEVELOPMENT) ## write the locks anew after a change to pyproject.toml
	@scripts/lock

sbom: $(DEVELOPMENT) ## write what is installed to run to build/sbom.json (CycloneDX)
	@$(BIN)/python scripts/sbom

floors: ## draw docs/floors.svg anew after a change of the import rules
	@scripts/floors

parts:
	@scripts/system-parts

generators: $(DEVELOPMENT)
	@scripts/generators

# Only pyproject.toml or a lock that changed costs anything.
.venv/installed-%: %.lock pyproject.toml scripts/environment
	@scripts/environment $<
