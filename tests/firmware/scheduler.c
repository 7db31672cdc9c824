/* Two tasks on their own stacks, switched by PendSV, which SysTick asks for; FP registers and callee-saved ones travel. */
#include "firmware.h"

#define STACK_WORDS 256
static uint32_t stacks[2][STACK_WORDS];
uint32_t *saved[2];
uint32_t current;
static volatile uint32_t counts[2], switches, wrong, printed;

void choose(void) {
    current ^= 1;
    switches++;
}

#ifdef __ARM_FP
#define SAVE_FP "tst lr, #16\n\tit eq\n\tvstmdbeq r0!, {s16-s31}\n\t"
#define LOAD_FP "tst lr, #16\n\tit eq\n\tvldmiaeq r0!, {s16-s31}\n\t"
#else
#define SAVE_FP
#define LOAD_FP
#define float int32_t
#endif

__attribute__((naked)) void PendSV_Handler(void) {
    __asm volatile("mrs r0, psp\n\t" SAVE_FP
                   "stmdb r0!, {r4-r11, lr}\n\t"
                   "ldr r1, =current\n\tldr r2, =saved\n\tldr r3, [r1]\n\tstr r0, [r2, r3, lsl #2]\n\t"
                   "push {r3, lr}\n\tbl choose\n\tpop {r3, lr}\n\t"
                   "ldr r1, =current\n\tldr r2, =saved\n\tldr r3, [r1]\n\tldr r0, [r2, r3, lsl #2]\n\t"
                   "ldmia r0!, {r4-r11, lr}\n\t" LOAD_FP
                   "msr psp, r0\n\tbx lr\n\t.ltorg");
}

void SysTick_Handler(void) { SCB_ICSR = PENDSVSET; }

__attribute__((naked)) void SVC_Handler(void) {
    __asm volatile("ldr r2, =saved\n\tldr r0, [r2]\n\tldmia r0!, {r4-r11, lr}\n\tmsr psp, r0\n\tbx lr\n\t.ltorg");
}

static void task(uint32_t which) {
    float sum = (float)which, step = (float)1.5f;
    for (uint32_t n = 0; n < 20000; n++) {
        uint32_t expected = counts[which] + 1;
        counts[which]++;
        if (counts[which] != expected) wrong++;
        sum += step;
    }
    while (switches < 6 || printed != which) {}
    __asm volatile("cpsid i");
    print("task %u done: count %u sum %d\n", which, counts[which], (int32_t)sum);
    printed++;
    __asm volatile("cpsie i");
    while (printed < 2) {}
    if (which == 0) {
        uint32_t control;
        __asm volatile("mrs %0, control" : "=r"(control));
        __asm volatile("cpsid i");
        print("wrong %u, spsel %u\n", wrong, control >> 1 & 1);
        finish(0);
    }
    for (;;) __asm volatile("wfi");
}

static void prepare(uint32_t which) {
    uint32_t *frame = &stacks[which][STACK_WORDS - 8];
    frame[0] = which;
    frame[6] = (uint32_t)task & ~1u;
    frame[7] = 1u << 24;
    frame -= 9;
    frame[8] = 0xFFFFFFFDu;
    saved[which] = frame;
}

int main(void) {
    prepare(0);
    prepare(1);
    HANDLER_PRIORITY(14, 0xE0);
    HANDLER_PRIORITY(15, 0xC0);
    SYSTICK_RVR = 4999;
    SYSTICK_CVR = 0;
    SYSTICK_CSR = 7;
    __asm volatile("svc 0");
    return 1;
}
