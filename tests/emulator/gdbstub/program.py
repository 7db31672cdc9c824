"""The firmware that these tests debug, and boards with it."""

from __future__ import annotations

from emulator import Board
from tests.support.firmware import build_text

TEXT = """
#include "firmware.h"
volatile uint32_t ticks, total;
volatile int goal = 5;
void SysTick_Handler(void) { if (++ticks == 3) SYSTICK_CSR = 0; }
__attribute__((noinline)) int square(int x) { total += x; return x * x; }
int main(void) {
    int sum = 0;
    SYSTICK_RVR = 999; SYSTICK_CVR = 0; SYSTICK_CSR = 7;
    for (int i = 0; i < goal; i++) sum += square(i);
    while (ticks < 3) ;
    print("sum %u ticks %u total %u\\n", sum, ticks, total);
    return 0;
}
"""

GUARDED = """
#include "firmware.h"
volatile uint32_t seen[2];
int main(void) {
    register uint32_t count __asm("r4") = 0, n __asm("r5") = 0;
    __asm volatile(
        "again: adds %1, %1, #1\\n"
        "tst %1, #1\\n"
        ".thumb_func\\nhead: itte ne\\n"
        ".thumb_func\\nfirst: addne %0, %0, #1\\n"
        ".thumb_func\\nsecond: strne %1, [%2]\\n"
        "third: addeq %0, %0, #16\\n"
        ".thumb_func\\nbehind: str %0, [%2, #4]\\n"
        "cmp %1, #6\\n"
        "bne again\\n" : "+r"(count), "+r"(n) : "r"(seen) : "cc", "memory");
    print("%u %u %u\\n", count, seen[0], seen[1]);
    return 0;
}
"""

SPINNING = """
#include "firmware.h"
volatile uint32_t turns;
int main(void) { while (1) turns++; }
"""

FAULTING = """
#include "firmware.h"
void HardFault_Handler(void) { print("handled\\n"); finish(3); }
int main(void) {
    __asm volatile(".thumb_func\\nbad: ldr r0, [%0]" : : "r"(0x30000000) : "r0");
    return 0;
}
"""

FLOATS = """
#include "firmware.h"
volatile float sum;
__attribute__((noinline)) float add(float a, float b) { return a + b; }
int main(void) {
    SCB_CPACR = 0xF << 20; BARRIER();
    sum = add(1.5f, 2.25f);
    print("%u\\n", (uint32_t)(sum * 4));
    return 0;
}
"""


def board_with(text: str, tracer: str | None = None) -> Board:
    """An MPS2 board with a Cortex-M4 and firmware from C."""
    board = Board("mps2-an386", tracer=tracer)
    board.load(build_text(text))
    return board


def address(board: Board, name: str) -> int:
    """Of a function or object."""
    return board.symbols.find(name).address & ~1
