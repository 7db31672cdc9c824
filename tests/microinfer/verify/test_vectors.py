"""Recorded calls of the CMSIS-NN unit tests on emulated kernels: ours, and those MICROINFER_VERIFY_ELF names.

MICROINFER_VECTORS names the folder of recorded calls, MICROINFER_VERIFY_CORE the core (default cortex-m4).
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from microinfer.verify.bench import Bench
from tests.microinfer.verify.broken import needs_native_counting
from tests.microinfer.verify.emulated_calls import EmulatedReplay
from tests.support import vectors
from tests.support.kernels import library
from tests.support.vectors import Dataset

GIVEN = os.environ.get("MICROINFER_VERIFY_ELF", "")
CORE = os.environ.get("MICROINFER_VERIFY_CORE", "cortex-m4")

pytestmark = [
    pytest.mark.conformance,
    needs_native_counting,
    pytest.mark.skipif(not vectors.is_present(), reason="no recorded calls: MICROINFER_VECTORS names no index.json"),
]


@cache
def ours() -> Bench:
    return Bench(library(), "cortex-m4")


@cache
def given() -> Bench:
    return Bench(Path(GIVEN), CORE)


def datasets() -> list[Dataset]:
    return list(vectors.load().datasets.values()) if vectors.is_present() else []


def replay(bench: Bench, dataset: Dataset) -> int:
    """Calls with something to compare, all of which agreed."""
    checked = 0
    for calls in dataset.by_test().values():
        for outcome in EmulatedReplay(bench, dataset).run(calls):
            call = outcome.call
            assert not outcome.problem, f"{call.function}: {outcome.problem}"
            expected = call.expected_status if call.expected_value is None else call.expected_value
            if expected is not None:
                assert outcome.returned == expected, call.function
            if outcome.reference is not None:
                np.testing.assert_array_equal(outcome.output, outcome.reference, err_msg=call.function)
                checked += 1
    return checked


def test_our_kernels_agree() -> None:
    assert sum(replay(ours(), dataset) for dataset in datasets()) > 0


@pytest.mark.skipif(not GIVEN, reason="no library: MICROINFER_VERIFY_ELF names none")
@pytest.mark.parametrize("dataset", datasets(), ids=lambda dataset: dataset.name)
def test_a_given_library_agrees(dataset: Dataset) -> None:
    assert replay(given(), dataset) or all(call.reference is None for call in dataset.calls)
