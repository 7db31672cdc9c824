"""The pytest plugin: fixtures, budgets of cycles and stack; and the Hypothesis strategies."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest

from microinfer.testing import Library, assert_bit_exact
from microinfer.testing.strategies import cases
from microinfer.verify.case import Case
from tests.support.kernels import library

pytest_plugins = ["pytester"]

TESTS = """
import numpy as np
import pytest

def call(machine):
    return machine.call("arm_reshape_s8", np.zeros(8, np.int8), np.zeros(8, np.int8), 8, returns="void")

def test_free(microinfer_machine):
    call(microinfer_machine)

@pytest.mark.cycles(max={cycles})
@pytest.mark.stack(max=4096)
def test_budget(microinfer_machine):
    call(microinfer_machine)

@pytest.mark.cycles(max=1, core="cortex-m7")
def test_other_core(microinfer_machine):
    call(microinfer_machine)
"""


def run(pytester: pytest.Pytester, cycles: int, *options: str) -> pytest.RunResult:
    pytester.makepyfile(TESTS.format(cycles=cycles))
    return pytester.runpytest_subprocess("-p", "microinfer.testing.plugin", *options)


def test_a_budget_kept_passes_and_one_exceeded_fails(pytester: pytest.Pytester) -> None:
    option = f"--microinfer-elf={library()}"
    run(pytester, 1000, option).assert_outcomes(passed=3)
    result = run(pytester, 3, option)
    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(["*cycles on cortex-m4, the budget is 3*"])


def test_without_a_library_the_tests_are_skipped(pytester: pytest.Pytester) -> None:
    run(pytester, 1).assert_outcomes(skipped=3)


@pytest.fixture(scope="module")
def ours() -> Library:
    return Library(Path(library()), "cortex-m4")


@hypothesis.settings(max_examples=15, deadline=None, derandomize=True)
@hypothesis.given(case=cases("arm_fully_connected_s8"))
def test_strategies_make_cases_that_run(ours: Library, case: Case) -> None:
    assert assert_bit_exact(ours, case).cycles > 0
