"""Our kernels broken in more than forty ways: verify finds each within 200 cases of its function."""

from __future__ import annotations

from pathlib import Path

import pytest

from microinfer.verify.bench import Bench, Clean
from microinfer.verify.case import draw_case
from microinfer.verify.check import check
from microinfer.verify.spec import spec_of
from tests.microinfer.verify.broken import needs_native_counting
from tests.microinfer.verify.kernel_mutants import MUTANTS, KernelMutant
from tests.support.kernels import mutant

pytestmark = needs_native_counting

CASES = 200
_QUICK = 8
_SLOW = [pytest.param(one, marks=pytest.mark.slow, id=one.name) for one in MUTANTS[_QUICK:]]


def test_there_are_more_than_forty() -> None:
    assert len(MUTANTS) > 40 and len({one.name for one in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize("broken", [*(pytest.param(one, id=one.name) for one in MUTANTS[:_QUICK]), *_SLOW])
def test_a_broken_kernel_is_found(broken: KernelMutant, tmp_path: Path) -> None:
    bench = Bench(mutant(tmp_path, broken.path, broken.old, broken.new), "cortex-m4")
    spec = spec_of(broken.function)
    results = (check(bench, spec, draw_case(spec, 0, number)) for number in range(CASES))
    assert any(not isinstance(result, Clean) for result in results)
