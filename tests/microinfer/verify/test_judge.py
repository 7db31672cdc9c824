"""Everything a kernel can do wrong is found, named, and shown by a smallest case."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from microinfer.verify.knobs import knobs_to_values
from tests.microinfer.verify.broken import COPY, defects, needs_native_counting, reshape_with
from tests.support.kernels import mutant

pytestmark = needs_native_counting


@pytest.mark.parametrize(
    ("statement", "kind", "text", "size"),
    [
        ("memcpy(output, input, total_size - 1);", "output not written", r"1 of 1 values of output", 1),
        (f"{COPY} output[total_size] = 1;", "out of bounds", "write of 1 bytes 0 bytes past the end of output", 1),
        (f"{COPY} output[-3] = 1;", "out of bounds", "write of 1 bytes 3 bytes in front of output", 1),
        (f"{COPY} output[0] = input[total_size + 1];", "out of bounds", "read of 1 bytes 1 bytes past the end of", 1),
        (f"{COPY} output[-4096 + 1] = 1;", "out of bounds", "in front of output", 1),
        (f"{COPY} ((int8_t *)input)[0] ^= 1;", "input changed", "1 bytes of input changed, first at byte 0", 1),
        (f"{COPY} output[0] ^= 4;", "wrong output", "1 of 1 values of output differ by up to 4", 1),
        (f"{COPY} if (total_size > 8) output[8] = 5;", "wrong output", r"first at \[8\]", 9),
        (f'{COPY} __asm volatile("movs r4, #1");', "registers clobbered", "r4 did not come back", 1),
        (f"{COPY} while (total_size) {{ }}", "does not return", "still running after 3,000,500 cycles", 1),
        (f'{COPY} __asm volatile("udf #0");', "illegal instruction", "udf", 1),
        (
            "volatile int8_t x[8]; memcpy(output, input, total_size); output[0] = x[0];",
            "depends on noise",
            "unwritten",
            1,
        ),
        (f"{COPY} *(volatile int8_t *)8 = 1;", "null pointer", "0x00000008", 1),
    ],
)
def test_a_broken_copy_is_found(statement: str, kind: str, text: str, size: int, tmp_path: Path) -> None:
    found = defects(reshape_with(tmp_path, statement), "arm_reshape_s8", 30)
    first = found[0]
    assert first.finding.kind == kind
    assert re.search(text, first.finding.text)
    assert knobs_to_values(first.smallest.knobs) == {"size": size}


def test_a_write_into_the_gap_of_a_slot_is_a_stray_write(tmp_path: Path) -> None:
    """One run has room behind the output, where nothing faults."""
    found = defects(reshape_with(tmp_path, f"{COPY} if (((uintptr_t)output & 15) == 0) output[total_size + 40] = 9;"),
                    "arm_reshape_s8", 30)  # fmt: skip
    assert "stray write" in {d.finding.kind for d in found}
    assert any("40 bytes past the end of output" in d.finding.text for d in found)


def test_error_status_is_wanted_where_arguments_are_refused(tmp_path: Path) -> None:
    elf = mutant(tmp_path, "src/arm_max_pool_s8.c", "input_dims->n < 1", "input_dims->n < 0")
    found = defects(elf, "arm_max_pool_s8", 200)
    assert [d.finding.kind for d in found] == ["wrong status"]
    assert found[0].finding.text == "returned 0, documented is -1" and found[0].smallest.reject == "no batch"
