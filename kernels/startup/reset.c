/* Vector table and reset handler: copy .data, clear .bss, switch the FPU on where code uses it, call main.
 *
 * The library needs none of this to have its kernels called one by one; it makes the same ELF a bootable image. main is
 * weak: an image with a main of its own gets that called. Addresses come from linker/library.ld. */
#include <stddef.h>
#include <stdint.h>

extern uint32_t __stack_top[];
extern uint32_t __data_load[];
extern uint32_t __data_start[];
extern uint32_t __data_end[];
extern uint32_t __bss_start[];
extern uint32_t __bss_end[];

void *memcpy(void *destination, const void *source, size_t bytes);
void *memset(void *destination, int value, size_t bytes);
int main(void);
void Reset_Handler(void);
void Default_Handler(void);

typedef struct
{
    uint32_t *initial_stack;
    void (*handlers[15])(void);
} vector_table;

/* Reset, then the system exceptions up to SysTick; the reserved slots point at the default handler too. */
__attribute__((section(".vectors"), used)) const vector_table vectors = {
    __stack_top,
    {Reset_Handler, Default_Handler, Default_Handler, Default_Handler, Default_Handler,
     Default_Handler, Default_Handler, Default_Handler, Default_Handler, Default_Handler,
     Default_Handler, Default_Handler, Default_Handler, Default_Handler, Default_Handler},
};

/* Full access to coprocessors 10 and 11, before the first instruction that needs them. */
static void enable_fpu(void)
{
#if defined(__ARM_FP)
    volatile uint32_t *const cpacr = (volatile uint32_t *)UINT32_C(0xE000ED88);
    *cpacr |= UINT32_C(0xF) << 20;
    __asm__ volatile("dsb\n\tisb" ::: "memory");
#endif
}

__attribute__((weak)) int main(void)
{
    return 0;
}

void Default_Handler(void)
{
    for (;;)
    {
        __asm__ volatile("" ::: "memory");
    }
}

void Reset_Handler(void)
{
    enable_fpu();
    memcpy(__data_start, __data_load, (uintptr_t)__data_end - (uintptr_t)__data_start);
    memset(__bss_start, 0, (uintptr_t)__bss_end - (uintptr_t)__bss_start);
    (void)main();
    Default_Handler();
}
