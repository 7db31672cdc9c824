"""The pytest plugin: fixtures, budgets of cycles and stack, what JUnit gets to see."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.microinfer.verify.broken import COPY, reshape_with
from tests.support.kernels import library

pytest_plugins = ["pytester"]

MACHINE = """
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
@pytest.mark.cycles(max={cycles}, core="cortex-m4")
def test_a_budget_a_core(microinfer_machine):
    call(microinfer_machine)
"""
CASES = """
import pytest
from hypothesis import given, settings
from microinfer.testing import assert_bit_exact
from microinfer.testing.strategies import cases

@pytest.mark.cycles(max={cycles})
@settings(max_examples=20, derandomize=True, deadline=None, database=None)
@given(case=cases("arm_reshape_s8"))
def test_reshape(microinfer_library, case):
    assert_bit_exact(microinfer_library, case)
"""
MARKERS = {
    "cycles": "*@pytest.mark.cycles wants max=NUMBER*",
    "stack(most=3)": "*@pytest.mark.stack wants max=NUMBER*",
    'cycles(max=3, core="cortex-m99")': "*cortex-m99*",
    "cycles(max=3)": "*a budget of 3 cycles, but the test made no call*",
}


def run(pytester: pytest.Pytester, text: str, *options: str) -> pytest.RunResult:
    pytester.makepyfile(text)
    return pytester.runpytest_inprocess(
        "-p", "microinfer.testing.plugin", "--assert=plain", "--junitxml=report.xml", *options
    )


def elf(path: Path | None = None) -> str:
    return f"--microinfer-elf={path or library()}"


def test_a_budget_kept_passes_and_one_exceeded_fails(pytester: pytest.Pytester) -> None:
    run(pytester, MACHINE.format(cycles=1000), elf()).assert_outcomes(passed=3)
    result = run(pytester, MACHINE.format(cycles=3), elf())
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["*cycles on cortex-m4, the budget is 3*"])


def test_budgets_hold_for_cases_too_and_junit_gets_the_numbers(pytester: pytest.Pytester) -> None:
    run(pytester, CASES.format(cycles=100_000), elf()).assert_outcomes(passed=1)
    (case,) = ElementTree.parse(pytester.path / "report.xml").getroot().iter("testcase")
    numbers = {one.get("name"): int(one.get("value", "")) for one in case.iter("property")}
    assert set(numbers) == {"cycles on cortex-m4", "stack on cortex-m4"} and numbers["cycles on cortex-m4"] > 10
    run(pytester, CASES.format(cycles=10), elf()).assert_outcomes(failed=1)
    (failure,) = ElementTree.parse(pytester.path / "report.xml").getroot().iter("failure")
    assert "cycles on cortex-m4, the budget is 10" in (failure.get("message") or "")


def test_a_wrong_library_fails_with_the_finding_and_the_smallest_case(
    pytester: pytest.Pytester, tmp_path: Path
) -> None:
    broken = reshape_with(tmp_path, f"{COPY} if (total_size > 4) output[4] ^= 1;")
    run(pytester, CASES.format(cycles=100_000), elf(broken)).assert_outcomes(failed=1)
    (failure,) = ElementTree.parse(pytester.path / "report.xml").getroot().iter("failure")
    assert "wrong output: 1 of 5 values of output differ by up to 1" in (failure.text or "")
    assert "arm_reshape_s8 on cortex-m4" in (failure.get("message") or "")


def test_the_library_may_be_named_in_the_ini_file(pytester: pytest.Pytester) -> None:
    (pytester.path / "lib.elf").write_bytes(library("cortex-m7").read_bytes())
    pytester.makeini("[pytest]\nmicroinfer_elf = lib.elf\nmicroinfer_core = cortex-m7\n")
    run(pytester, MACHINE.format(cycles=1)).assert_outcomes(passed=1, failed=2)


def test_without_a_library_the_tests_are_skipped(pytester: pytest.Pytester) -> None:
    run(pytester, MACHINE.format(cycles=1)).assert_outcomes(skipped=3)


def test_a_budget_that_measures_nothing_fails(pytester: pytest.Pytester) -> None:
    tests = [f"@pytest.mark.{m}\ndef test_{n}(microinfer_machine):\n    pass" for n, m in enumerate(MARKERS)]
    result = run(pytester, "\n".join(["import pytest", *tests]), elf())
    result.assert_outcomes(failed=len(MARKERS))
    result.stdout.fnmatch_lines(list(MARKERS.values()))
