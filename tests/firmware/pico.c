/* What common start-up on an RP2040 does, by hand: resets, clocks, UART, ROM functions, divider, timer, watchdog. */
#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))
#define SET 0x2000u
#define CLEAR 0x3000u

extern uint32_t __stack;
void Reset_Handler(void);
int main(void);
static volatile uint32_t alarms;

void Timer_Handler(void) {
    REG(0x40054034u) = 1;
    if (++alarms < 3) REG(0x40054010u) = REG(0x40054028u) + 100;
}
static void Stop(void) {
    for (;;) {}
}
typedef void (*Vector)(void);
__attribute__((section(".vectors"), used)) const Vector vectors[48] = {
    (Vector)&__stack, Reset_Handler, Stop, Stop, [16] = Timer_Handler,
};

static void put(char c) {
    while (REG(0x40034018u) & 1u << 5) {}
    REG(0x40034000u) = (uint8_t)c;
}
static void text(const char *s) {
    while (*s) put(*s++);
}
static void show(const char *name, uint32_t value) {
    text(name);
    for (int shift = 28; shift >= 0; shift -= 4) put("0123456789abcdef"[value >> shift & 15]);
    put('\n');
}

typedef uint32_t (*Call)(uint32_t, uint32_t, uint32_t);
static Call rom(char a, char b) {
    Call lookup = (Call)(uintptr_t)*(uint16_t *)0x18;
    return (Call)(uintptr_t)lookup(*(uint16_t *)0x14, (uint32_t)a | (uint32_t)b << 8, 0);
}

void Reset_Handler(void) {
    REG(0x4000C000u + CLEAR) = 1u << 22 | 1u << 21;
    while (~REG(0x4000C008u) & (1u << 22 | 1u << 21)) {}
    REG(0x40024000u + SET) = 0xFAB000u;
    while (!(REG(0x40024004u) >> 31)) {}
    while (!(REG(0x40028000u) >> 31)) {}
    REG(0x4000803Cu) = 1;
    while (REG(0x40008044u) != 2) {}
    REG(0x40034030u) = 0x301;
    main();
    Stop();
}

int main(void) {
    static volatile uint32_t words[4];
    uint32_t at = (uint32_t)(uintptr_t)words;
    show("core ", REG(0xD0000000u));
    show("ones ", rom('P', '3')(0xF0F00001u, 0, 0));
    show("turned ", rom('R', '3')(0x00000013u, 0, 0));
    show("leading ", rom('L', '3')(0x00010000u, 0, 0));
    show("trailing ", rom('T', '3')(0x00010000u, 0, 0));
    rom('M', 'S')(at, 0xAB, 7);
    rom('M', 'C')(at + 8, at, 5);
    show("set ", words[1]);
    show("copied ", words[3]);
    show("absent ", (uint32_t)(uintptr_t)rom('Z', 'Z'));
    REG(0xD0000068u) = (uint32_t)-100;
    REG(0xD000006Cu) = 7;
    show("remainder ", REG(0xD0000074u));
    show("quotient ", REG(0xD0000070u));
    REG(0xD0000024u) = 1u << 25;
    REG(0xD000001Cu) = 1u << 25;
    show("pins ", REG(0xD0000004u));
    alarms = 0;
    REG(0x40054038u) = 1;
    REG(0xE000E100u) = 1;
    uint32_t begin = REG(0x40054028u);
    REG(0x40054010u) = begin + 100;
    while (alarms < 3) __asm volatile("wfi");
    show("waited ", (REG(0x40054028u) - begin) / 10);
    uint32_t before = REG(0x4005800Cu);
    show("scratch ", before);
    if (before) __asm volatile("bkpt 0");
    REG(0x4005800Cu) = 0x1234;
    REG(0x40058000u) = 1u << 31;
    return 0;
}
