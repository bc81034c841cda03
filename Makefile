# Everything one can do with the project. A fresh machine needs Python 3.11 or
# newer, make and git; the rest is fetched. `make` alone lists the targets.

PYTHON ?= python3
UV     ?= uv

BIN       := .venv/bin
STAMP     := .venv/.asss-installed
NOTEBOOKS := $(wildcard notebooks/*.ipynb)

.DEFAULT_GOAL := help
.PHONY: help setup reports test fresh crash lowest bench lint types mutants slips check format lab lock snapshot clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP)  ## Install everything into .venv (again only when something changed)

# The stamp remembers what was installed. Python and venv are tried first, because
# their own messages do not tell a reader what to do.
$(STAMP): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo 'asss needs Python 3.11 or newer. Try: make $(or $(MAKECMDGOALS),setup) PYTHON=python3.13' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo 'This Python cannot make environments. Try: apt-get install python3-venv' >&2; exit 1; }
	@$(BIN)/python -c 'import pip' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --use-pep517 --require-hashes -r requirements.lock
	# Unisolated, so that the build backend is the locked one too.
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

reports: setup  ## Render the reports of all municipalities, on every service area
	@$(BIN)/asss render --all --year 2020
	@echo 'Open outputs/2020/index.html'

test: setup  ## Run all tests except those that need the network (-m live)
	@.ci/system-libraries
	@$(BIN)/python -m pytest -n auto --dist loadfile --junitxml=outputs/tests.xml; result=$$?; \
	  echo 'Test results: outputs/tests.xml'; exit $$result

crash: setup  ## Kills, races, signals, limits, sizes: see that nothing is lost (hours)
	@$(BIN)/python tests/endure.py --write

fresh:  ## Build a fresh root of Debian's SUITE (as root), and run both commands there
	@.ci/fresh $(SUITE)

# Those that together go through every library, from file to finished report.
FAST := tests/catalogue tests/test_notebooks.py $(addprefix tests/,statbank/test_statbank.py \
  statbank/test_client.py analysis/test_indexing.py formats/test_exports.py runs/test_kernels.py)

# The tests' own tools are as new as they come. That an old library warns of the next
# Python is no fault of it; one that cannot be had built is not the lowest.
lowest:  ## Run the fast tests on the lowest versions that pyproject.toml allows (needs uv)
	@command -v $(UV) >/dev/null || { echo 'This needs uv. Try: pip install uv' >&2; exit 1; }
	@$(UV) venv --quiet --clear --python $(PYTHON) outputs/lowest
	@$(UV) pip compile pyproject.toml --extra report --extra cluster --python outputs/lowest --no-build --quiet \
	  --resolution lowest-direct --no-header --no-annotate --output-file outputs/lowest.txt
	@$(UV) pip install --quiet --python outputs/lowest --constraint outputs/lowest.txt \
	  --editable '.[report,cluster,dev]'
	@outputs/lowest/bin/python -m pytest -n auto -W ignore::DeprecationWarning $(FAST)

lint: setup  ## Check style, formatting, and that notebooks hold no output
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(if $(NOTEBOOKS),$(BIN)/nbstripout --verify $(NOTEBOOKS))

types: setup  ## Check types
	@$(BIN)/mypy

bench: setup  ## Measure against other ways; into docs/benchmarks.md (most of an hour)
	@$(BIN)/python -m pip install --quiet -r benchmarks/requirements.txt
	@$(BIN)/python -m benchmarks --write

mutants: setup  ## Plant faults of every kind, and see where each is stopped (minutes)
	@$(BIN)/python tests/campaign.py --write

slips: setup  ## Make ten faults in a copy, and see that the tests of their modules fail
	@$(BIN)/python tests/mutants.py

check: lint types slips  ## lint, types and slips

format: setup  ## Put style, formatting and notebooks right
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format
	@$(if $(NOTEBOOKS),$(BIN)/nbstripout $(NOTEBOOKS))

lab: setup  ## Open JupyterLab on the notebooks
	@$(BIN)/jupyter lab

# One lock for all systems and Pythons; `fewest` keeps one version of each package,
# since environment.yml has room for one. Settings of this machine (its indexes and
# paths) are kept out: the file holds names, versions and hashes only.
lock:  ## Choose versions anew (needs uv; then bring environment.yml in step)
	@command -v $(UV) >/dev/null || { echo 'This needs uv. Try: pip install uv' >&2; exit 1; }
	@$(UV) pip compile pyproject.toml --extra report --extra cluster --extra dev --no-config --quiet --upgrade \
	  --universal --python-version 3.11 --fork-strategy fewest \
	  --generate-hashes --no-header --no-annotate --output-file requirements.lock
	@echo 'requirements.lock is new. Now bring the versions in environment.yml in step:'
	@echo 'make test names those that differ.'

snapshot: setup  ## Build the embedded snapshot from asss/embedded/*.csv
	@$(BIN)/python -m asss.embedded

clean:  ## Remove everything that make can make again
	rm -rf .venv outputs build dist .mypy_cache .ruff_cache .pytest_cache \
	  .import_linter_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find . -name .ipynb_checkpoints -type d -prune -exec rm -rf {} +
