# `make demo` and `make test` set up all they need in .venv; no root, a second run is quick.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
# Processes that run the tests.
JOBS ?= auto
PY := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed

.PHONY: demo test accuracy campaign check benchmark compiler clean

demo: compiler
	$(PY) examples/digits/demo.py

test: compiler $(VENV)/.oracle check
	$(PY) -m pytest --numprocesses $(JOBS) --dist loadfile

# Ten thousand random models and more against TensorFlow Lite Micro; minutes, not seconds.
campaign: compiler $(VENV)/.oracle
	MICROINFER_EXAMPLES=160 $(PY) -m pytest tests/microinfer/ops tests/microinfer/test_random_networks.py -k tflite_micro

check: $(INSTALLED)
	$(PY) -m ruff check .
	$(PY) -m mypy

# docs/accuracy.md from the data in the repository; ELF=DIR counts again whatever ELF and firmware files DIR has.
accuracy: $(INSTALLED)
	$(PY) -m microinfer accuracy $(if $(ELF),--elf $(ELF) --record) --page docs/accuracy.md

benchmark: compiler
	for script in benchmarks/*.py; do $(PY) $$script || exit 1; done

$(INSTALLED): pyproject.toml setup.py $(wildcard emulator/*/_*.[ch])
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	touch $@

# Without arm-none-eabi-gcc the kernels are built with the C compiler that ziglang brings.
compiler: $(INSTALLED)
	@command -v arm-none-eabi-gcc >/dev/null || $(PY) -c 'import ziglang' 2>/dev/null || \
	    $(PY) -m pip install --quiet --disable-pip-version-check --editable '.[compiler]'

# The interpreter that tests compare with is a development build that may not be had; without it they skip.
$(VENV)/.oracle: $(INSTALLED)
	$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[oracle]' || echo "no tflite-micro: tests skip"
	touch $@

clean:
	rm -rf $(VENV) build *.egg-info emulator/*/_*.so
