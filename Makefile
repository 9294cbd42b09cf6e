# make site | test | lab        the first use sets up .venv from requirements.lock; make test adds requirements-test.lock
# make check | lint | lock | clean
# make pictures                 ten pages in both languages, at a desk and on a phone, in site/pictures
# make PYTHON=python3.13 site   makes .venv with another Python than python3

PYTHON ?= python3
PIP = .venv/bin/python -m pip
INSTALL = $(PIP) install --quiet --no-compile --require-hashes --no-deps --requirement
# all cores compile what was installed, and not the tests that came with it: pip compiles those too, with one core
BYTECODE = .venv/bin/python -m compileall -qq -j 0 -x '/tests?/' .venv/lib || true
COMPILE = uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --quiet
EXTRAS = $(PYTHON) -c 'import tomllib; project = tomllib.load(open("pyproject.toml", "rb"))["project"]; \
  print(*(project["optional-dependencies"][extra][0] for extra in ("live", "hongkong")), sep="\n")'
unexport PYTHONHOME PYTHONPATH

ifeq ($(wildcard lib/capcycle/__init__.py),)
$(error make works in the folder of this Makefile: use make -C FOLDER)
endif

.PHONY: site test lab check lint lock clean pictures again

site: .venv/.installed
	.venv/bin/capcycle site

lab: .venv/.installed
	.venv/bin/capcycle lab

check: .venv/.installed
	.venv/bin/capcycle check

lint: .venv/.tests
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

# loadfile: what a file of tests shares (a browser, a case) is made once; the longest come first, see conftest.py
# The tests start Python some hundred times: what is compiled once is kept, whatever the surroundings say
test: lint
	PYTHONDONTWRITEBYTECODE= .venv/bin/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

pictures: .venv/.tests
	@mkdir -p site/pictures
	CAPCYCLE_PICTURES="$(CURDIR)/site/pictures" .venv/bin/python -m pytest -q tests/test_pictures.py

.venv/.tests: .venv/.installed requirements-test.lock
	@echo "Adding what tests need to .venv from requirements-test.lock."
	$(INSTALL) requirements-test.lock
	@$(BYTECODE)
	@touch $@

.venv/.installed: .venv/.locked pyproject.toml
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.locked: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "capcycle needs Python 3.11 or newer, and $(PYTHON) is not: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@echo "Setting up .venv from requirements.lock: about a minute, once."
	$(PYTHON) -m venv --clear .venv
	$(INSTALL) requirements.lock
	@$(BYTECODE)
	@touch $@

# A .venv half made, moved with its folder, or left without its Python does not find the package here: it is made again
sound := $(shell .venv/bin/python -I -c 'import importlib.util as i, os; \
  print(os.path.samefile(i.find_spec("capcycle").origin, "lib/capcycle/__init__.py"))' 2>/dev/null)
ifneq ($(sound),True)
.venv/.locked: again
endif

# Needs uv, which resolves for every platform at once. Pins stay where they still fit; without a lock all are the newest.
lock:
	@command -v uv >/dev/null || { echo "make lock needs uv; nothing else here does" >&2; exit 1; }
	$(COMPILE) pyproject.toml --group build --group install --output-file requirements.lock
	$(COMPILE) --group test --constraint requirements.lock --output-file requirements-test.lock
	$(EXTRAS) | $(COMPILE) - --constraint requirements.lock --constraint requirements-test.lock \
	  --output-file requirements-extras.lock

clean:
	rm -rf .venv .capcycle site .site-* .pytest_cache .ruff_cache .hypothesis
	find lib tests -name __pycache__ -prune -exec rm -rf {} +
