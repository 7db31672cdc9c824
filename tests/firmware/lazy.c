/* Lazy FP stacking: LSPACT, FPCAR, the status in handlers, and what comes back, with and without FP use. */
#include "firmware.h"

#define FPCCR REG(0xE000EF34u)
#define FPCAR REG(0xE000EF38u)

static volatile uint32_t use, before, after, room, status, link;

__attribute__((used)) void irq_body(uint32_t *frame, uint32_t lr) {
    link = lr;
    before = FPCCR;
    room = FPCAR - (uint32_t)frame;
    if (use) {
        __asm volatile("vmov.f32 s0, #31.0\n\tvmov.f32 s1, #31.0\n\tvmrs %0, fpscr" : "=r"(status)::"s0", "s1");
    }
    after = FPCCR;
}

__attribute__((naked)) void IRQ1_Handler(void) {
    __asm volatile("mrs r0, msp\n\tmov r1, lr\n\tpush {r4, lr}\n\tbl irq_body\n\tpop {r4, pc}");
}

__attribute__((noinline)) static uint32_t across(uint32_t *fpscr) {
    uint32_t sum;
    __asm volatile("ldr r0, =0x03000000\n\tvmsr fpscr, r0\n\tvmov.f32 s0, #1.0\n\tvmov.f32 s1, #2.0\n\t"
                   "ldr r0, =0xE000E200\n\tmovs r1, #2\n\tstr r1, [r0]\n\tdsb\n\tisb\n\t"
                   "vmrs %1, fpscr\n\tvadd.f32 s0, s0, s1\n\tvcvt.u32.f32 s0, s0\n\tvmov %0, s0\n\tmovs r0, #0\n\tvmsr fpscr, r0"
                   : "=&r"(sum), "=&r"(*fpscr)::"r0", "r1", "s0", "s1", "memory");
    return sum;
}

static void run(const char *name) {
    uint32_t fpscr, sum = across(&fpscr);
    print("%s: sum %u fpscr %x link %x\n", name, sum, fpscr, link);
    print("  fpccr %x, %x; room at +%x; status %x\n", before & 0xC0000001u, after & 0xC0000001u, room, status);
}

int main(void) {
    NVIC_ISER = 2;
    print("fpccr %x\n", FPCCR & 0xC0000001u);
    run("unused");
    use = 1;
    run("used");
    use = 0;
    FPCCR = FPCCR & ~(1u << 30);
    BARRIER();
    run("eager, unused");
    use = 1;
    run("eager, used");
    return 0;
}
