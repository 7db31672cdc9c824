/* Bit-band aliases of SRAM and of a peripheral. */
#include "firmware.h"

static volatile uint32_t word = 0x80000001;
#define ALIAS(address, bit) REG(0x22000000u + ((uint32_t)(address) - 0x20000000u) * 32 + (bit) * 4)
#define PERIPHERAL_ALIAS(address, bit) REG(0x42000000u + ((uint32_t)(address) - 0x40000000u) * 32 + (bit) * 4)

int main(void) {
    print("%u %u %u\n", ALIAS(&word, 0), ALIAS(&word, 1), ALIAS(&word, 31));
    ALIAS(&word, 4) = 3;
    ALIAS(&word, 0) = 2;
    ALIAS(&word, 20) = 1;
    print("%x\n", word);
    print("uart on %u\n", PERIPHERAL_ALIAS(UART + 8, 0));
    PERIPHERAL_ALIAS(UART + 8, 1) = 1;
    print("uart %x\n", REG(UART + 8));
    PERIPHERAL_ALIAS(UART + 8, 1) = 0;
    print("uart %x\n", REG(UART + 8));
    return 0;
}
