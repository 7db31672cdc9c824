/* What the dense kernels share: the dot product, one output pixel of a convolution, and when a filter is pointwise. */
#ifndef NN_DENSE_H
#define NN_DENSE_H

#include "nn_support.h"

/* acc + the sum of (x + x_offset) * (w + w_offset) over count elements, low 32 bits. */
static inline int32_t
nn_dot_s8(int32_t acc, const int8_t *x, int32_t x_offset, const int8_t *w, int32_t w_offset, int32_t count)
{
    for (int32_t i = 0; i < count; i++)
    {
        acc = nn_wrap_add(acc, nn_wrap_mul(nn_wrap_add(x[i], x_offset), nn_wrap_add(w[i], w_offset)));
    }
    return acc;
}

/* Output channels first to end - 1 of one pixel: column holds its depth inputs, filter depth weights a channel.
 * Bias, filter, multipliers and out are indexed by channel; bias may be NULL. */
static inline void nn_dense_pixel_s8(const cmsis_nn_conv_params *conv_params,
                                     const cmsis_nn_per_channel_quant_params *quant_params,
                                     const int8_t *column,
                                     int32_t depth,
                                     const int8_t *filter,
                                     const int32_t *bias,
                                     int32_t first,
                                     int32_t end,
                                     int8_t *out)
{
    for (int32_t ch = first; ch < end; ch++)
    {
        const int32_t start = bias ? bias[ch] : 0;
        const int32_t acc = nn_dot_s8(start, column, conv_params->input_offset, filter + ch * depth, 0, depth);
        out[ch] = nn_output_s8(acc, quant_params->multiplier[ch], quant_params->shift[ch],
                               conv_params->output_offset, &conv_params->activation);
    }
}

/* A 1x1 filter over all input channels, without padding: any stride. */
static inline bool nn_is_pointwise(const cmsis_nn_conv_params *conv_params,
                                   const cmsis_nn_dims *input_dims,
                                   const cmsis_nn_dims *filter_dims)
{
    return filter_dims->w == 1 && filter_dims->h == 1 && filter_dims->c == input_dims->c &&
        conv_params->padding.w == 0 && conv_params->padding.h == 0 && conv_params->dilation.w == 1 &&
        conv_params->dilation.h == 1;
}

/* Every input pixel is an output pixel. */
static inline bool nn_has_unit_stride(const cmsis_nn_conv_params *conv_params)
{
    return conv_params->stride.w == 1 && conv_params->stride.h == 1;
}

#endif
