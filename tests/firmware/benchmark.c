/* A benchmark that is driven over the UART and times itself: commands end in '%', input comes as hex digits.
   A timer in microseconds and DWT's cycle counter measure the same inferences. */
#include "firmware.h"

#define TIMER_CTRL REG(0x40000000u)
#define TIMER_VALUE REG(0x40000004u)
#define TIMER_RELOAD REG(0x40000008u)
#define DWT_CTRL REG(0xE0001000u)
#define DWT_CYCCNT REG(0xE0001004u)
#define DEMCR REG(0xE000EDFCu)
#define CYCLES_PER_US 25u
#define INPUTS 64
#define OUTPUTS 10

static char command[96];
static volatile uint32_t length, complete;
static int8_t input[INPUTS];
static uint32_t expected, loaded;
static int32_t output[OUTPUTS];
static uint32_t elapsed[2];

void IRQ0_Handler(void) {
    char c = (char)REG(0x40004000u);
    REG(0x4000400Cu) = 2;
    if (c == '%') {
        command[length] = 0;
        length = 0;
        complete = 1;
    } else if (length < sizeof command - 1) {
        command[length++] = c;
    }
}

__attribute__((noinline)) static void infer(void) {
    for (int o = 0; o < OUTPUTS; o++) {
        int32_t sum = o;
        for (int i = 0; i < INPUTS; i++) sum += input[i] * (int8_t)((o * 37 + i * 11) & 0x7F);
        output[o] = sum;
    }
}

static uint32_t in_microseconds(uint32_t cycles) { /* without a division, for cores that have none */
    uint32_t quotient = 0;
    for (int shift = 27; shift >= 0; shift--) {
        if (cycles >> shift >= CYCLES_PER_US) {
            cycles -= CYCLES_PER_US << shift;
            quotient |= 1u << shift;
        }
    }
    return quotient;
}

static void timestamp(void) { print("m-lap-us-%u\r\n", in_microseconds(0u - TIMER_VALUE)); }

static int starts(const char *text, const char *with) {
    while (*with) {
        if (*text++ != *with++) return 0;
    }
    return 1;
}

static uint32_t number(const char **text) {
    uint32_t value = 0;
    while (**text == ' ') (*text)++;
    while (**text >= '0' && **text <= '9') value = value * 10 + (uint32_t)(*(*text)++ - '0');
    return value;
}

static uint32_t digit(char c) { return (uint32_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10) & 15; }

static void load(const char *hex) {
    for (; hex[0] && hex[1] && loaded < expected; hex += 2) {
        input[loaded++] = (int8_t)(digit(hex[0]) << 4 | digit(hex[1]));
    }
    if (loaded == expected) put_text("m-load-done\r\n");
}

static void run(const char *arguments) {
    uint32_t times = number(&arguments), warm = number(&arguments);
    print("m-warmup-start-%u\r\n", warm);
    while (warm--) infer();
    print("m-warmup-done\r\nm-infer-start-%u\r\n", times);
    timestamp();
    uint32_t begin = DWT_CYCCNT, begin_timer = TIMER_VALUE;
    while (times--) infer();
    uint32_t cycles = DWT_CYCCNT - begin, timer = begin_timer - TIMER_VALUE;
    timestamp();
    elapsed[0] = cycles;
    elapsed[1] = timer;
    put_text("m-infer-done\r\nm-results-[");
    for (int o = 0; o < OUTPUTS; o++) print(o ? ",%d" : "%d", output[o]);
    put_text("]\r\n");
}

static void obey(void) {
    const char *rest = command;
    if (starts(rest, "name")) print("m-name-dut-[%s]\r\n", "microinfer");
    else if (starts(rest, "profile")) put_text("m-profile-[benchmark]\r\nm-model-[dense]\r\n");
    else if (starts(rest, "timestamp")) timestamp();
    else if (starts(rest, "cycles")) print("m-cycles-%u-timer-%u\r\n", elapsed[0], elapsed[1]);
    else if (starts(rest, "db load")) {
        rest += 7;
        expected = number(&rest);
        expected = expected > INPUTS ? INPUTS : expected;
        loaded = 0;
    } else if (starts(rest, "db ")) load(rest + 3);
    else if (starts(rest, "infer")) run(rest + 5);
    else print("e-[Unknown command: %s]\r\n", command);
    put_text("m-ready\r\n");
}

int main(void) {
    DEMCR |= 1u << 24;
    DWT_CTRL |= 1;
    TIMER_RELOAD = 0xFFFFFFFFu;
    TIMER_VALUE = 0xFFFFFFFFu;
    TIMER_CTRL = 1;
    REG(0x40004008u) = 1 | 2 | 8;
    NVIC_ISER = 1;
    put_text("m-timestamp-mode-performance\r\n");
    timestamp();
    put_text("m-init-done\r\nm-ready\r\n");
    for (;;) {
        __asm volatile("cpsid i");
        if (!complete) __asm volatile("wfi");
        __asm volatile("cpsie i");
        if (complete) {
            complete = 0;
            obey();
        }
    }
}
