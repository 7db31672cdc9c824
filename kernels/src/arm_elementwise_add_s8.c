/* arm_elementwise_add_s8: int8 addition of two vectors of block_size elements with their own quantisation.
 *
 * Each input plus its offset is shifted left by left_shift and requantised to the common scale; the sum is requantised
 * to the output's and held within the activation. Precondition: 0 <= left_shift <= 31. Always returns
 * ARM_CMSIS_NN_SUCCESS. */
#include "arm_nnfunctions.h"
#include "nn_support.h"

arm_cmsis_nn_status arm_elementwise_add_s8(const int8_t *input_1_vect,
                                           const int8_t *input_2_vect,
                                           const int32_t input_1_offset,
                                           const int32_t input_1_mult,
                                           const int32_t input_1_shift,
                                           const int32_t input_2_offset,
                                           const int32_t input_2_mult,
                                           const int32_t input_2_shift,
                                           const int32_t left_shift,
                                           int8_t *output,
                                           const int32_t out_offset,
                                           const int32_t out_mult,
                                           const int32_t out_shift,
                                           const int32_t out_activation_min,
                                           const int32_t out_activation_max,
                                           const int32_t block_size)
{
    const cmsis_nn_activation activation = {out_activation_min, out_activation_max};
    for (int32_t i = 0; i < block_size; i++)
    {
        const int32_t a = nn_wrap_shift_left(nn_wrap_add(input_1_vect[i], input_1_offset), left_shift);
        const int32_t b = nn_wrap_shift_left(nn_wrap_add(input_2_vect[i], input_2_offset), left_shift);
        const int32_t sum = nn_wrap_add(nn_requantize(a, input_1_mult, input_1_shift),
                                        nn_requantize(b, input_2_mult, input_2_shift));
        output[i] = nn_output_s8(sum, out_mult, out_shift, out_offset, &activation);
    }
    return ARM_CMSIS_NN_SUCCESS;
}
