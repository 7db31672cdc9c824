/* Data accesses of the program, handed to whoever wants them.
 *
 * A consumer is a C function and a pointer for it; its addresses travel through Python as integers. It is called in
 * front of each read and write inside [first, last] that it asked for, in program order, without the GIL, and may
 * neither change registers nor memory. An access across a page boundary comes in two parts, an LDM word by word.
 */
#ifndef EMULATOR_ACCESSES_H
#define EMULATOR_ACCESSES_H
#include <stdint.h>

typedef void (*AccessConsumer)(void *self, uint32_t address, uint32_t size, int write);

#endif
