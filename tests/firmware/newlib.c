/* A program as one writes it for newlib: printf with floats, malloc, argv, exit code. Its start-up stands below. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern uint32_t data_load, data_start, data_end, __stack;
void _start(void);
static char initial[] = "data copied";

void Reset_Handler(void) {
#ifdef __ARM_FP
    *(volatile uint32_t *)0xE000ED88u |= 0xF00000u;
    __asm volatile("dsb\n\tisb" ::: "memory");
#endif
    for (volatile uint32_t *to = &data_start, *from = &data_load; to < &data_end;) *to++ = *from++;
    _start();
}

static void Stop(void) {
    for (;;) {}
}
typedef void (*Vector)(void);
__attribute__((section(".vectors"), used)) const Vector vectors[16] = {
    (Vector)&__stack, Reset_Handler, Stop, Stop, Stop, Stop, Stop,
};

int main(int argc, char **argv) {
    char *text = malloc(4000);
    if (!text) return 1;
    sprintf(text, "%s, %.3f, %lld", initial, strtod("2.5", NULL) * 1.25, 1234567890123LL);
    printf("%s\n", text);
    free(text);
    for (int n = 0; n < 20; n++) {
        void *block = malloc(1000 + n);
        if (!block) return 2;
        memset(block, n, 1000 + n);
        free(block);
    }
    fprintf(stderr, "%d arguments, first %s\n", argc, argc ? argv[0] : "none");
    return 7;
}
