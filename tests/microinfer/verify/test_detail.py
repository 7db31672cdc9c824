"""Verdicts say where: the instruction that read noise, the scaling of a wrong value, static data, sizes, the caller."""

from __future__ import annotations

from pathlib import Path

from microinfer.verify.bench import Bench
from microinfer.verify.case import draw_case
from microinfer.verify.check import findings_of
from microinfer.verify.defect import Defect
from microinfer.verify.detail import detailed
from microinfer.verify.finding import Finding
from microinfer.verify.merge import merged
from microinfer.verify.result import FunctionResult
from microinfer.verify.slots import ENDS
from microinfer.verify.spec import spec_of
from tests.microinfer.verify.broken import COPY, reshape_with
from tests.support.gcc import needs_gcc
from tests.support.kernels import library, mutant


def first_finding(elf: Path, function: str, kind: str = "") -> tuple[Finding, ...]:
    """Findings of the first case that has any (of that kind, if one is given), in detail."""
    bench, spec = Bench(elf, "cortex-m4"), spec_of(function)
    for number in range(40):
        case = draw_case(spec, 0, number)
        findings = findings_of(bench, spec, case)
        if findings and kind in ("", findings[0].kind):
            return detailed(bench, spec, case, findings)
    return ()


def test_the_first_read_of_an_unwritten_byte_is_named(tmp_path: Path) -> None:
    elf = reshape_with(tmp_path, f"volatile int8_t x[8]; {COPY} output[0] = x[0];")
    (finding,) = first_finding(elf, "arm_reshape_s8")
    assert finding.kind == "depends on noise"
    assert "the first read of a byte nobody wrote is at arm_reshape_s8+0x" in finding.text
    assert "arm_reshape_s8.c:" in finding.place and "of the stack, " in finding.text


def test_scratch_that_is_read_before_it_is_written_is_named(tmp_path: Path) -> None:
    copy, part = "memcpy(column, cell, cell_size);", "column[0] /= 3; memcpy(column + 1, cell + 1, cell_size - 1);"
    elf = mutant(tmp_path, "src/arm_convolve_s8.c", copy, part)
    finding = first_finding(elf, "arm_convolve_s8", kind="depends on noise")[0]
    assert "of ctx.buf, byte " in finding.text and "arm_convolve_s8.c:" in finding.place


def test_a_wrong_value_comes_with_its_accumulator_and_scale(tmp_path: Path) -> None:
    elf = mutant(tmp_path, "include/nn_dense.h", "bias ? bias[ch] : 0", "0")
    bench, spec = Bench(elf, "cortex-m4"), spec_of("arm_convolve_1x1_s8")
    case = next(c for c in (draw_case(spec, 0, n) for n in range(20)) if findings_of(bench, spec, c))
    (finding,) = detailed(bench, spec, case, findings_of(bench, spec, case))
    mismatch = finding.mismatch
    assert mismatch is not None and mismatch.accumulator is not None
    channel = mismatch.index[-1]
    assert mismatch.multiplier == case.arrays["quant_params.multiplier"][channel]
    assert mismatch.shift == case.arrays["quant_params.shift"][channel]
    assert f"accumulator {mismatch.accumulator}, multiplier {mismatch.multiplier}" in finding.text


@needs_gcc
def test_static_data_that_changes_is_named_and_set_back(tmp_path: Path) -> None:
    elf = reshape_with(tmp_path, f"static int32_t calls = 7; {COPY} calls++; if (calls > 8) output[0] ^= 1;")
    bench, spec = Bench(elf, "cortex-m4"), spec_of("arm_reshape_s8")
    for number in range(3):
        (finding,) = findings_of(bench, spec, draw_case(spec, 0, number))
        assert finding.kind == "static data changed" and "(calls" in finding.text


def test_code_cannot_be_written(tmp_path: Path) -> None:
    elf = reshape_with(tmp_path, f"{COPY} *(volatile uint16_t *)((uintptr_t)&arm_reshape_s8 & ~1u) = 0;")
    finding = first_finding(elf, "arm_reshape_s8")[0]
    assert finding.kind == "fault" and "read-only" in finding.text and "arm_reshape_s8.c:" in finding.place


def test_null_pointers_are_named(tmp_path: Path) -> None:
    elf = mutant(tmp_path, "src/arm_convolve_s8.c", "ctx->buf == NULL || ", "")
    bench, spec = Bench(elf, "cortex-m4"), spec_of("arm_convolve_s8")
    refused = next(c for c in (draw_case(spec, 0, n) for n in range(400)) if c.reject == "no scratch")
    finding = findings_of(bench, spec, refused)[0]
    assert finding.kind == "null pointer" and "ctx.buf" in finding.text.partition("NULL was passed for")[2]


def test_size_functions_may_ask_for_less_but_not_for_more(tmp_path: Path) -> None:
    size = "filter_dims->h * filter_dims->w * filter_dims->c"
    path, name = "src/arm_convolve_s8_get_buffer_size.c", "arm_convolve_s8_get_buffer_size"
    assert first_finding(library(), name) == ()
    finding = first_finding(mutant(tmp_path, path, size, f"64 * {size} + 64"), name)[0]
    assert finding.kind == "wrong size" and "the reference for at most" in finding.text


def test_bytes_are_also_passed_off_word_boundaries() -> None:
    bench, spec = Bench(library(), "cortex-m4"), spec_of("arm_reshape_s8")
    case = next(c for c in (draw_case(spec, 0, n) for n in range(99)) if c.knobs.size == 16)
    starts = [place.start % 4 for guard in ENDS for place in bench.run_once(spec, case, guard).placed]
    assert set(starts) > {0}
    assert findings_of(bench, spec, case) == ()


def test_a_wrapper_that_forwards_shares_the_defect(tmp_path: Path) -> None:
    elf = mutant(tmp_path, "src/arm_convolve_s8.c", "in_y >= input_dims->h", "in_y > input_dims->h")
    bench = Bench(elf, "cortex-m4")
    rows = [result(bench, name) for name in ("arm_convolve_s8", "arm_convolve_wrapper_s8", "arm_convolve_1x1_s8")]
    base, wrapper, other = merged(bench, rows)
    assert (wrapper.defects, wrapper.through) == ((), ("arm_convolve_s8",))
    assert [defect.also for defect in base.defects] == [("arm_convolve_wrapper_s8",)] and not base.through
    assert (other.defects, other.through) == ((), ())


def result(bench: Bench, function: str) -> FunctionResult:
    """A function's result with one defect as its first failing case shows it, or none."""
    spec = spec_of(function)
    cases = [draw_case(spec, 0, number) for number in range(60)]
    failing = [(case, found) for case in cases if (found := findings_of(bench, spec, case))]
    defects = tuple(Defect(function, found[0], len(failing), len(cases), case) for case, found in failing[:1])
    return FunctionResult(function, len(cases), len(failing), 0, 0, 0, defects)
