/* arm_depthwise_conv_s8: int8 depthwise convolution with any stride, padding, dilation and channel multiplier.
 *
 * Output channel in_ch * ch_mult + m is input channel in_ch under filter channel in_ch * ch_mult + m; cells on padding
 * are left out. Preconditions: dilation >= 1, ch_mult >= 1. filter_dims->c and output_dims->c are not read; no scratch
 * is used. Always returns ARM_CMSIS_NN_SUCCESS. */
#include "arm_nnfunctions.h"
#include "nn_support.h"
#include "nn_window.h"

/* Where the window of one output pixel starts, and its cells inside the input. */
typedef struct
{
    int32_t origin_y;
    int32_t origin_x;
    nn_range y;
    nn_range x;
} nn_patch;

static nn_patch patch_at(const cmsis_nn_dw_conv_params *params,
                         const cmsis_nn_dims *input_dims,
                         const cmsis_nn_dims *filter_dims,
                         int32_t out_y,
                         int32_t out_x)
{
    nn_patch patch;
    patch.origin_y = out_y * params->stride.h - params->padding.h;
    patch.origin_x = out_x * params->stride.w - params->padding.w;
    patch.y = nn_valid_cells(patch.origin_y, params->dilation.h, filter_dims->h, input_dims->h);
    patch.x = nn_valid_cells(patch.origin_x, params->dilation.w, filter_dims->w, input_dims->w);
    return patch;
}

/* acc plus the products of input channel in_ch and filter channel ch over the patch. */
static int32_t accumulate(int32_t acc,
                          const cmsis_nn_dw_conv_params *params,
                          const nn_patch *patch,
                          const cmsis_nn_dims *input_dims,
                          const int8_t *input,
                          const cmsis_nn_dims *filter_dims,
                          const int8_t *filter,
                          int32_t in_ch,
                          int32_t ch)
{
    const int32_t output_ch = input_dims->c * params->ch_mult;
    for (int32_t ker_y = patch->y.first; ker_y < patch->y.end; ker_y++)
    {
        const int32_t row = (patch->origin_y + ker_y * params->dilation.h) * input_dims->w;
        for (int32_t ker_x = patch->x.first; ker_x < patch->x.end; ker_x++)
        {
            const int32_t in_x = patch->origin_x + ker_x * params->dilation.w;
            const int32_t x = input[(row + in_x) * input_dims->c + in_ch];
            const int32_t w = filter[(ker_y * filter_dims->w + ker_x) * output_ch + ch];
            acc = nn_wrap_add(acc, nn_wrap_mul(nn_wrap_add(x, params->input_offset), w));
        }
    }
    return acc;
}

arm_cmsis_nn_status arm_depthwise_conv_s8(const cmsis_nn_context *ctx,
                                          const cmsis_nn_dw_conv_params *dw_conv_params,
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
    for (int32_t batch = 0; batch < input_dims->n; batch++)
    {
        for (int32_t out_y = 0; out_y < output_dims->h; out_y++)
        {
            for (int32_t out_x = 0; out_x < output_dims->w; out_x++)
            {
                const nn_patch patch = patch_at(dw_conv_params, input_dims, filter_dims, out_y, out_x);
                int32_t ch = 0;
                for (int32_t in_ch = 0; in_ch < input_dims->c; in_ch++)
                {
                    for (int32_t end = ch + dw_conv_params->ch_mult; ch < end; ch++)
                    {
                        const int32_t start = bias_data ? bias_data[ch] : 0;
                        const int32_t acc = accumulate(start, dw_conv_params, &patch, input_dims, input_data,
                                                       filter_dims, filter_data, in_ch, ch);
                        *output_data++ = nn_output_s8(acc, quant_params->multiplier[ch], quant_params->shift[ch],
                                                      dw_conv_params->output_offset, &dw_conv_params->activation);
                    }
                }
            }
        }
        input_data += input_dims->h * input_dims->w * input_dims->c;
    }
    return ARM_CMSIS_NN_SUCCESS;
}
