/* Interrupts that preempt each other, wait for each other and chain, by priority and number. */
#include "firmware.h"

static volatile uint32_t depth;

static void enter(const char *name) {
    depth++;
    print("%s in at depth %u, active %x\n", name, depth, NVIC_IABR);
}

static void leave(const char *name) {
    print("%s out\n", name);
    depth--;
}

static void raise(uint32_t mask) {
    NVIC_ISPR = mask;
    BARRIER();
}

void IRQ1_Handler(void) {
    enter("low");
    raise(1u << 2);
    raise(1u << 5);
    leave("low");
}

void IRQ2_Handler(void) {
    enter("middle");
    raise(1u << 3);
    raise(1u << 4);
    leave("middle");
}

void IRQ3_Handler(void) {
    enter("high");
    raise(1u << 3);
    static int again;
    if (again++) NVIC_ICPR = 1u << 3;
    leave("high");
}

void IRQ4_Handler(void) { enter("middle too"); leave("middle too"); }
void IRQ5_Handler(void) { enter("low too"); leave("low too"); }
void PendSV_Handler(void) { enter("pendsv"); leave("pendsv"); }

int main(void) {
    NVIC_IPR[1] = 0xC0;
    NVIC_IPR[2] = 0x80;
    NVIC_IPR[3] = 0x40;
    NVIC_IPR[4] = 0x80;
    NVIC_IPR[5] = 0xC0;
    HANDLER_PRIORITY(14, 0xE0);
    NVIC_ISER = 0x3E;
    raise(1u << 1);
    print("grouped\n");
    SCB_AIRCR = 0x05FA0000u | 6u << 8;
    raise(1u << 2 | 1u << 3);
    SCB_AIRCR = 0x05FA0000u;
    __asm volatile("cpsid i");
    NVIC_ISPR = 0x3E;
    SCB_ICSR = PENDSVSET;
    __asm volatile("cpsie i");
    BARRIER();
    print("aircr %x\n", SCB_AIRCR);
    return 0;
}
