/* Accesses that fault at unaligned addresses whatever CCR says, inside IT blocks too. */
#include "firmware.h"

static uint32_t area[8] = {0x03020100, 0x07060504, 0x0B0A0908, 0x0F0E0D0C};

void usage(uint32_t *frame) {
    print("cfsr %x\n", SCB_CFSR);
    SCB_CFSR = SCB_CFSR;
    frame[6] += 4;
}

__attribute__((naked)) void UsageFault_Handler(void) { __asm volatile("mrs r0, msp\n\tb usage"); }

#define ACCESS(name, code)                                                                        \
    __attribute__((noinline)) static uint32_t name(uint32_t address) {                            \
        register uint32_t r0 __asm("r0") = address, r2 __asm("r2") = 0x11, r3 __asm("r3") = 0x22; \
        __asm volatile(code : "+r"(r0), "+r"(r2), "+r"(r3)::"memory");                            \
        return r2 ^ r3;                                                                           \
    }
ACCESS(pair, "ldrd r2, r3, [r0]")
ACCESS(guarded, "cmp r0, #0\n\tit ne\n\tldrdne r2, r3, [r0]")
ACCESS(skipped, "cmp r0, #0\n\tit eq\n\tldrdeq r2, r3, [r0]")
ACCESS(store_pair, "strd r2, r3, [r0]")
ACCESS(multiple, "ldm.w r0, {r2, r3}")
ACCESS(store_multiple, "stm.w r0!, {r2, r3}")
ACCESS(exclusive, "ldrex r2, [r0]")

static void all(uint32_t offset) {
    uint32_t address = (uint32_t)area + offset;
    print("at %u\n", offset);
    print("ldrd %x\n", pair(address));
    print("strd %x\n", store_pair(address));
    print("ldm %x\n", multiple(address));
    print("stm %x\n", store_multiple(address));
    print("ldrex %x\n", exclusive(address));
    print("skipped %x\n", skipped(address));
    if (!offset) print("guarded %x\n", guarded(address));
}

int main(void) {
    SCB_SHCSR = 7u << 16;
    all(0);
    all(1);
    all(2);
    return 0;
}
