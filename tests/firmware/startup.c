/* Vector table, reset, and a small console over UART0 of the MPS2 boards. */
#include <stdarg.h>

#include "firmware.h"

extern uint32_t stack_top, data_load, data_start, data_end, bss_start, bss_end;

void Default_Handler(void) {
    for (;;) {}
}

#define WEAK __attribute__((weak, alias("Default_Handler")))
void Reset_Handler(void);
WEAK void NMI_Handler(void);
WEAK void HardFault_Handler(void);
WEAK void MemManage_Handler(void);
WEAK void BusFault_Handler(void);
WEAK void UsageFault_Handler(void);
WEAK void SVC_Handler(void);
WEAK void PendSV_Handler(void);
WEAK void SysTick_Handler(void);
#define IRQ(n) WEAK void IRQ##n##_Handler(void);
IRQ(0) IRQ(1) IRQ(2) IRQ(3) IRQ(4) IRQ(5) IRQ(6) IRQ(7)
IRQ(8) IRQ(9) IRQ(10) IRQ(11) IRQ(12) IRQ(13) IRQ(14) IRQ(15)

typedef void (*Vector)(void);
__attribute__((section(".vectors"), used)) const Vector vectors[] = {
    (Vector)&stack_top, Reset_Handler, NMI_Handler, HardFault_Handler, MemManage_Handler, BusFault_Handler,
    UsageFault_Handler, 0, 0, 0, 0, SVC_Handler, 0, 0, PendSV_Handler, SysTick_Handler,
    IRQ0_Handler, IRQ1_Handler, IRQ2_Handler, IRQ3_Handler, IRQ4_Handler, IRQ5_Handler, IRQ6_Handler, IRQ7_Handler,
    IRQ8_Handler, IRQ9_Handler, IRQ10_Handler, IRQ11_Handler, IRQ12_Handler, IRQ13_Handler, IRQ14_Handler, IRQ15_Handler,
};

__attribute__((noinline)) static void copy_words(volatile uint32_t *to, const uint32_t *from, volatile uint32_t *end) {
    while (to < end) *to++ = *from++;
}

void Reset_Handler(void) {
    copy_words(&data_start, &data_load, &data_end);
    for (volatile uint32_t *word = &bss_start; word < &bss_end; word++) *word = 0;
#ifdef __ARM_FP
    SCB_CPACR |= 0xF00000u;
    BARRIER();
#endif
    REG(UART + 0x10) = 16;
    REG(UART + 8) = 1;
    finish(main());
}

void put_char(char c) {
    while (REG(UART + 4) & 1) {}
    REG(UART) = (uint8_t)c;
}

void put_text(const char *text) {
    while (*text) put_char(*text++);
}

void put_hex(uint32_t value) {
    for (int shift = 28; shift >= 0; shift -= 4) put_char("0123456789abcdef"[value >> shift & 15]);
}

static void put_number(uint32_t value) {
    static const uint32_t powers[] = {1000000000u, 100000000u, 10000000u, 1000000u, 100000u, 10000u, 1000u, 100u, 10u, 1u};
    int started = 0;
    for (int n = 0; n < 10; n++) {
        char digit = '0';
        while (value >= powers[n]) {
            value -= powers[n];
            digit++;
        }
        if (digit != '0' || started || n == 9) {
            put_char(digit);
            started = 1;
        }
    }
}

void print(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    for (; *format; format++) {
        if (*format != '%') {
            put_char(*format);
            continue;
        }
        switch (*++format) {
        case 's': put_text(va_arg(arguments, const char *)); break;
        case 'c': put_char((char)va_arg(arguments, int)); break;
        case 'x': put_hex(va_arg(arguments, uint32_t)); break;
        case 'u': put_number(va_arg(arguments, uint32_t)); break;
        case 'd': {
            int32_t value = va_arg(arguments, int32_t);
            if (value < 0) put_char('-');
            put_number(value < 0 ? 0u - (uint32_t)value : (uint32_t)value);
            break;
        }
        default: put_char(*format);
        }
    }
    va_end(arguments);
}

uint32_t semihost(uint32_t operation, const void *argument) {
    register uint32_t r0 __asm("r0") = operation;
    register const void *r1 __asm("r1") = argument;
    __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

void finish(int status) {
    const uint32_t block[] = {0x20026u, (uint32_t)status};
    semihost(0x20, block);
    for (;;) {}
}
