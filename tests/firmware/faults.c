/* Each fault on purpose: which handler, which status bits, which address; then on behind the instruction. */
#include "firmware.h"

static volatile uint32_t skip;

static void report(const char *name, uint32_t *frame) {
    print("%s cfsr %x hfsr %x", name, SCB_CFSR, SCB_HFSR);
    if (SCB_CFSR & 0x8000) print(" bfar %x", SCB_BFAR);
    print("\n");
    SCB_CFSR = SCB_CFSR;
    SCB_HFSR = SCB_HFSR;
    frame[6] = skip ? skip : frame[6] + 2;
    frame[7] |= 1u << 24;
}

void hard(uint32_t *frame) { report("HardFault", frame); }
void bus(uint32_t *frame) { report("BusFault", frame); }
void usage(uint32_t *frame) { report("UsageFault", frame); }
void memory(uint32_t *frame) { report("MemManage", frame); }

#define HANDLER(name, body) __attribute__((naked)) void name(void) { __asm volatile("mrs r0, msp\n\tb " #body); }
HANDLER(HardFault_Handler, hard)
HANDLER(BusFault_Handler, bus)
HANDLER(UsageFault_Handler, usage)
HANDLER(MemManage_Handler, memory)

__attribute__((naked, noinline)) static void load_from(uint32_t address) {
    __asm volatile("ldrb r0, [r0]\n\tbx lr");
}

__attribute__((naked, noinline)) static void store_to(uint32_t address) {
    __asm volatile("strb r0, [r0]\n\tbx lr");
}

__attribute__((naked, noinline)) static void undefined(void) {
    __asm volatile("udf #1\n\tbx lr");
}

__attribute__((naked, noinline)) static void jump_to(uint32_t address) {
    __asm volatile("push {r4, lr}\n\tldr r1, =skip\n\tadr r2, 1f\n\tstr r2, [r1]\n\tblx r0\n\t.balign 4\n1:\tldr r1, =skip\n\t"
                   "movs r2, #0\n\tstr r2, [r1]\n\tpop {r4, pc}\n\t.ltorg");
}

static void all(void) {
    load_from(0x30000000u);
    store_to(0x30000004u);
    undefined();
    jump_to(0x48000001u);
}

int main(void) {
    all();
    SCB_SHCSR = 7u << 16;
    print("own handlers, shcsr %x\n", SCB_SHCSR);
    all();
    __asm volatile("cpsid f");
    SCB_SHCSR = 0;
    return 0;
}
