/* WFE, SEV and the event register, SEVONPEND, sleep on exit. */
#include "firmware.h"

#define SCB_SCR REG(0xE000ED10u)
static volatile uint32_t ticks, irqs;

void SysTick_Handler(void) { ticks++; }
void IRQ1_Handler(void) {
    if (++irqs == 3) SCB_SCR = 0;
    else SYSTICK_CSR = 3;
}
void PendSV_Handler(void) { print("pendsv after %u\n", irqs); }

static void tick_after(uint32_t cycles) {
    SYSTICK_CSR = 0;
    SYSTICK_RVR = cycles;
    SYSTICK_CVR = 0;
    SYSTICK_CSR = 7;
}

int main(void) {
    __asm volatile("sev\n\twfe");
    print("sev then wfe goes on, ticks %u\n", ticks);
    tick_after(49999);
    while (!ticks) __asm volatile("wfe");
    SYSTICK_CSR = 0;
    print("woken by an interrupt, some ticks %u\n", ticks > 0);
    __asm volatile("cpsid i");
    SCB_SCR = 1u << 4;
    __asm volatile("sev\n\twfe");
    NVIC_ISPR = 2;
    __asm volatile("wfe");
    print("woken by what becomes pending, irqs %u\n", irqs);
    NVIC_ICPR = 2;
    SCB_SCR = 0;
    ticks = 0;
    tick_after(49999);
    __asm volatile("wfi");
    print("woken with interrupts masked, ticks %u\n", ticks);
    SYSTICK_CSR = 0;
    SCB_ICSR = 1u << 25;
    __asm volatile("cpsie i");
    return 0;
}
