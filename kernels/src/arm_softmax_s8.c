/* arm_softmax_s8: int8 softmax over each row of [num_rows, row_size], output zero point -128 and scale 1/256.
 *
 * mult and shift scale the difference to the row's maximum to Q5.26; elements further below it than diff_min get -128
 * and do not join the sum. Exponential and reciprocal are fixed point, in Q0.31.
 * Preconditions: row_size >= 1, 0 <= shift <= 31; the exponentials of a row sum to less than 512, where CMSIS-NN's
 * last shift stays within a word (beyond that this kernel keeps rounding to nearest, up to a sum of 4096). */
#include "arm_nnfunctions.h"
#include "nn_support.h"

/* Integer bits of the sum: exponentials are added in Q12.19. */
#define SUM_INTEGER_BITS 12

/* exp(value) for value <= 0: Q5.26 in, Q0.31 out. A polynomial around -1/8 gives the exponential of the fraction below
 * 1/4; each set bit of the rest multiplies by a constant, exp(-2^(k - 2)). */
static int32_t exp_on_negative(int32_t value)
{
    static const int32_t factors[7] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
    if (value == 0)
    {
        return INT32_MAX;
    }
    const int32_t fraction = (value & 0xFFFFFF) - (1 << 24);
    const int32_t rest = nn_wrap_sub(fraction, value);
    const int32_t x = nn_wrap_add(nn_wrap_shift_left(fraction, 5), 1 << 28);
    const int32_t x2 = nn_high_mult_sat(x, x);
    const int32_t x3 = nn_high_mult_sat(x2, x);
    const int32_t x4_over_4 = nn_divide_by_power_of_two(nn_high_mult_sat(x2, x2), 2);
    const int32_t upper = nn_wrap_add(nn_high_mult_sat(nn_wrap_add(x4_over_4, x3), 715827883), x2);
    const int32_t series = nn_wrap_add(x, nn_divide_by_power_of_two(upper, 1));
    int32_t result = nn_wrap_add(1895147668, nn_high_mult_sat(1895147668, series));
    for (int32_t k = 0; k < 7; k++)
    {
        if (rest & (1 << (24 + k)))
        {
            result = nn_high_mult_sat(result, factors[k]);
        }
    }
    return result;
}

/* 1 / (1 + value) for value in Q0.31: three Newton steps from a straight line. */
static int32_t one_over_one_plus(int32_t value)
{
    const int64_t sum = (int64_t)value + INT32_MAX;
    const int32_t half = (int32_t)((sum + (sum >= 0 ? 1 : -1)) / 2);
    int32_t x = nn_wrap_add(1515870810, nn_high_mult_sat(half, -1010580540));
    for (int32_t step = 0; step < 3; step++)
    {
        const int32_t error = nn_wrap_sub(1 << 29, nn_high_mult_sat(half, x));
        x = nn_wrap_add(x, nn_shift_left_sat(nn_high_mult_sat(x, error), 2));
    }
    return nn_shift_left_sat(x, 1);
}

static int32_t leading_zeros(int32_t value)
{
    int32_t zeros = 0;
    for (uint32_t bit = UINT32_C(1) << 31; bit != 0 && ((uint32_t)value & bit) == 0; bit >>= 1)
    {
        zeros++;
    }
    return zeros;
}

static int32_t row_maximum(const int8_t *input, int32_t row_size)
{
    int32_t largest = INT8_MIN;
    for (int32_t col = 0; col < row_size; col++)
    {
        largest = input[col] > largest ? input[col] : largest;
    }
    return largest;
}

static int32_t scaled_exp(int32_t diff, int32_t mult, int32_t shift)
{
    return exp_on_negative(nn_high_mult_sat(nn_wrap_shift_left(diff, shift), mult));
}

static void
softmax_row(const int8_t *input, int32_t row_size, int32_t mult, int32_t shift, int32_t diff_min, int8_t *output)
{
    const int32_t largest = row_maximum(input, row_size);
    int32_t sum = 0;
    for (int32_t col = 0; col < row_size; col++)
    {
        const int32_t diff = input[col] - largest;
        if (diff >= diff_min)
        {
            const int32_t term = nn_divide_by_power_of_two(scaled_exp(diff, mult, shift), SUM_INTEGER_BITS);
            sum = nn_wrap_add(sum, term);
        }
    }
    const int32_t headroom = leading_zeros(sum);
    const int32_t normalised = sum > 0 ? nn_wrap_shift_left(sum, headroom) : 0;
    const int32_t scale = one_over_one_plus(nn_wrap_sub(normalised, INT32_MIN));
    const int32_t right = SUM_INTEGER_BITS - headroom + 23;
    for (int32_t col = 0; col < row_size; col++)
    {
        const int32_t diff = input[col] - largest;
        int32_t value = 0;
        if (diff >= diff_min && right <= 31)
        {
            value = nn_divide_by_power_of_two(nn_high_mult_sat(scale, scaled_exp(diff, mult, shift)), right);
        }
        output[col] = (int8_t)nn_clamp(nn_wrap_add(value, INT8_MIN), INT8_MIN, INT8_MAX);
    }
}

void arm_softmax_s8(const int8_t *input,
                    const int32_t num_rows,
                    const int32_t row_size,
                    const int32_t mult,
                    const int32_t shift,
                    const int32_t diff_min,
                    int8_t *output)
{
    for (int32_t row = 0; row < num_rows; row++)
    {
        softmax_row(input, row_size, mult, shift, diff_min, output);
        input += row_size;
        output += row_size;
    }
}
