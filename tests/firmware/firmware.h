/* What the test firmware shares: registers of the core, a UART, printing, the end. For MPS2 boards. */
#ifndef FIRMWARE_H
#define FIRMWARE_H

#include <stdint.h>

#ifndef UART
#define UART 0x40004000u
#endif
#define REG(address) (*(volatile uint32_t *)(address))
#define SYSTICK_CSR REG(0xE000E010u)
#define SYSTICK_RVR REG(0xE000E014u)
#define SYSTICK_CVR REG(0xE000E018u)
#define NVIC_ISER REG(0xE000E100u)
#define NVIC_ICER REG(0xE000E180u)
#define NVIC_ISPR REG(0xE000E200u)
#define NVIC_ICPR REG(0xE000E280u)
#define NVIC_IABR REG(0xE000E300u)
#define NVIC_IPR ((volatile uint8_t *)0xE000E400u)
#define SCB_ICSR REG(0xE000ED04u)
#define SCB_VTOR REG(0xE000ED08u)
#define SCB_AIRCR REG(0xE000ED0Cu)
#define SCB_CCR REG(0xE000ED14u)
#define SCB_SHPR ((volatile uint8_t *)0xE000ED18u)
#define SCB_SHCSR REG(0xE000ED24u)
#define SCB_CFSR REG(0xE000ED28u)
#define SCB_HFSR REG(0xE000ED2Cu)
#define SCB_MMFAR REG(0xE000ED34u)
#define SCB_BFAR REG(0xE000ED38u)
#define SCB_CPACR REG(0xE000ED88u)
#define NVIC_STIR REG(0xE000EF00u)
#define PENDSVSET (1u << 28)
#define PENDSTSET (1u << 26)

#define HANDLER_PRIORITY(exception, value) (SCB_SHPR[(exception) - 4] = (value))
#define BARRIER() __asm volatile("dsb\n\tisb" ::: "memory")

void put_char(char c);
void put_text(const char *text);
void put_hex(uint32_t value);
void print(const char *format, ...); /* %s %d %u %x %c */
void finish(int status);
uint32_t semihost(uint32_t operation, const void *argument);
int main(void);

#endif
