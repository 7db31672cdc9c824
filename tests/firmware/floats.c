/* FP registers survive interrupts; frames with and without FP state are told apart by EXC_RETURN; 8-byte alignment. */
#include "firmware.h"

static volatile uint32_t links[4], frames[4], count;

void irq_body(uint32_t link, uint32_t stack) {
    links[count] = link;
    frames[count] = stack;
    volatile float a = 1.5f, b = 2.5f;
    volatile float c = a * b;
    (void)c;
    count++;
}

__attribute__((naked)) void IRQ1_Handler(void) {
    __asm volatile("mov r0, lr\n\tmrs r1, msp\n\tpush {r4, lr}\n\tbl irq_body\n\tpop {r4, pc}");
}

__attribute__((naked, noinline)) static uint32_t pend_misaligned(void) {
    __asm volatile("sub sp, #4\n\tldr r0, =0xE000E200\n\tmovs r1, #2\n\tmrs r2, msp\n\tstr r1, [r0]\n\tdsb\n\tisb\n\t"
                   "mrs r3, msp\n\tadd sp, #4\n\tsubs r0, r3, r2\n\tbx lr\n\t.ltorg");
}

__attribute__((noinline)) static uint32_t across(void) {
    uint32_t sum;
    __asm volatile("vmov.f32 s0, #1.0\n\tvmov.f32 s15, #2.0\n\tvmov.f32 s16, #4.0\n\tvmov.f32 s31, #8.0\n\t"
                   "ldr r0, =0xE000E200\n\tmovs r1, #2\n\tstr r1, [r0]\n\tdsb\n\tisb\n\t"
                   "vadd.f32 s0, s0, s15\n\tvadd.f32 s0, s0, s16\n\tvadd.f32 s0, s0, s31\n\t"
                   "vcvt.u32.f32 s0, s0\n\tvmov %0, s0\n\t"
                   : "=r"(sum)::"r0", "r1", "s0", "s15", "s16", "s31", "memory");
    return sum;
}

int main(void) {
    uint32_t control;
    NVIC_ISER = 2;
    NVIC_ISPR = 2;
    BARRIER();
    print("link %x, frame at %u of 8\n", links[0], frames[0] & 7);
    print("stack moved by %u\n", pend_misaligned());
    print("link %x, frame at %u of 8\n", links[1], frames[1] & 7);
    print("sum %u\n", across());
    __asm volatile("mrs %0, control" : "=r"(control));
    print("link %x, frame at %u of 8, control %u\n", links[2], frames[2] & 7, control);
    return 0;
}
