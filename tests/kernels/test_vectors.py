"""Every recorded call of the CMSIS-NN unit tests whose function is here gives the recorded bytes and status."""

from __future__ import annotations

import numpy as np
import pytest

from tests.kernels.c_header import read_interface
from tests.kernels.host_library import HostLibrary
from tests.kernels.recorded import Replay
from tests.support import vectors
from tests.support.vectors import ArrayRef, Call, Dataset

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(not vectors.is_present(), reason="no recorded calls: MICROINFER_VECTORS names no index.json"),
]


def _is_checked(call: Call) -> bool:
    told = call.expected_status is not None or call.expected_value is not None
    return told or isinstance(call.reference, ArrayRef)


def _recorded_tests() -> list[tuple[Dataset, str]]:
    functions = read_interface().functions
    return [
        (dataset, test)
        for dataset in (vectors.load().datasets.values() if vectors.is_present() else ())
        for test, calls in dataset.by_test().items()
        if any(call.function in functions and _is_checked(call) for call in calls)
    ]


def _label(item: object) -> str:
    return item.name if isinstance(item, Dataset) else str(item).rpartition(":")[2]


@pytest.mark.parametrize(("dataset", "test"), _recorded_tests(), ids=_label)
def test_recorded_calls_give_the_recorded_results(kernels: HostLibrary, dataset: Dataset, test: str) -> None:
    checked = 0
    for outcome in Replay(kernels, dataset).run(dataset.by_test()[test]):
        expected = outcome.call.expected_status if outcome.call.expected_value is None else outcome.call.expected_value
        if expected is not None:
            assert outcome.returned == expected, outcome.call.function
        if outcome.reference is not None:
            np.testing.assert_array_equal(outcome.output, outcome.reference, err_msg=outcome.call.function)
        assert outcome.kept_to_scratch, f"{outcome.call.function} wrote outside its scratch"
        checked += _is_checked(outcome.call)
    assert checked > 0


def _number(call: Call, name: str) -> int:
    value = call.args[name]
    assert isinstance(value, int)
    return value


def _vector_sums() -> list[tuple[Dataset, Call]]:
    if not vectors.is_present():
        return []
    return [(dataset, call) for dataset, call in vectors.load().calls() if call.function == "arm_vector_sum_s8"]


@pytest.mark.parametrize(("dataset", "call"), _vector_sums(), ids=lambda item: getattr(item, "name", ""))
def test_recorded_vector_sums_match_numpy(kernels: HostLibrary, dataset: Dataset, call: Call) -> None:
    """The recording keeps these sums for later calls only, so NumPy says what they are."""
    weights, bias = call.args["vector_data"], call.args["bias_data"]
    assert isinstance(weights, ArrayRef)
    rows, cols, lhs, rhs = (_number(call, name) for name in ("vector_rows", "vector_cols", "lhs_offset", "rhs_offset"))
    w = dataset.array(weights).astype(np.int64).reshape(rows, cols)
    start = dataset.array(bias) if isinstance(bias, ArrayRef) else np.zeros(rows, np.int64)
    replay = Replay(kernels, dataset)
    list(replay.run((call,)))
    (sums,) = replay.locals.values()
    np.testing.assert_array_equal(sums[:rows], start + (w + rhs).sum(axis=1) * lhs)
