/* SVC with arguments, PendSV, SysTick, STIR, software-pended interrupts, masks, IPSR and EXC_RETURN. */
#include "firmware.h"

static volatile uint32_t ticks, order;

static uint32_t ipsr(void) {
    uint32_t value;
    __asm volatile("mrs %0, ipsr" : "=r"(value));
    return value;
}

static void note(const char *what) { print("%u %s ipsr %u\n", ++order, what, ipsr()); }

void svc_body(uint32_t *frame, uint32_t link) {
    uint32_t number = ((uint8_t *)frame[6])[-2];
    print("svc %u with %u %u link %x\n", number, frame[0], frame[1], link);
    frame[0] = frame[0] + frame[1];
}

__attribute__((naked)) void SVC_Handler(void) {
    __asm volatile("mrs r0, msp\n\tmov r1, lr\n\tb svc_body");
}

static uint32_t svc_add(uint32_t a, uint32_t b) {
    register uint32_t r0 __asm("r0") = a;
    register uint32_t r1 __asm("r1") = b;
    __asm volatile("svc 7" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

void PendSV_Handler(void) { note("pendsv"); }
void SysTick_Handler(void) {
    if (++ticks == 3) {
        SYSTICK_CSR = 0;
        SCB_ICSR = 1u << 25;
    }
}
void IRQ3_Handler(void) { note("irq3"); }
void IRQ4_Handler(void) { note("irq4"); }

int main(void) {
    print("svc gives %u\n", svc_add(40, 2));
    SCB_ICSR = PENDSVSET;
    BARRIER();
    NVIC_ISER = 1u << 3 | 1u << 4;
    NVIC_STIR = 3;
    BARRIER();
    __asm volatile("cpsid i");
    NVIC_ISPR = 1u << 3 | 1u << 4;
    SCB_ICSR = PENDSVSET;
    print("pending %x\n", NVIC_ISPR);
    __asm volatile("cpsie i");
    BARRIER();
    print("pending %x\n", NVIC_ISPR);
    NVIC_IPR[3] = 0x80;
    NVIC_IPR[4] = 0x40;
    __asm volatile("msr basepri, %0" ::"r"(0x60));
    NVIC_ISPR = 1u << 3 | 1u << 4;
    BARRIER();
    note("basepri up");
    __asm volatile("msr basepri, %0" ::"r"(0));
    BARRIER();
    note("basepri down");
    __asm volatile("cpsid f");
    NVIC_ISPR = 1u << 4;
    BARRIER();
    note("faultmask");
    NVIC_ICPR = 1u << 4;
    __asm volatile("cpsie f");
    BARRIER();
    SYSTICK_RVR = 49999;
    SYSTICK_CVR = 0;
    SYSTICK_CSR = 7;
    while (ticks < 2) {}
    while (ticks < 3) __asm volatile("wfi");
    print("ticks %u, icsr %x\n", ticks, SCB_ICSR);
    __asm volatile("cpsid i");
    SCB_ICSR = PENDSTSET;
    __asm volatile("wfi");
    print("woken, ticks %u\n", ticks);
    __asm volatile("cpsie i");
    BARRIER();
    print("taken, ticks %u\n", ticks);
    return 0;
}
