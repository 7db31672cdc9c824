"""Code for another core is refused when it is loaded, with the line it comes from."""

from __future__ import annotations

import pytest

from emulator import Board
from emulator.errors import IllegalInstruction
from emulator.instructions.decode import Decoder
from emulator.instructions.legality import foreign_instructions
from emulator.program.elf import read_code_ranges, read_elf
from emulator.timing.core import load_core
from tests.support.assembler import assemble
from tests.support.firmware import build_text

DSP = """#include "firmware.h"
__attribute__((noinline)) int dot(int a, int b, int c) {
    __asm volatile("smlad %0, %1, %2, %0" : "+r"(c) : "r"(a), "r"(b));
    return c; }
int main(void) { if (REG(0x20000100u)) return dot(1, 2, 3); print("fine\\n"); return 0; }
"""
EVERY = {
    "v7m": "movw r0, #1\ncbz r0, 1f\nit eq\nmoveq r0, #1\n1: udiv r0, r1, r2",
    "dsp": "smlad r0, r1, r2, r3\nsxtab r0, r1, r2\nuxtb16 r0, r1\nqadd r0, r1, r2"
    "\nsmulbb r0, r1, r2\nsmlalbb r0, r1, r2, r3\numaal r0, r1, r2, r3\npkhbt r0, r1, r2\nssat16 r0, #3, r1"
    "\nsel r0, r1, r2\nusad8 r0, r1, r2\nsmmul r0, r1, r2",
    "fp": "vadd.f32 s0, s1, s2\nvldr s0, [r0]\nvpush {s0-s3}\nvmrs r0, fpscr\nvmov r0, s0",
}


def test_refused_at_load_with_symbol_and_line() -> None:
    board = Board("mps2-an385")
    with pytest.raises(IllegalInstruction, match=r"^dot\+0x.*not legal on Cortex-M3: smlad .*, main\.c:3"):
        board.load(build_text(DSP, "cortex-m4"))


def test_loaded_all_the_same_when_asked_for() -> None:
    board = Board("mps2-an385", foreign=True)
    body = DSP.replace("REG(0x20000100u)", "0")
    board.load(build_text(body, "cortex-m4"))
    assert board.run(max_cycles=100_000).output == b"fine\n"


@pytest.mark.parametrize("extension", EVERY)
def test_each_extension_is_found(extension: str) -> None:
    lines = EVERY[extension].split("\n")
    content = assemble(EVERY[extension] + "\nbx lr", "cortex-m4")
    (segment,) = [s for s in read_elf(content).segments if "x" in s.permissions]
    pieces = [
        (start, segment.data[start - segment.address : end - segment.address])
        for start, end in read_code_ranges(content)
    ]
    core = load_core("cortex-m3" if extension != "v7m" else "cortex-m0")
    found = [f.text.split()[0] for f in foreign_instructions(pieces, core)]
    decoded = [i for start, code in pieces for i in Decoder().sequence(code, start)]
    assert found == [i.name for i in decoded if i.extension == extension]
    assert len(found) >= len(lines) - 1


def test_literal_pools_are_no_code() -> None:
    content = assemble("ldr r0, =0x1234fb20\nbx lr\n.ltorg", "cortex-m3")
    (segment,) = [s for s in read_elf(content).segments if "x" in s.permissions]
    pieces = [
        (start, segment.data[start - segment.address : end - segment.address])
        for start, end in read_code_ranges(content)
    ]
    assert sum(len(code) for _, code in pieces) < sum(len(s.data) for s in read_elf(content).segments)
    assert foreign_instructions(pieces, load_core("cortex-m3")) == []
