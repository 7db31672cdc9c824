/* The run-time ABI's 64-bit product and 32-bit division, for Armv6-M, which has neither as an instruction.
 *
 * With these the kernels link on every core without the compiler's own library; code that needs more of it adds -lgcc
 * or -lcompiler_rt after these files. Dividing by zero gives zero, as the instruction does on larger cores. */
#include <stdint.h>

#if defined(__arm__) && !defined(__ARM_FEATURE_IDIV)

uint64_t __aeabi_lmul(uint64_t a, uint64_t b);
uint64_t __aeabi_uidivmod(uint32_t numerator, uint32_t denominator);
uint64_t __aeabi_idivmod(int32_t numerator, int32_t denominator);
uint32_t __aeabi_uidiv(uint32_t numerator, uint32_t denominator);
int32_t __aeabi_idiv(int32_t numerator, int32_t denominator);

/* Two words as the ABI returns them: the first in r0, the second in r1. */
static uint64_t in_r0_r1(uint32_t first, uint32_t second)
{
    return (uint64_t)second << 32 | first;
}

/* The product of the low words from four 16-bit products; the high words only reach the upper half. */
uint64_t __aeabi_lmul(uint64_t a, uint64_t b)
{
    const uint32_t a_low = (uint32_t)a;
    const uint32_t b_low = (uint32_t)b;
    const uint32_t a0 = a_low & 0xFFFF;
    const uint32_t a1 = a_low >> 16;
    const uint32_t b0 = b_low & 0xFFFF;
    const uint32_t b1 = b_low >> 16;
    const uint32_t low = a0 * b0;
    const uint32_t middle = a1 * b0 + (low >> 16);
    const uint32_t carry = a0 * b1 + (middle & 0xFFFF);
    const uint32_t high = a1 * b1 + (middle >> 16) + (carry >> 16);
    const uint32_t cross = (uint32_t)(a >> 32) * b_low + a_low * (uint32_t)(b >> 32);
    return in_r0_r1(carry << 16 | (low & 0xFFFF), high + cross);
}

/* Quotient and remainder, a bit a step, starting at the denominator's highest useful position. */
uint64_t __aeabi_uidivmod(uint32_t numerator, uint32_t denominator)
{
    uint32_t quotient = 0;
    uint32_t bit = 1;
    if (denominator == 0)
    {
        return in_r0_r1(0, numerator);
    }
    while (denominator <= numerator >> 1)
    {
        denominator <<= 1;
        bit <<= 1;
    }
    for (; bit != 0; bit >>= 1)
    {
        if (numerator >= denominator)
        {
            numerator -= denominator;
            quotient |= bit;
        }
        denominator >>= 1;
    }
    return in_r0_r1(quotient, numerator);
}

static uint32_t magnitude(int32_t value)
{
    return value < 0 ? 0 - (uint32_t)value : (uint32_t)value;
}

/* Truncates towards zero; the remainder has the numerator's sign. */
uint64_t __aeabi_idivmod(int32_t numerator, int32_t denominator)
{
    const uint64_t result = __aeabi_uidivmod(magnitude(numerator), magnitude(denominator));
    const uint32_t quotient = (uint32_t)result;
    const uint32_t remainder = (uint32_t)(result >> 32);
    return in_r0_r1((numerator < 0) != (denominator < 0) ? 0 - quotient : quotient,
                    numerator < 0 ? 0 - remainder : remainder);
}

uint32_t __aeabi_uidiv(uint32_t numerator, uint32_t denominator)
{
    return (uint32_t)__aeabi_uidivmod(numerator, denominator);
}

int32_t __aeabi_idiv(int32_t numerator, int32_t denominator)
{
    return (int32_t)(uint32_t)__aeabi_idivmod(numerator, denominator);
}

#else

/* A file that defines nothing is not C. */
typedef int nn_core_has_these_instructions;

#endif
