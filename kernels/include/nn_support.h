/* Fixed-point arithmetic of the int8 kernels: CMSIS-NN's default build, which rounds twice.
 *
 * Sums wrap modulo 2^32; they go through uint32_t, where wrapping is defined. A shift of a negative value to the right
 * is arithmetic and a conversion to int32_t keeps the low 32 bits, as every Arm and host compiler does. */
#ifndef NN_SUPPORT_H
#define NN_SUPPORT_H

#include "arm_nn_types.h"

/* Provided by startup/memory.c, or by the host's C library. */
void *memcpy(void *destination, const void *source, size_t bytes);
void *memset(void *destination, int value, size_t bytes);

/* a + b, low 32 bits. */
static inline int32_t nn_wrap_add(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

/* a - b, low 32 bits. */
static inline int32_t nn_wrap_sub(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a - (uint32_t)b);
}

/* a * b, low 32 bits. */
static inline int32_t nn_wrap_mul(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a * (uint32_t)b);
}

/* value * 2^bits, low 32 bits; 0 <= bits <= 31. */
static inline int32_t nn_wrap_shift_left(int32_t value, int32_t bits)
{
    return (int32_t)((uint32_t)value << bits);
}

/* value * 2^bits, held at the ends of int32; 1 <= bits <= 31. */
static inline int32_t nn_shift_left_sat(int32_t value, int32_t bits)
{
    const int32_t limit = (int32_t)(((uint32_t)1 << (31 - bits)) - 1);
    if (value > limit)
    {
        return INT32_MAX;
    }
    return value < -limit ? INT32_MIN : nn_wrap_shift_left(value, bits);
}

/* The high word of 2 * a * b, halves rounded up; wraps for INT32_MIN squared. */
static inline int32_t nn_high_mult(int32_t a, int32_t b)
{
    return (int32_t)(((int64_t)a * b + ((int64_t)1 << 30)) >> 31);
}

/* The same, held at INT32_MAX for INT32_MIN squared. */
static inline int32_t nn_high_mult_sat(int32_t a, int32_t b)
{
    return a == INT32_MIN && b == INT32_MIN ? INT32_MAX : nn_high_mult(a, b);
}

/* value / 2^exponent, halves rounded away from zero; 0 <= exponent <= 31. */
static inline int32_t nn_divide_by_power_of_two(int32_t value, int32_t exponent)
{
    const uint32_t mask = ((uint32_t)1 << exponent) - 1;
    const uint32_t remainder = (uint32_t)value & mask;
    const uint32_t threshold = (mask >> 1) + (value < 0 ? 1 : 0);
    return (value >> exponent) + (remainder > threshold ? 1 : 0);
}

/* value * multiplier * 2^(shift - 31), rounded by the product and again by the shift; -31 <= shift <= 31. */
static inline int32_t nn_requantize(int32_t value, int32_t multiplier, int32_t shift)
{
    const int32_t left = shift > 0 ? shift : 0;
    const int32_t right = shift > 0 ? 0 : -shift;
    return nn_divide_by_power_of_two(nn_high_mult(nn_wrap_shift_left(value, left), multiplier), right);
}

/* value held between low and high, both included. */
static inline int32_t nn_clamp(int32_t value, int32_t low, int32_t high)
{
    const int32_t raised = value > low ? value : low;
    return raised < high ? raised : high;
}

/* The last step of a layer: requantise, move to the zero point, hold within the activation. */
static inline int8_t
nn_output_s8(int32_t acc, int32_t multiplier, int32_t shift, int32_t offset, const cmsis_nn_activation *activation)
{
    const int32_t scaled = nn_wrap_add(nn_requantize(acc, multiplier, shift), offset);
    return (int8_t)nn_clamp(scaled, activation->min, activation->max);
}

#endif
