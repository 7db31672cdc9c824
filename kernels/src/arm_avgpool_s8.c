/* arm_avgpool_s8: int8 average pooling over the valid cells of each window; padding does not count.
 *
 * The mean rounds half away from zero, then is held within the activation. No scratch is used.
 * Returns ARM_CMSIS_NN_ARG_ERROR for less than one batch and for a window without a valid cell. */
#include "arm_nnfunctions.h"
#include "nn_support.h"
#include "nn_window.h"

/* The mean of one channel over the covered rows and columns, of which there is at least one each. */
static int32_t mean(const int8_t *channel, const cmsis_nn_dims *input_dims, nn_range rows, nn_range cols)
{
    int32_t sum = 0;
    for (int32_t y = rows.first; y < rows.end; y++)
    {
        for (int32_t x = cols.first; x < cols.end; x++)
        {
            sum = nn_wrap_add(sum, channel[(y * input_dims->w + x) * input_dims->c]);
        }
    }
    const int32_t count = (rows.end - rows.first) * (cols.end - cols.first);
    const int32_t half = count / 2;
    return nn_wrap_add(sum, sum > 0 ? half : -half) / count;
}

arm_cmsis_nn_status arm_avgpool_s8(const cmsis_nn_context *ctx,
                                   const cmsis_nn_pool_params *pool_params,
                                   const cmsis_nn_dims *input_dims,
                                   const int8_t *input_data,
                                   const cmsis_nn_dims *filter_dims,
                                   const cmsis_nn_dims *output_dims,
                                   int8_t *output_data)
{
    (void)ctx;
    if (input_dims->n < 1)
    {
        return ARM_CMSIS_NN_ARG_ERROR;
    }
    for (int32_t batch = 0; batch < input_dims->n; batch++)
    {
        for (int32_t out_y = 0; out_y < output_dims->h; out_y++)
        {
            const int32_t in_y = out_y * pool_params->stride.h - pool_params->padding.h;
            const nn_range rows = nn_covered(in_y, filter_dims->h, input_dims->h);
            for (int32_t out_x = 0; out_x < output_dims->w; out_x++)
            {
                const int32_t in_x = out_x * pool_params->stride.w - pool_params->padding.w;
                const nn_range cols = nn_covered(in_x, filter_dims->w, input_dims->w);
                if (rows.end <= rows.first || cols.end <= cols.first)
                {
                    return ARM_CMSIS_NN_ARG_ERROR;
                }
                for (int32_t ch = 0; ch < input_dims->c; ch++)
                {
                    const int32_t value = mean(input_data + ch, input_dims, rows, cols);
                    *output_data++ =
                        (int8_t)nn_clamp(value, pool_params->activation.min, pool_params->activation.max);
                }
            }
        }
        input_data += input_dims->h * input_dims->w * input_dims->c;
    }
    return ARM_CMSIS_NN_SUCCESS;
}
