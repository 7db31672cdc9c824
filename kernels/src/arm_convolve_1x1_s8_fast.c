/* arm_convolve_1x1_s8_fast: int8 convolution with a 1x1 filter and stride 1.
 *
 * Input and output have the same pixels in the same order, so rows and batches need no attention. filter_dims and
 * output_dims->h, w are not read; no scratch is used.
 * Returns ARM_CMSIS_NN_ARG_ERROR when padding is not zero or stride is not one. */
#include "arm_nnfunctions.h"
#include "nn_dense.h"

arm_cmsis_nn_status arm_convolve_1x1_s8_fast(const cmsis_nn_context *ctx,
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
    if (conv_params->padding.w != 0 || conv_params->padding.h != 0 || !nn_has_unit_stride(conv_params))
    {
        return ARM_CMSIS_NN_ARG_ERROR;
    }
    const int32_t depth = input_dims->c;
    const int32_t pixels = input_dims->n * input_dims->h * input_dims->w;
    for (int32_t pixel = 0; pixel < pixels; pixel++)
    {
        nn_dense_pixel_s8(conv_params, quant_params, input_data, depth, filter_data, bias_data, 0, output_dims->c,
                          output_data);
        input_data += depth;
        output_data += output_dims->c;
    }
    return ARM_CMSIS_NN_SUCCESS;
}
