# Two commands on a fresh machine (Python 3.11 or later, make): `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= demo-run

.PHONY: help demo test lint bench docs pictures lock clean

help:
	@echo "make demo   set up, run the whole programme of Texas, name the report to open"
	@echo "make test   set up and run the tests"
	@echo "make lint   format, lint, types, import contracts"
	@echo "make bench  speed beside the peers, in one run"
	@echo "make docs   build the documentation into docs/_build"
	@echo "make pictures   take the pictures of README and documentation anew"

$(VENV)/.user: pyproject.toml requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.user requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

demo: $(VENV)/.user
	$(BIN)/fabstack run programmes/texas --out $(OUT)

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --dist loadgroup --max-worker-restart=0

lint: $(VENV)/.dev
	$(BIN)/ruff format --check src tests benchmarks docs/conf.py docs/pictures
	$(BIN)/ruff check src tests benchmarks docs/conf.py docs/pictures
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks.kernel
	$(BIN)/python -m benchmarks.fab
	$(BIN)/python -m benchmarks.loading
	$(BIN)/python -m benchmarks.ramp

docs: $(VENV)/.dev
	$(BIN)/sphinx-build -W -b html docs docs/_build

# Of a new run of Texas, by Chromium; some minutes.
pictures: $(VENV)/.dev
	rm -rf build/pictures
	$(BIN)/fabstack run programmes/texas --out build/pictures/texas
	$(BIN)/python docs/pictures/make.py build/pictures texas programmes

# The locks name versions and hashes only, never an address.
lock:
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url \
		--no-emit-trusted-host --no-emit-find-links --no-header --no-annotate --output-file requirements.lock pyproject.toml
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url \
		--no-emit-trusted-host --no-emit-find-links --no-header --no-annotate --extra app --extra dev --extra docs --extra excel --extra gym \
		--extra cluster --extra cloud --extra sensitivity \
		--output-file requirements-dev.lock pyproject.toml

clean:
	rm -rf $(VENV) $(OUT) docs/_build
