"""Wrong values are explained, and the arguments they belong to are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.microinfer.verify.broken import defects, needs_native_counting
from tests.support.kernels import mutant

pytestmark = needs_native_counting


@pytest.mark.parametrize(
    ("source", "old", "new", "function", "family", "explanation"),
    [
        ("include/nn_dense.h", "bias ? bias[ch] : 0", "0", "arm_convolve_1x1_s8", "", "as if bias_data were missing"),
        (
            "src/arm_max_pool_s8.c",
            "out_y * pool_params->stride.h",
            "out_y * pool_params->stride.w",
            "arm_max_pool_s8",
            "stride",
            "as if y stride were x stride",
        ),
        (
            "src/arm_convolve_s8.c",
            "input_data + batch * batch_size",
            "input_data",
            "arm_convolve_s8",
            "batch is",
            "never in the first batch",
        ),
    ],
)
def test_a_mutant_is_explained(
    source: str, old: str, new: str, function: str, family: str, explanation: str, tmp_path: Path
) -> None:
    found = defects(mutant(tmp_path, source, old, new), function, cases=300)
    assert any(family in defect.family and explanation in defect.explanation for defect in found)
