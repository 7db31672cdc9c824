"""When exceptions are taken, to the cycle, and what they cost; the same on both tracers."""

from __future__ import annotations

from emulator import Board
from tests.support.firmware import build_text

HEAD = """
#include "firmware.h"
static volatile uint32_t stamps[8], count;
#define CYCCNT REG(0xE0001004u)
#define START() (REG(0xE000EDFCu) = 1u << 24, REG(0xE0001000u) = 1, CYCCNT = 0)
"""


def printed(body: str, tracer: str) -> list[int]:
    """Numbers that firmware prints, one a line."""
    board = Board("mps2-an386", tracer=tracer)
    board.load(build_text(HEAD + body))
    result = board.run(max_cycles=1_000_000)
    assert result.end == "exit", result
    return [int(line) for line in result.output.split()]


def test_the_cycle_counter_inside_a_block(tracer: str) -> None:
    """Straight-line code between two reads of CYCCNT: N NOPs are N cycles more."""
    body = """int main(void) {{
        START(); uint32_t a = CYCCNT; {} uint32_t b = CYCCNT; print("%u\\n", b - a); return 0; }}"""
    nops = '__asm volatile("nop\\n nop\\n nop\\n nop\\n nop\\n nop\\n nop\\n nop");'
    (empty,) = printed(body.format(""), tracer)
    (eight,) = printed(body.format(nops), tracer)
    (sixteen,) = printed(body.format(2 * nops), tracer)
    assert sixteen - eight == 8
    assert 0 < empty < 8
    assert eight - empty in (7, 8)


def test_entry_and_return_take_what_the_core_table_says(tracer: str) -> None:
    """PendSV whose handler is one BX LR (2 cycles): 12 in, 10 out."""
    body = """
    __attribute__((naked)) void PendSV_Handler(void) { __asm volatile("bx lr"); }
    __attribute__((noinline)) static uint32_t once(uint32_t bits) {
        uint32_t a = CYCCNT; SCB_ICSR = bits; BARRIER(); return CYCCNT - a; }
    int main(void) { START(); once(0); print("%u\\n", once(PENDSVSET) - once(0)); return 0; }
    """
    assert printed(body, tracer) == [12 + 2 + 10]


def test_tail_chaining_saves_a_return_and_an_entry(tracer: str) -> None:
    body = """
    void IRQ1_Handler(void) { stamps[count++] = CYCCNT; }
    void IRQ2_Handler(void) { stamps[count++] = CYCCNT; }
    int main(void) {
        START(); NVIC_ISER = 6; NVIC_ISPR = 6; BARRIER();
        uint32_t chained = stamps[1] - stamps[0]; count = 0;
        NVIC_ISPR = 2; BARRIER(); NVIC_ISPR = 4; BARRIER();
        print("%u\\n%u\\n", chained, stamps[1] - stamps[0]); return 0; }
    """
    chained, apart = printed(body, tracer)
    assert apart - chained >= 12 + 10 - 6


def test_systick_arrives_every_period(tracer: str) -> None:
    body = """
    void SysTick_Handler(void) { if (count < 8) stamps[count++] = CYCCNT; }
    int main(void) {
        START(); SYSTICK_RVR = 999; SYSTICK_CVR = 0; SYSTICK_CSR = 7;
        while (count < 8) __asm volatile("wfi");
        for (int n = 1; n < 8; n++) print("%u\\n", stamps[n] - stamps[n - 1]);
        return 0; }
    """
    assert printed(body, tracer) == [1000] * 7


def test_late_arrival(tracer: str) -> None:
    """SysTick with the better priority comes due while PendSV is being stacked: it runs first."""
    body = """
    static volatile char order[4];
    void PendSV_Handler(void) { order[count++] = 'p'; }
    void SysTick_Handler(void) { SYSTICK_CSR = 0; order[count++] = 's'; }
    int main(void) {
        HANDLER_PRIORITY(14, 0xE0); HANDLER_PRIORITY(15, 0x20);
        SYSTICK_RVR = 12; SYSTICK_CVR = 0; SYSTICK_CSR = 7;
        SCB_ICSR = PENDSVSET; BARRIER();
        print("%u\\n%u\\n", order[0] == 's', order[1] == 'p'); return 0; }
    """
    assert printed(body, tracer) == [1, 1]


def test_wfi_sleeps_for_the_time_it_takes(tracer: str) -> None:
    body = """
    void SysTick_Handler(void) { SYSTICK_CSR = 0; }
    int main(void) {
        START(); SYSTICK_RVR = 99999; SYSTICK_CVR = 0; SYSTICK_CSR = 7;
        __asm volatile("wfi"); print("%u\\n", CYCCNT / 1000); return 0; }
    """
    assert printed(body, tracer) == [100]


def test_unprivileged_threads_cannot_mask_and_come_back_unprivileged(tracer: str) -> None:
    body = """
    static volatile uint32_t seen;
    void PendSV_Handler(void) { uint32_t c; __asm volatile("mrs %0, control" : "=r"(c)); seen = c; count++; }
    void SVC_Handler(void) { SCB_ICSR = PENDSVSET; }
    int main(void) {
        uint32_t control, primask;
        __asm volatile("msr control, %0\\n isb" ::"r"(1));
        __asm volatile("cpsid i\\n mrs %0, primask\\n svc 0\\n mrs %1, control" : "=r"(primask), "=r"(control));
        print("%u\\n%u\\n%u\\n%u\\n", primask, control, count, seen); return 0; }
    """
    assert printed(body, tracer) == [0, 1, 1, 1]
