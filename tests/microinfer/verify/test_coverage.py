"""Coverage tells the instructions that ran from those that did not."""

from __future__ import annotations

from pathlib import Path

from microinfer.verify.campaign import Campaign
from tests.microinfer.verify.broken import COPY, reshape_with
from tests.support.kernels import library


def test_code_that_no_case_reaches_is_told(tmp_path: Path) -> None:
    never = f"if (total_size > 5000) {{ output[1] = 77; output[3] = 78; return; }} {COPY}"
    functions = ("arm_reshape_s8",)
    (plain,) = Campaign(library(), "cortex-m4", 20, functions=functions).run().coverage
    (partly,) = Campaign(reshape_with(tmp_path, never), "cortex-m4", 20, functions=functions).run().coverage
    assert plain.percent == 100 and plain.unreached == ()
    assert 0 < partly.percent < 100 and len(partly.unreached) == 1
    assert partly.instructions > plain.instructions


def test_more_cases_reach_more() -> None:
    few, many = (
        Campaign(library(), "cortex-m4", cases, functions=("arm_convolve_wrapper_s8",)).run().coverage
        for cases in (1, 200)
    )
    assert sum(row.executed for row in few) < sum(row.executed for row in many)
    assert {row.function for row in many} >= {"arm_convolve_wrapper_s8", "arm_convolve_s8", "arm_convolve_1x1_s8"}
