"""FPDSCR: what FPSCR holds when code executes its first FP instruction."""

from __future__ import annotations

import pytest

from emulator import Board
from tests.support.firmware import MACHINES, build_text, run_qemu

TEXT = """#include "firmware.h"
static uint32_t fpscr(void) { uint32_t value; __asm volatile("vmrs %0, fpscr" : "=r"(value)); return value; }
static void set_fpscr(uint32_t value) { __asm volatile("vmsr fpscr, %0" : : "r"(value)); }
volatile uint32_t seen[4];
void SVC_Handler(void) { seen[0] = fpscr(); set_fpscr(0x00400000); seen[1] = fpscr(); }
void PendSV_Handler(void) {
    uint32_t sum;
    __asm volatile("vmov s0, %1\\n vadd.f32 s0, s0, s0\\n vmov %0, s0" : "=r"(sum) : "r"(0x7FA00001u) : "s0");
    seen[2] = sum;
}
int main(void) {
    REG(0xE000EF3C) = 0x03000000;
    BARRIER();
    set_fpscr(0x00800000);
    __asm volatile("svc 0");
    SCB_ICSR = 1u << 28;
    BARRIER();
    seen[3] = fpscr();
    for (int n = 0; n < 4; n++) print("%x\\n", seen[n]);
    return 0;
}
"""


@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m7"])
def test_a_handler_begins_with_it(core: str, tracer: str) -> None:
    board = Board(MACHINES[core], tracer=tracer)
    board.load(build_text(TEXT, core))
    result = board.run(max_cycles=1_000_000)
    assert result.output.split() == [b"03000000", b"00400000", b"7fc00000", b"00800000"]
    assert result.end == "exit"


def test_as_qemu_does() -> None:
    elf = build_text(TEXT, "cortex-m4")
    board = Board("mps2-an386")
    board.load(elf)
    assert board.run(max_cycles=1_000_000).output == run_qemu(elf)[0]
