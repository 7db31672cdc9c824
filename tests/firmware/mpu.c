/* MPU regions: who may read, write and execute what, in pages and in parts of pages, and which fault tells of it. */
#include "firmware.h"

#define MPU_CTRL REG(0xE000ED94u)
#define MPU_RNR REG(0xE000ED98u)
#define MPU_RBAR REG(0xE000ED9Cu)
#define MPU_RASR REG(0xE000EDA0u)
enum { NONE, PRIVILEGED, READ_UNPRIVILEGED, ALL, READ_PRIVILEGED = 5, READ_ALL };

static uint32_t area[2048] __attribute__((aligned(8192)));
static uint32_t task_stack[256] __attribute__((aligned(1024)));
static volatile uint32_t skip;

#if __ARM_ARCH >= 8
static void region(uint32_t number, uint32_t start, uint32_t size, uint32_t access, uint32_t never) {
    static const uint8_t ap[] = {0, 0, 0, 1, 0, 2, 3};
    MPU_RNR = number;
    MPU_RBAR = start | (uint32_t)ap[access] << 1 | never;
    MPU_RASR = access == NONE ? 0 : (start + size - 32) | 1;
}
#else
static void region(uint32_t number, uint32_t start, uint32_t size, uint32_t access, uint32_t never) {
    uint32_t bits = 0;
    while (2u << bits < size) bits++;
    MPU_RNR = number;
    MPU_RBAR = start;
    MPU_RASR = never << 28 | access << 24 | bits << 1 | 1;
}
#endif

void fault(uint32_t *frame, const char *name) {
    print("%s cfsr %x", name, SCB_CFSR);
    if (SCB_CFSR & 0x80) print(" mmfar +%x", SCB_MMFAR - (uint32_t)area);
    print("\n");
    SCB_CFSR = SCB_CFSR;
    frame[6] = skip ? skip : frame[6] + 2;
}

static const char memory[] = "MemManage", hard[] = "HardFault", usage[] = "UsageFault", bus[] = "BusFault";
#define HANDLER(name, text)                                                                                        \
    __attribute__((naked)) void name(void) {                                                                       \
        __asm volatile("tst lr, #4\n\tite eq\n\tmrseq r0, msp\n\tmrsne r0, psp\n\tldr r1, =%c0\n\tb fault\n\t.ltorg" \
                       ::"i"(text));                                                                               \
    }
HANDLER(MemManage_Handler, memory)
HANDLER(HardFault_Handler, hard)
HANDLER(UsageFault_Handler, usage)
HANDLER(BusFault_Handler, bus)

__attribute__((naked, noinline)) static uint32_t load(uint32_t address) {
    __asm volatile("ldrb r0, [r0]\n\tbx lr");
}

__attribute__((naked, noinline)) static void store(uint32_t address, uint32_t value) {
    __asm volatile("strb r1, [r0]\n\tbx lr");
}

__attribute__((naked, noinline)) static void call(uint32_t address) {
    __asm volatile("push {r4, lr}\n\tldr r1, =skip\n\tadr r2, 1f\n\tstr r2, [r1]\n\tblx r0\n\t.balign 4\n1:\tldr r1, =skip\n\t"
                   "movs r2, #0\n\tstr r2, [r1]\n\tpop {r4, pc}\n\t.ltorg");
}

static void each(const char *name, uint32_t offset) {
    uint32_t address = (uint32_t)area + offset;
    print("%s at +%x\n", name, offset);
    load(address);
    store(address, 0x47);
    store(address + 1, 0x70);
}

/* SVC 0 drops the privilege of thread code on its own stack, SVC 1 gives it back. */
void svc_body(uint32_t *frame) {
    uint32_t control;
    __asm volatile("mrs %0, control" : "=r"(control));
    control = ((uint8_t *)frame[6])[-2] ? control & ~1u : control | 1u;
    __asm volatile("msr control, %0\n\tisb" ::"r"(control));
}

__attribute__((naked)) void SVC_Handler(void) {
    __asm volatile("tst lr, #4\n\tite eq\n\tmrseq r0, msp\n\tmrsne r0, psp\n\tb svc_body");
}

static void areas(void) {
    each("nothing", 0x400);
    each("privileged", 0x800);
    each("read only", 0xC00);
    each("all", 0x1000);
    each("small", 0x1420);
    each("beside small", 0x143E);
    each("behind small", 0x1440);
}

int main(void) {
    extern uint32_t data_start;
    uint32_t code = (uint32_t)main & 0xF0000000u, data = (uint32_t)&data_start & 0xFF000000u;
    SCB_SHCSR = 7u << 16;
    for (int n = 0; n < 2048; n++) area[n] = 0x47704770;
    print("off\n");
    areas();
    region(0, code, 0x400000, READ_ALL, 0);
#if __ARM_ARCH >= 8
    region(1, data, (uint32_t)area - data + 0x400, ALL, 1);
    region(2, (uint32_t)area + 0x800, 0x400, PRIVILEGED, 0);
    region(3, (uint32_t)area + 0xC00, 0x400, READ_ALL, 0);
    region(4, (uint32_t)area + 0x1000, 0x400, ALL, 0);
    region(5, (uint32_t)area + 0x1400, 0x20, ALL, 1);
    region(6, (uint32_t)area + 0x1420, 0x20, READ_ALL, 1);
    region(7, (uint32_t)area + 0x1440, 0x400000 - 0x1440 - ((uint32_t)area - data), ALL, 1);
#else
    region(1, data, 0x1000000, ALL, 1);
    region(2, (uint32_t)area + 0x400, 0x400, NONE, 1);
    region(3, (uint32_t)area + 0x800, 0x400, PRIVILEGED, 0);
    region(4, (uint32_t)area + 0xC00, 0x400, READ_ALL, 0);
    region(5, (uint32_t)area + 0x1000, 0x400, ALL, 0);
    region(6, (uint32_t)area + 0x1420, 0x20, READ_ALL, 1);
    region(7, UART, 0x1000, ALL, 1);
#endif
    MPU_CTRL = 5;
    BARRIER();
    print("privileged, ctrl %x\n", MPU_CTRL);
    areas();
    print("calls\n");
    call((uint32_t)area + 0x1001);
    call((uint32_t)area + 0x1801);
    print("unprivileged\n");
#if __ARM_ARCH >= 8
    region(5, UART, 0x1000, ALL, 1);
#endif
    __asm volatile("msr psp, %0\n\tmrs r0, msp\n\tmov r4, r0\n\tmovs r0, #2\n\tmsr control, r0\n\tisb\n\tsvc 0" ::"r"(task_stack + 256)
                   : "r0", "r4", "memory");
    load((uint32_t)area + 0x800);
    store((uint32_t)area + 0x800, 1);
    store((uint32_t)area + 0x1000, 0x47);
    load(0xE000ED94u);
    store((uint32_t)area + 0xC00, 1);
    __asm volatile("svc 1\n\tmovs r0, #0\n\tmsr control, r0\n\tisb" ::: "r0", "memory");
    print("privileged again\n");
    MPU_CTRL = 4;
    BARRIER();
    store((uint32_t)area + 0xC00, 0x47);
    print("off again, %x\n", area[0x300]);
    return 0;
}
