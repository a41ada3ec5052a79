# The menu. Each target calls one thing; CI calls only these. `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
SEED ?= 1
SAMPLE ?= 20
# Colourless, quiet pip: its own progress is noise in CI logs.
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Compiled once, not by each of the some thousand processes that a proof or the tests start.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install generate check-generated validate lint test contract-test sandbox check bench \
  check-wheel lock upgrade-tools soak demo reference sandbox-values prove prove-sample

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

# Another interpreter, named on the command line, gets another environment.
ifeq ($(origin PYTHON),command line)
ifneq ($(shell $(BIN)/python --version 2>&1),$(shell $(PYTHON) --version 2>&1))
CLEAR := --clear
.PHONY: $(STAMP)
endif
endif

install: $(STAMP) ## Create .venv from the locked, hashed requirements
$(STAMP): requirements/dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "punchh-contract needs Python 3.11 or newer: make PYTHON=/path/to/python3.11")'
	test -x $(BIN)/python -a -z '$(CLEAR)' || $(PYTHON) -m venv $(CLEAR) .venv
	$(PIP) install --require-hashes -r requirements/dev.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $(STAMP)

generate: install ## Write generated/ from spec/openapi.yaml
	$(BIN)/python scripts/generate.py

check-generated: install ## Prove that generated/ is fresh, complete, deterministic and typed
	$(BIN)/python scripts/generate.py --check

validate: install ## Check the contract: metaschema, house rules, examples, register, event samples
	$(BIN)/python scripts/validate_spec.py

lint: install ## ruff, and mypy and pyright at their strictest
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/basedpyright

test: install ## Run the tests
	$(BIN)/pytest -n auto --durations=15 --durations-min=5 $(PYTEST)

# TARGET=https://… ALLOW_HOST=its-host FIXTURES=file.yaml OPERATION=id ARGS='--plan'
contract-test: install ## Run the contract against the embedded sandbox, or against TARGET= (SEED=1)
	$(BIN)/punchh-contract test --seed $(SEED) $(if $(TARGET),--target '$(TARGET)') $(if $(ALLOW_HOST),--allow-host '$(ALLOW_HOST)') \
	  $(if $(FIXTURES),--fixtures '$(FIXTURES)') $(if $(OPERATION),--operation '$(OPERATION)') $(ARGS)

sandbox: install ## Start the sandbox and print its address, its keys and four ready curls
	$(BIN)/punchh-contract sandbox

demo: install ## Play one story on the sandbox: codes, quotes, a batch, events, a lost reply
	$(BIN)/python scripts/demo.py

reference: install ## Write docs/reference/ from docstrings, the command line and the contract
	$(BIN)/python scripts/reference.py

sandbox-values: install ## Write docs/sandbox-values.md from the sandbox's seed and the contract
	$(BIN)/python scripts/sandbox_values.py

check-wheel: install ## Build the wheel and try it in empty environments
	$(BIN)/python scripts/check_wheel.py

lock: install ## Write requirements/ from pyproject.toml (needs uv)
	$(BIN)/python scripts/lock_requirements.py $(UPGRADE)

upgrade-tools: install ## Raise the exact pins, in a commit of their own (needs uv; TOOLS='ruff==0.18.0')
	$(BIN)/python scripts/upgrade_tools.py $(TOOLS)

prove: install ## Plant every fault of the zoo, and count how many the contract run finds (ARGS='--sample 20')
	$(BIN)/punchh-contract prove --json build/prove.json $(ARGS)

# With more time than the proof gives, since a machine of CI may be slow; what is found ends its run at once.
prove-sample: install ## A fixed sample of the zoo, and twenty runs that must find nothing
	$(BIN)/punchh-contract prove --sample $(SAMPLE) --budget 40
	$(BIN)/punchh-contract prove --faultless --seeds 20

# What takes longer than CI may: 200 faultless runs at the budget of the proof, 20 whole ones on each database,
# 20 through a proxy, every planted fault.
soak: install ## The long proofs, more than an hour; figures go into docs/soak.md
	$(BIN)/punchh-contract prove --faultless --seeds 200
	for seed in $$(seq 1 20); do $(BIN)/punchh-contract test --seed $$seed --report-dir build/soak || exit 1; done
	PUNCHH_CONTRACT_SOAK=1 $(BIN)/pytest -n auto tests/events/test_decoding.py tests/events/test_engines.py \
	  tests/events/test_many.py tests/client/test_faulted.py tests/sandbox/test_control_fuzz.py tests/conformance/test_databases.py \
	  tests/conformance/test_recording.py \
	  tests/conformance/test_transparent.py tests/conformance/test_plants.py tests/conformance/test_few_fixtures.py

bench: install ## Compare speeds within one run
	$(BIN)/python scripts/bench.py

# The tests come last: their closing line is the last of CI's output and holds their own time.
check: install ## Everything that CI runs, each stage with its time
	@set -e; for stage in lint validate check-generated contract-test demo check-wheel prove-sample; do \
	  start=$$(date +%s); echo "== $$stage"; $(MAKE) --no-print-directory $$stage; \
	  echo "== $$stage took $$(( $$(date +%s) - start )) s"; done
	@echo "== test"
	@$(MAKE) --no-print-directory test
