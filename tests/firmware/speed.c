/* Work for benchmarks/board_speed.py: a dot product ROWS times, interrupted by SysTick every millisecond. */
#include "firmware.h"

static volatile uint32_t ticks, sink;

void SysTick_Handler(void) { ticks++; }

__attribute__((noinline)) static int32_t dot(const uint32_t *a, const uint32_t *b, uint32_t words) {
    int32_t sum = 0;
    for (uint32_t n = 0; n < words; n++) {
        uint32_t x, y;
        __asm("sxtb16 %0, %1" : "=r"(x) : "r"(a[n]));
        __asm("sxtb16 %0, %1" : "=r"(y) : "r"(b[n]));
        __asm("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(x), "r"(y));
        __asm("sxtb16 %0, %1, ror #8" : "=r"(x) : "r"(a[n]));
        __asm("sxtb16 %0, %1, ror #8" : "=r"(y) : "r"(b[n]));
        __asm("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(x), "r"(y));
    }
    return sum;
}

int main(void) {
    static uint32_t a[16], b[16];
    for (uint32_t n = 0; n < 16; n++) {
        a[n] = n * 0x01030507u;
        b[n] = n * 0x0F0D0B09u;
    }
    SYSTICK_RVR = 24999;
    SYSTICK_CVR = 0;
    SYSTICK_CSR = 7;
    for (uint32_t row = 0; row < ROWS; row++) {
        int32_t sum = dot(a, b, 16) >> 7;
        sink = sum > 127 ? 127 : sum < -128 ? -128 : sum;
    }
    return ticks == 0;
}
