/* Division by zero and unaligned accesses with and without their traps, and accesses that are never taken unaligned. */
#include "firmware.h"

static uint32_t area[8] = {0x03020100, 0x07060504, 0x0B0A0908, 0x0F0E0D0C};

void usage(uint32_t *frame) {
    print("UsageFault cfsr %x\n", SCB_CFSR);
    SCB_CFSR = SCB_CFSR;
    frame[6] += (*(uint16_t *)frame[6] >> 11) >= 0x1D ? 4 : 2;
}

__attribute__((naked)) void UsageFault_Handler(void) { __asm volatile("mrs r0, msp\n\tb usage"); }

__attribute__((noinline)) static uint32_t divide(uint32_t a, uint32_t b) {
    uint32_t result = 77;
    __asm volatile("udiv %0, %1, %2" : "+r"(result) : "r"(a), "r"(b));
    return result;
}

__attribute__((noinline)) static int32_t divide_signed(int32_t a, int32_t b) {
    int32_t result = 77;
    __asm volatile("sdiv %0, %1, %2" : "+r"(result) : "r"(a), "r"(b));
    return result;
}

#define LOAD(name, code)                                                                    \
    __attribute__((noinline)) static uint32_t name(uint32_t address) {                      \
        register uint32_t r0 __asm("r0") = address, r2 __asm("r2") = 0x11, r3 __asm("r3") = 0x22; \
        __asm volatile(code : "+r"(r0), "+r"(r2), "+r"(r3)::"memory");                      \
        return r2 ^ r3;                                                                     \
    }
LOAD(word, "ldr r2, [r0]")
LOAD(indexed, "movs r3, #0\n\tldr r2, [r0, r3]")
LOAD(half, "ldrh r2, [r0]")
LOAD(store, "str r2, [r0]")
LOAD(pair, "ldrd r2, r3, [r0]")
LOAD(store_pair, "strd r2, r3, [r0]")
LOAD(multiple, "ldm r0, {r2, r3}")
LOAD(store_multiple, "stm r0, {r2, r3}")
LOAD(exclusive, "ldrex r2, [r0]")

static void accesses(uint32_t offset) {
    uint32_t address = (uint32_t)area + offset;
    print("word %x\n", word(address));
    print("indexed %x\n", indexed(address));
    print("half %x\n", half(address));
    print("store %x\n", store(address));
}

static void divisions(void) {
    uint32_t trapped = SCB_CCR & 1u << 4;
    for (uint32_t divisor = 0; divisor < 3; divisor++) {
        uint32_t a = divide(100, divisor);
        int32_t b = divide_signed(-100, (int32_t)divisor);
        if (divisor || !trapped) print("by %u: %u %d\n", divisor, a, b);
    }
}

int main(void) {
    SCB_SHCSR = 7u << 16;
    divisions();
    accesses(1);
    SCB_CCR |= 1u << 4;
    BARRIER();
    divisions();
    SCB_CCR |= 1u << 3;
    BARRIER();
    accesses(0);
    accesses(1);
    accesses(2);
    SCB_CCR &= ~(3u << 3);
    BARRIER();
    divisions();
    accesses(3);
    return 0;
}
