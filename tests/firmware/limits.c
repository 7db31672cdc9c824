/* Stack limits of ARMv8-M: MSPLIM and PSPLIM, by instructions that lower SP and by exception entry. */
#include "firmware.h"

uint32_t stack[256] __attribute__((aligned(8))), task[256] __attribute__((aligned(8)));
volatile uint32_t resume;

__attribute__((used)) void usage(uint32_t link) {
    uint32_t psp;
    __asm volatile("mrs %0, psp" : "=r"(psp));
    print("UsageFault cfsr %x link %x psp +%x\n", SCB_CFSR, link, psp - (uint32_t)task);
    SCB_CFSR = SCB_CFSR;
}

/* Drops whatever was stacked and goes on at `resume` with thread mode on the main stack. */
__attribute__((naked)) void UsageFault_Handler(void) {
    __asm volatile("mov r0, lr\n\tbl usage\n\tmovs r0, #0\n\tmsr psplim, r0\n\tldr r0, =resume\n\tldr r0, [r0]\n\t"
                   "mov r1, #0x01000000\n\tsub sp, #32\n\tstr r0, [sp, #24]\n\tstr r1, [sp, #28]\n\t"
                   "ldr lr, =0xFFFFFFF9\n\tbx lr\n\t.ltorg");
}

void IRQ1_Handler(void) { print("irq\n"); }

#define ON_TASK(bytes, action)                                                                          \
    __asm volatile("push {r4-r11, lr}\n\tldr r0, =resume\n\tadr r1, 9f\n\tstr r1, [r0]\n\t"             \
                   "ldr r0, =task\n\tmsr psplim, r0\n\tadd r0, #" #bytes "\n\tmsr psp, r0\n\tmovs r0, #2\n\t" \
                   "msr control, r0\n\tisb\n\t" action "\n\tmovs r0, #0\n\tmsr control, r0\n\tisb\n\t"   \
                   "b 9f\n\t.ltorg\n\t.balign 4\n9:\tmovs r0, #0\n\tmsr control, r0\n\tisb\n\tpop {r4-r11, pc}")

__attribute__((naked, noinline)) static void fits(void) { ON_TASK(64, "push {r0-r3}\n\tpop {r0-r3}"); }
__attribute__((naked, noinline)) static void pushes(void) { ON_TASK(8, "push {r0-r3}\n\tpop {r0-r3}"); }
__attribute__((naked, noinline)) static void subtracts(void) { ON_TASK(64, "sub sp, #128\n\tadd sp, #128"); }
__attribute__((naked, noinline)) static void stores(void) { ON_TASK(8, "strd r0, r1, [sp, #-16]!\n\tadd sp, #16"); }
__attribute__((naked, noinline)) static void moves(void) { ON_TASK(64, "ldr r1, =task\n\tsub r1, #8\n\tmov sp, r1"); }
__attribute__((naked, noinline)) static void interrupted(void) {
    ON_TASK(16, "ldr r0, =0xE000E200\n\tmovs r1, #2\n\tstr r1, [r0]\n\tdsb\n\tisb\n\tnop");
}
__attribute__((naked, noinline)) static void interrupted_with_room(void) {
    ON_TASK(64, "ldr r0, =0xE000E200\n\tmovs r1, #2\n\tstr r1, [r0]\n\tdsb\n\tisb\n\tnop");
}

int main(void) {
    uint32_t limit;
    SCB_SHCSR = 7u << 16;
    NVIC_ISER = 2;
    NVIC_IPR[1] = 0x80;
    __asm volatile("msr msplim, %1\n\tmrs %0, msplim" : "=r"(limit) : "r"((uint32_t)stack + 5));
    print("limit +%x\n", limit - (uint32_t)stack);
    __asm volatile("msr msplim, %0" ::"r"(0));
    print("fits\n");
    fits();
    print("pushes\n");
    pushes();
    print("subtracts\n");
    subtracts();
    print("stores\n");
    stores();
    print("interrupted with room\n");
    interrupted_with_room();
    print("interrupted\n");
    interrupted();
    BARRIER();
    print("end\n");
    return 0;
}
