# Two commands: `make demo` (see it work) and `make test` (everything that CI runs). Both set up by themselves.
PYTHON ?= python3
PORT ?= 8001
SERVE ?= 1
DATA ?= data/demo
BIN = .venv/bin

# Each process that the tests begin would compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: setup scale demo test tested typed test-next format docs lock bench clean

setup: .venv/.installed

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make setup PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "No venv in this Python; on Debian: apt-get install python3-venv"; exit 1; }
	@touch $@

.venv/.installed: .venv/.python requirements.txt pyproject.toml
	@echo "Setting up .venv from requirements.txt; the first time takes about a minute"
	$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.installed requirements-dev.txt
	$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

# What --cluster and --parquet need besides.
scale: .venv/.scale

.venv/.scale: .venv/.installed requirements-scale.txt
	$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-scale.txt
	@touch $@

# pywb and wacz, which the tests give exports to.
.venv-replay/.installed: .venv/.python requirements-replay.txt
	@$(PYTHON) -m venv --clear .venv-replay
	.venv-replay/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-replay.txt
	@touch $@

# The newest alpha of Datasette 1.0, on which the same pages must run.
.venv-next/.installed: .venv/.python requirements-next.txt
	@$(PYTHON) -m venv --clear .venv-next
	.venv-next/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-next.txt
	@touch $@

demo: setup
	$(BIN)/backan demo --data $(DATA) --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve)

test: .venv/.python
	@$(MAKE) --no-print-directory --jobs=2 .venv/.dev .venv-replay/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@$(MAKE) --no-print-directory --jobs=2 tested typed

# Side by side: the tests leave some time for others.
tested:
	$(BIN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

typed:
	$(BIN)/mypy
	$(BIN)/cog -P --check README.md README.vi.md docs/database.md docs/questions.md docs/scale.md

# Beyond what CI runs: an alpha may break any day.
test-next: .venv/.dev .venv-next/.installed
	$(BIN)/pytest tests/test_next.py

format: .venv/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Writes the generated parts of the documents anew.
docs: .venv/.dev
	$(BIN)/cog -P -r README.md README.vi.md docs/database.md docs/questions.md docs/scale.md

# Resolves the dependencies anew; needs uv.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command "make lock" --group build --project . pyproject.toml -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command "make lock" --extra scale -c requirements.txt --project . pyproject.toml \
		-o requirements-scale.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command "make lock" --group dev --extra scale -c requirements.txt --project . \
		pyproject.toml -o requirements-dev.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command "make lock" requirements-replay.in -o requirements-replay.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command "make lock" --override requirements-next.in pyproject.toml \
		-o requirements-next.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command "make lock" bench/requirements-peers.in -o bench/requirements-peers.txt

# What we are measured beside, in an environment of its own: where it cannot be installed, its row says so.
.venv-bench/.installed: .venv/.python bench/requirements-peers.txt
	@$(PYTHON) -m venv --clear .venv-bench
	@.venv-bench/bin/python -m pip install -qq --disable-pip-version-check --require-hashes \
		-r bench/requirements-peers.txt || echo "news-please cannot be installed: its row will say so"
	@touch $@

# One table of ratios; SIZE=1000000 for the long one, ONLY="crawl read" for some rows. See bench/README.md.
bench: .venv/.dev .venv-bench/.installed
	$(BIN)/python -m bench $(ONLY)

clean:
	rm -rf .venv .venv-bench .venv-next .venv-replay build *.egg-info .mypy_cache .pytest_cache .ruff_cache
