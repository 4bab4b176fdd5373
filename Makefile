# make demo     the example's invoices and reminder letters, under build/demo/
# make test     everything quick: style, types, the doors between rooms, tests
# make proof    what takes long, or needs more than Python: see proofs/run.py
# make mutants  small changes of the program, and whether a test notices (MUTANTS="--room rules --sample 200" for more)
# make bench    how fast it is, as ratios (BENCH="--sizes 1000,10000 --runs 3" for less)
SHELL := /bin/bash
unexport PYTHONDONTWRITEBYTECODE  # a machine may set it: each process would compile all modules again
PYTHON ?= $(shell for python in python3.14 python3.13 python3.12 python3.11 python3; do \
	command -v $$python >/dev/null && $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
VENV := .venv
RUN := $(VENV)/bin
READY := $(VENV)/.installed
DEMO := build/demo
DAY := 2026-11-30
INVOICE := $(RUN)/bean-invoice -f ledger/main.beancount

.PHONY: demo test lint style types proof mutants bench format messages constraints clean

$(READY): pyproject.toml constraints.txt
	@if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 or newer is needed, but python3 is $$(python3 --version 2>&1 || true)."; \
		echo "Install one, or name it: make PYTHON=/path/to/python3.12 …"; exit 1; fi
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed, but $(PYTHON) is $$($(PYTHON) --version 2>&1)."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) has no venv: install it (Debian, Ubuntu: apt install python3-venv)."; exit 1; }
	@echo "Installing into $(VENV) (once) …"
	@$(PYTHON) -m venv $(VENV)
	@$(RUN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(READY)
	@echo "== The example's books are checked"
	@$(INVOICE) check
	@echo "== Who owes what"
	@$(INVOICE) aging --as-of $(DAY)
	@echo "== Every open invoice, as PDF and HTML"
	@rm -rf $(DEMO)
	@$(INVOICE) render --as-of $(DAY) --status open --status partly-paid --status overdue --status draft \
		--to pdf,html -o $(DEMO)/invoices
	@echo "== Every reminder letter that is due"
	@$(INVOICE) remind --as-of $(DAY) --to pdf,html,text -o $(DEMO)/reminders
	@echo "== Every customer's statement of account"
	@$(INVOICE) statement --all --since 2026-01-01 --as-of $(DAY) --to pdf,html,text -o $(DEMO)/statements
	@echo "== A receipt"
	@$(INVOICE) receipt F2026-0055 --as-of $(DAY) --to pdf,html,text -o $(DEMO)/receipts
	@echo
	@echo "Written: $$(ls $(DEMO)/invoices/*.pdf | wc -l) invoices in $(DEMO)/invoices/," \
		"$$(ls $(DEMO)/reminders/*.pdf | wc -l) reminder letters in $(DEMO)/reminders/," \
		"$$(ls $(DEMO)/statements/*.pdf | wc -l) statements in $(DEMO)/statements/."
	@echo "The same books in Fava: $(RUN)/fava ledger/main.beancount, then open http://localhost:5000"

lint: style types

style: $(READY)
	@$(RUN)/ruff check .
	@$(RUN)/ruff format --check .

types: $(READY)
	@$(RUN)/mypy
	@$(RUN)/lint-imports --no-logo 2>/dev/null || $(RUN)/lint-imports

# Types are looked at beside the tests; what they say comes after what the tests say.
test: style
	@mkdir -p build; \
	$(MAKE) --no-print-directory types >build/types.txt 2>&1 & types=$$!; \
	trap 'kill $$types 2>/dev/null' INT TERM; \
	$(RUN)/pytest -q -n 2 --dist worksteal $(if $(MUTANTS_MARKS),-p proofs.mutants.marks); tests=$$?; \
	wait $$types; types=$$?; cat build/types.txt; \
	[ $$types = 0 ] || echo "make test: types or import contracts are not right, see above"; \
	[ $$tests = 0 ] || echo "make test: tests fail, see above"; \
	exit $$((types || tests))

proof: $(READY)
	@$(RUN)/python proofs/run.py

mutants: $(READY)
	@$(RUN)/python -m proofs.mutants $(MUTANTS)

bench: $(READY)
	@$(RUN)/python -m bench.run $(BENCH)

# The catalogues of translations, in beancount_invoicing/locale/: what the code says, and the compiled files.
messages: $(READY)
	@$(RUN)/python -m tests.locale.catalogues

format: $(READY)
	@$(RUN)/ruff check --fix .
	@$(RUN)/ruff format .

# What is installed, exactly, on every system and Python from 3.11: the newest versions that go together.
constraints:
	@rm -rf build/constraints && $(PYTHON) -m venv build/constraints
	@build/constraints/bin/python -m pip install --quiet --disable-pip-version-check uv
	@build/constraints/bin/uv pip compile pyproject.toml --quiet --upgrade --all-extras --universal --python-version 3.11 \
		--no-build --no-header --no-annotate --no-emit-index-url --output-file build/constraints/constraints.txt
	@{ echo "# Exact versions of all that is installed; made by: make constraints"; \
		cat build/constraints/constraints.txt; } > constraints.txt
	@rm -rf build/constraints

clean:
	@rm -rf build dist .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
