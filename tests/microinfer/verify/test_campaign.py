"""Campaigns: the same report however many workers, user specifications, functions that cannot run."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from microinfer.errors import KernelError, UnknownName, VerifyError
from microinfer.report import verification
from microinfer.verify.campaign import Campaign
from microinfer.verify.case import draw_case
from microinfer.verify.spec import ScratchQuery, all_specs, register, spec_of
from microinfer.verify.user_specs import load_specs
from tests.microinfer.verify.broken import COPY, reshape_with
from tests.support.kernels import library, mutant

MY_OPS = """
import numpy as np
from dataclasses import dataclass
from microinfer.verify.simple import fill_uniformly
from microinfer.verify.signature import cmsis_structs, parse_signature
from microinfer.verify.spec import Buffer, Plan, Spec, register

@dataclass(frozen=True)
class Knobs:
    size: int

register(Spec(
    parse_signature("my_negate", "void (const int8_t *x, int8_t *y, int32_t n)", cmsis_structs()),
    draw=lambda draw: Knobs(draw.integer(1, 20)),
    plan=lambda k: Plan({"n": k.size}, (Buffer("x", "int8", (k.size,)), Buffer("y", "int8", (k.size,), "out"))),
    fill=fill_uniformly,
    reference=lambda k, arrays, arithmetic: {"y": -arrays["x"]},
    knobs=Knobs,
))
"""


@pytest.mark.parametrize("workers", [ThreadPoolExecutor(1), ProcessPoolExecutor(2)])
def test_the_report_does_not_depend_on_workers(
    workers: ThreadPoolExecutor | ProcessPoolExecutor, tmp_path: Path
) -> None:
    elf = reshape_with(tmp_path, f"{COPY} if (total_size > 4) output[4] ^= 1;")
    campaign = Campaign(elf, "cortex-m4", 300, functions=("arm_reshape_s8", "arm_vector_sum_s8"))
    with workers as executor:
        assert verification.render(campaign.run(executor)) == verification.render(campaign.run())


def test_the_same_seed_gives_the_same_cases_and_another_others() -> None:
    spec = spec_of("arm_convolve_s8")
    first, again, other = draw_case(spec, 3, 7), draw_case(spec, 3, 7), draw_case(spec, 4, 7)
    assert first.knobs == again.knobs != other.knobs
    assert all(np.array_equal(first.arrays[path], again.arrays[path]) for path in first.arrays)


@pytest.mark.parametrize("function", sorted(all_specs()))
def test_every_specification_draws_fills_and_computes(function: str) -> None:
    spec = spec_of(function)
    for index in range(20):
        case = draw_case(spec, 1, index)
        read = {b.path: b for b in case.plan.buffers if b.role in ("in", "inout")}
        assert set(read) <= set(spec.signature.pointers)
        assert {path: (a.shape, str(a.dtype)) for path, a in case.arrays.items()} == {
            path: (b.shape, b.dtype) for path, b in read.items()
        }


def test_a_users_function_is_verified_like_ours(tmp_path: Path) -> None:
    (tmp_path / "my_ops.py").write_text(MY_OPS)
    load_specs((tmp_path / "my_ops.py",))
    head = "void my_negate(const int8_t *x, int8_t *y, int32_t n)"
    source = f"{head} {{ for (int32_t i = 0; i < n; i++) y[i] = x[i] < -127 ? 127 : -x[i]; }}"
    elf = mutant(tmp_path, "src/arm_reshape_s8.c", "void arm_reshape_s8", f"{source}\nvoid arm_reshape_s8")
    result = Campaign(elf, "cortex-m4", 100, functions=("my_negate",)).run()
    (defect,) = result.defects
    assert defect.finding.mismatch is not None
    assert (defect.finding.mismatch.expected, defect.finding.mismatch.actual) == (-128, 127)
    assert defect.smallest.arrays["x"].tolist() == [-128]


def test_a_specification_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("import nothing_of_that_name\n")
    for name in ("bad.py", "absent.py"):
        with pytest.raises(VerifyError, match=name):
            load_specs((tmp_path / name,))


def test_functions_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="arm_convolve_s9"):
        Campaign(library(), "cortex-m4", functions=("arm_convolve_s9",)).run()
    with pytest.raises(KernelError, match="has no arm_softmax_u8; it has arm_avgpool_s8"):
        Campaign(library(), "cortex-m4", functions=("arm_softmax_u8",)).run()


def test_a_function_without_its_size_function_is_skipped() -> None:
    pool = spec_of("arm_max_pool_s8")
    query = ScratchQuery("ctx.buf", "arm_absent_get_buffer_size", {})
    register(replace(pool, plan=lambda k: replace(pool.plan(k), scratch=(query,))))
    try:
        (row,) = Campaign(library(), "cortex-m4", 5, functions=("arm_max_pool_s8",)).run().functions
    finally:
        register(pool)
    assert "lacks arm_absent_get_buffer_size" in row.skipped and row.cases == 0
