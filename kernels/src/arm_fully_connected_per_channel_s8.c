/* arm_fully_connected_per_channel_s8: int8 fully connected layer, a multiplier and shift for each output.
 *
 * Shapes as in arm_fully_connected_s8; quant_params holds output_dims->c multipliers and shifts. filter_offset is added
 * to every weight. No scratch is used. Always returns ARM_CMSIS_NN_SUCCESS. */
#include "arm_nnfunctions.h"
#include "nn_dense.h"

arm_cmsis_nn_status arm_fully_connected_per_channel_s8(const cmsis_nn_context *ctx,
                                                       const cmsis_nn_fc_params *fc_params,
                                                       const cmsis_nn_per_channel_quant_params *quant_params,
                                                       const cmsis_nn_dims *input_dims,
                                                       const int8_t *input_data,
                                                       const cmsis_nn_dims *filter_dims,
                                                       const int8_t *filter_data,
                                                       const cmsis_nn_dims *bias_dims,
                                                       const int32_t *bias_data,
                                                       const cmsis_nn_dims *output_dims,
                                                       int8_t *output_data)
{
    (void)ctx;
    (void)bias_dims;
    const int32_t depth = filter_dims->n;
    for (int32_t batch = 0; batch < input_dims->n; batch++)
    {
        for (int32_t row = 0; row < output_dims->c; row++)
        {
            const int32_t start = bias_data ? bias_data[row] : 0;
            const int32_t acc = nn_dot_s8(start, input_data, fc_params->input_offset, filter_data + row * depth,
                                          fc_params->filter_offset, depth);
            *output_data++ = nn_output_s8(acc, quant_params->multiplier[row], quant_params->shift[row],
                                          fc_params->output_offset, &fc_params->activation);
        }
        input_data += depth;
    }
    return ARM_CMSIS_NN_SUCCESS;
}
