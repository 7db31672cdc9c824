/* arm_convolve_1x1_s8: int8 convolution with a 1x1 filter and any stride.
 *
 * Each output pixel is a dense layer over the channels of one input pixel. filter_dims is not read; no scratch is used.
 * Returns ARM_CMSIS_NN_ARG_ERROR when padding is not zero. */
#include "arm_nnfunctions.h"
#include "nn_dense.h"

arm_cmsis_nn_status arm_convolve_1x1_s8(const cmsis_nn_context *ctx,
                                        const cmsis_nn_conv_params *conv_params,
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
    (void)filter_dims;
    (void)bias_dims;
    if (conv_params->padding.w != 0 || conv_params->padding.h != 0)
    {
        return ARM_CMSIS_NN_ARG_ERROR;
    }
    const int32_t depth = input_dims->c;
    for (int32_t batch = 0; batch < input_dims->n; batch++)
    {
        for (int32_t out_y = 0; out_y < output_dims->h; out_y++)
        {
            const int32_t in_y = batch * input_dims->h + out_y * conv_params->stride.h;
            const int8_t *pixel = input_data + in_y * input_dims->w * depth;
            for (int32_t out_x = 0; out_x < output_dims->w; out_x++)
            {
                nn_dense_pixel_s8(conv_params, quant_params, pixel, depth, filter_data, bias_data, 0, output_dims->c,
                                  output_data);
                pixel += conv_params->stride.w * depth;
                output_data += output_dims->c;
            }
        }
    }
    return ARM_CMSIS_NN_SUCCESS;
}
