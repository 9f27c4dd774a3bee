# Gridwatch. `make demo` runs everything on this machine alone; `make test` runs every test.
PYTHON ?= python3
NPM ?= npm
VENV := .venv
BIN := $(VENV)/bin
WEB := wall/web
WEB_SOURCES := $(shell find $(WEB) -type f -not -path '*/node_modules/*' 2>/dev/null)

# Every worker, server and test process would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup demo test lint check unit clean lock

setup: $(VENV)/.ready wall/static/.ready

$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Gridwatch needs Python 3.11 or newer")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@# An environment made by uv comes without pip.
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip --upgrade >/dev/null
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@# opencv-python needs the system's libGL; a machine without a screen may lack it. The headless build is the same module.
	@$(BIN)/python -c 'import cv2' 2>/dev/null || { \
	  echo "libGL is missing on this machine: using opencv-python-headless"; \
	  $(BIN)/python -m pip uninstall --quiet --yes opencv-python && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall -r requirements-headless.lock; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

wall/static/.ready: $(WEB_SOURCES)
	cd $(WEB) && $(NPM) ci --no-audit --no-fund --loglevel=error
	cd $(WEB) && $(NPM) run --silent build
	@# For the maps one can send: a single file with Leaflet inside, made by the server.
	mkdir -p wall/static/leaflet && cp $(WEB)/node_modules/leaflet/dist/leaflet.js $(WEB)/node_modules/leaflet/dist/leaflet.css wall/static/leaflet/
	touch $@

demo: setup
	@exec $(BIN)/python -m sim.demo $(ARGS)

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	@$(BIN)/python -c 'import cv2' 2>/dev/null || \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall -r requirements-headless.lock
	touch $@

# What the tests need beyond the package lock: a browser and PostgreSQL's server programs, from the system's packages.
.PHONY: test-tools
test-tools: $(VENV)/.ready-dev
	@tests/install_tools.sh

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: setup
	cd $(WEB) && $(NPM) run --silent check && $(NPM) test --silent

unit: setup test-tools
	@# More processes than processors: a test that drives a browser or a town waits for half of its time.
	$(BIN)/python -m tests.whole_run

test:
	@$(MAKE) --no-print-directory --jobs=2 setup test-tools
	@# What checks without running goes beside what runs, one after another.
	@$(MAKE) --no-print-directory --jobs=2 unit lint check

lock: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header pyproject.toml --group dev -o requirements-dev.lock
	echo "opencv-python-headless==$$(sed -n 's/^opencv-python==\([0-9.]*\).*/\1/p' requirements.lock)" | \
	  $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-deps - -o requirements-headless.lock

clean:
	rm -rf $(VENV) wall/static $(WEB)/node_modules .gridwatch
