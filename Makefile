# Every target sets up what it needs: a virtual environment in .venv, from the hashes in requirements.lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Tests start the command many times: its bytecode is kept, whatever the environment says.
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest
SEED ?= 1

.DEFAULT_GOAL := help

.PHONY: help
help:  ## Show this list
	@grep -hE '^[a-z-]+:.*  ## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*  ## (.*)/  make \1|\2/' | column -t -s '|'

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "claimbench needs Python 3.11 or newer, and $(PYTHON) is none. Name one: make PYTHON=python3.12"; exit 2; }
	@echo "Setting up $(VENV) (about 2 minutes, once)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip check -q
	@$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $(READY)

.PHONY: setup
setup: $(READY)  ## Set up the virtual environment

.PHONY: bench
bench: $(READY)  ## Compare the models in bench.toml: fetch, serve, ask, score, table, chart and verdicts; ARGS="..." are flags of bench run
	@$(BIN)/bench run $(ARGS)
	@$(BIN)/bench report

.PHONY: bench-full
bench-full: $(READY)  ## The same on the large suites, coding and reasoning
	@$(BIN)/bench run -t coding -t reasoning --exam-seed 1 $(ARGS)
	@$(BIN)/bench report

.PHONY: test
test: $(READY)  ## Run the tests on every core (SmolLM2 is fetched once and really served)
	@$(PYTEST) -n logical --dist loadgroup -m "not slow"

.PHONY: test-slow
test-slow: $(READY)  ## Run the tests that make test leaves out: more of its samples, and the dearest
	@$(PYTEST) -n logical --dist loadgroup -m "slow and not exhaustive"

.PHONY: test-exhaustive
test-exhaustive: $(READY)  ## Run what make test-slow leaves out of long grids of cases
	@$(PYTEST) -n logical --dist loadgroup -m exhaustive

.PHONY: servers
servers: .servers/bfcl/.ready .servers/litellm/.ready .servers/mitmproxy/.ready .servers/notebook/.ready .servers/mini/.ready .servers/loops/.ready .servers/otel/.ready .servers/npm/.ready  ## Install what tests ask through, run in or read: two proxies, OpenTelemetry, Jupyter's kernel, two agents, three loops and BFCL's data, each in an environment of its own

.PHONY: ray
ray: .servers/ray/.ready  ## Install Ray for make test-ray, in an environment of its own (70 MB to fetch, 285 MB on disk, half a minute)

.PHONY: test-ray
test-ray: $(READY) ray  ## Run on two real nodes; kill a worker, a node and the command ROUNDS times (20 unless said: half an hour)
	@ROUNDS=$${ROUNDS:-20} $(PYTEST) tests/cluster

.PHONY: test-bfcl
test-bfcl: $(READY) .servers/bfcl/.ready  ## Put the first 25 of BFCL's simplest items to the embedded 0.5B, natively and in the prompt, through both of its protocols (10 minutes of processor time)
	@TEST_BFCL=1 $(PYTEST) tests/suites/bfcl/test_local.py

.PHONY: test-hard
test-hard: $(READY)  ## Grade the plain program of each family of levels 5 to 7 in the sandbox: right, and stopped on the large calls
	@TEST_HARD=1 $(PYTEST) tests/suites/test_coding_hard.py -k plain_program

.servers/%/.ready: tests/servers/%.lock
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip install -q --no-deps --require-hashes -r $<
	@touch $@

.servers/npm/.ready: tests/servers/npm/package-lock.json
	@mkdir -p $(@D)
	@cp $(<D)/package.json $< $(@D)
	@if command -v npm > /dev/null; then (cd $(@D) && npm install --silent --no-save --no-audit --no-fund --ignore-scripts); \
		else echo "npm is not here: the agents that it installs are not tested"; fi
	@touch $@

.PHONY: lint
lint: $(READY)  ## Check style, types and the shipped items
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m bench.suites.coding.build --check
	@$(BIN)/python -m bench.suites.starter.build --check
	@$(BIN)/python -m bench.suites.reasoning.build --check --own
	@$(BIN)/python -m bench.reference --check
	@$(BIN)/bench prices build --check
	@$(BIN)/bench tasks lint

.PHONY: format
format: $(READY)  ## Rewrite the code in the house's style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# Everything that tries to break out, to lie, to stop a run or to write where it must not; every case, slow ones too.
ATTACKS := tests/attack tests/sandbox tests/scoring/test_hold.py tests/scoring/test_reading.py tests/scoring/test_schema.py \
	tests/engine/test_faults.py tests/engine/test_hostile.py tests/engine/test_transport_fuzz.py tests/engine/test_sse.py tests/providers/test_faults.py \
	tests/importers/test_textfiles.py tests/report/page/test_read.py tests/records/test_secrets.py tests/test_secrets.py \
	tests/cli/test_consent.py tests/cli/test_send_keys.py tests/proxy tests/agents tests/traffic/test_routes.py
EXAMPLES ?= 5000

.PHONY: attack
attack: $(READY)  ## Make every attack: programs at each rung, replies, run folders, imports, texts, secrets (20 minutes)
	@$(PYTEST) -n logical --dist loadgroup $(ATTACKS)

.PHONY: fuzz
fuzz: $(READY)  ## Try anything as reply, usage, answer, import and page: EXAMPLES of each, 5000 unless said
	@FUZZ_EXAMPLES=$(EXAMPLES) $(PYTEST) tests/attack/test_fuzz.py tests/attack/test_whole.py

