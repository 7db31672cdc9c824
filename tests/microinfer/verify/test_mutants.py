"""Kernels broken in one place are found within 200 cases, sound ones raise no alarm."""

from __future__ import annotations

from pathlib import Path

import pytest

from microinfer.verify.campaign import Campaign
from tests.microinfer.verify.broken import defects, needs_native_counting
from tests.support.kernels import library, mutant

pytestmark = needs_native_counting

SIZE = "filter_dims->h * filter_dims->w * filter_dims->c"


def test_our_own_kernels_have_no_defect() -> None:
    result = Campaign(library(), "cortex-m4", cases=60).run()
    assert result.defects == () and result.unknown == ()
    assert {row.cases for row in result.functions} == {60}
    assert len(result.functions) == 15


@pytest.mark.parametrize(
    ("source", "old", "new", "function", "kind"),
    [
        (
            "src/arm_elementwise_add_s8.c",
            "i < block_size",
            "i <= block_size",
            "arm_elementwise_add_s8",
            "out of bounds",
        ),
        ("src/arm_avgpool_s8.c", "sum > 0 ? half : -half", "half", "arm_avgpool_s8", "wrong output"),
        ("src/arm_max_pool_s8.c", "pool_params->stride.h", "pool_params->stride.w", "arm_max_pool_s8", "wrong output"),
        ("src/arm_convolve_s8.c", "in_x >= input_dims->w", "in_x > input_dims->w", "arm_convolve_s8", "out of bounds"),
        ("src/arm_convolve_s8_get_buffer_size.c", SIZE, f"{SIZE} - 1", "arm_convolve_s8", "out of bounds"),
        ("include/nn_support.h", "(int64_t)1 << 30", "(int64_t)1 << 29", "arm_fully_connected_s8", "wrong output"),
        ("include/nn_dense.h", "bias ? bias[ch] : 0", "bias[ch]", "arm_convolve_1x1_s8", "wrong output"),
        ("src/arm_vector_sum_s8.c", "bias_data ? bias_data[row] : 0", "0", "arm_vector_sum_s8", "wrong output"),
    ],
)
def test_a_mutant_is_found(source: str, old: str, new: str, function: str, kind: str, tmp_path: Path) -> None:
    found = defects(mutant(tmp_path, source, old, new), function, cases=200)
    assert kind in {defect.finding.kind for defect in found}