.PHONY: sbom
sbom: $(READY)  ## Write the bill of materials of requirements.lock, dist/claimbench.cdx.json (CycloneDX)
	@mkdir -p dist
	@$(BIN)/uv tool run -q --from cyclonedx-bom==7.5.0 cyclonedx-py requirements requirements.lock \
		--pyproject pyproject.toml --output-reproducible --of JSON -o dist/claimbench.cdx.json 2>/dev/null
	@echo "dist/claimbench.cdx.json"

# The pure rooms, and the tests that are theirs; what a request chose is tested beside the proxy that reads it.
PURE := bench/stats/*,bench/prices/*,bench/providers/*,bench/records/*,bench/plan.py
PURE_TESTS := tests/stats tests/prices tests/providers tests/records tests/test_plan.py tests/proxy/test_extras.py

.PHONY: coverage
coverage: $(READY)  ## Run the pure rooms' own quick tests with branches counted: every line must be met
	@$(BIN)/python -m pytest -n logical -m "not slow" $(PURE_TESTS) --cov --cov-report=
	@$(BIN)/python -m coverage report --skip-covered --show-missing --fail-under=100 --include='$(PURE)'

.PHONY: perf
perf: $(READY)  ## Measure engine, sandbox and start-up against their bars (idle machine, 2 cores, gcc)
	@$(BIN)/python -m pytest tests/perf

.PHONY: peers
peers: .servers/peers/.ready  ## Install what make perf-peers measures beside ours: lm-eval, inspect, openai (1 GB)

.PHONY: perf-peers
perf-peers: $(READY) peers  ## Measure whole commands beside lm-eval's and inspect's, and publish it (idle machine, 2 cores, gcc; 15 minutes)
	@$(BIN)/python -m tests.perf.compare -o results/published/performance

.PHONY: perf-proxy
perf-proxy: $(READY) .servers/litellm/.ready  ## Measure bench proxy beside litellm's, and publish it (idle machine, 2 cores, gcc; 4 minutes)
	@$(BIN)/python -m tests.perf.proxies -o results/published/performance

.PHONY: million
million: $(READY)  ## Journal a million calls, and judge and report as many rows, against their bars (8 GB of disk; 15 minutes)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.perf.million -o results/published/performance

.PHONY: agreement
agreement: $(READY)  ## Check that each family's two references agree
	@$(BIN)/python -m bench.suites.coding.check agreement --exam-seed $(SEED)
	@$(BIN)/python -m bench.suites.reasoning.check agreement --exam-seed $(SEED)
	@$(BIN)/python -m bench.suites.starter.check agreement --exam-seed $(SEED)

.PHONY: mutation
mutation: $(READY)  ## Check that the hidden tests notice every small mistake
	@$(BIN)/python -m bench.suites.coding.check mutation --exam-seed $(SEED)
	@$(BIN)/python -m bench.suites.starter.check mutation --exam-seed $(SEED)

.PHONY: reasoning-hard
reasoning-hard: $(READY)  ## Check levels 5 to 7 of the reasoning families: references agree, items notice misreadings, steps grow (3 minutes)
	@$(BIN)/python -m bench.suites.reasoning.check hard --exam-seed $(SEED)
	@$(BIN)/python -m bench.suites.reasoning.build --check --hard

.PHONY: ambiguity
ambiguity: $(READY)  ## Check that what was written from a text alone agrees on all hidden inputs, that texts tell all that counts, and show no hidden call
	@$(BIN)/python -m bench.suites.coding.check ambiguity --exam-seed $(SEED)
	@$(BIN)/python -m bench.suites.reasoning.check ambiguity --exam-seed $(SEED)

.PHONY: calibration
calibration: $(READY)  ## Measure how often the verdicts err, against their bars (idle machine, 2 cores)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.calibration --out results/published/calibration-statistics

.PHONY: evidence
evidence: $(READY)  ## Judge the published claims again: make evidence DATA=folder (docs/import.md says where its files are had)
	@$(BIN)/python -m bench.evidence "$${DATA:?name the folder with the published files: make evidence DATA=folder}"

.PHONY: ceiling
ceiling: $(READY)  ## Score a file of replies to an exported exam (bench tasks export): make ceiling ANSWERS=file ARGS="the export's flags"
	@$(BIN)/bench tasks grade "$${ANSWERS:?name the file of replies: make ceiling ANSWERS=file}" $(ARGS)

.PHONY: docs
docs: $(READY)  ## Write docs/models.md, docs/config.md, docs/tables.md, docs/families/ and docs/schema/ again from the code
	@$(BIN)/python -m bench.reference

.PHONY: items
items: $(READY)  ## Write our own families' items again from bench/suites
	@$(BIN)/python -m bench.suites.coding.build
	@$(BIN)/python -m bench.suites.agentic.build
	@$(BIN)/python -m bench.suites.starter.build
	@$(BIN)/python -m bench.suites.reasoning.build --own --hard

.PHONY: lock
lock: $(READY)  ## Resolve requirements.lock anew: names, versions and hashes, no index
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
		--extra dev --custom-compile-command "make lock" pyproject.toml -o requirements.lock

.PHONY: clean
clean:  ## Remove the environment and caches; results/ stays
	@rm -rf $(VENV) .servers .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage dist build
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
