/* arm_convolve_s8: int8 convolution with any stride, padding, dilation and number of groups.
 *
 * groups = input_dims->c / filter_dims->c, so filter_dims->c must be set. For each output pixel and group the window is
 * copied into ctx->buf, padding as -input_offset (which contributes zero), and multiplied with every filter.
 * upscale_dims is NULL, or holds a 2 in h or w: then every second row or column of the input is an inserted zero,
 * input_dims counts them and input_data does not hold them.
 * Preconditions: input_offset in [-127, 128], dilation >= 1, ctx->buf of arm_convolve_s8_get_buffer_size bytes.
 * Returns ARM_CMSIS_NN_ARG_ERROR without ctx->buf, or when the groups do not divide the channels. */
#include "arm_nnfunctions.h"
#include "nn_dense.h"

/* 1 along an axis where a zero follows each stored position, so that odd positions are not stored; else 0. */
typedef struct
{
    int32_t h;
    int32_t w;
} nn_upscale;

/* The input channels under one filter cell, or NULL where the cell lies on padding or on an inserted zero. */
static const int8_t *
cell_at(const cmsis_nn_dims *input_dims, nn_upscale up, const int8_t *image, int32_t in_y, int32_t in_x)
{
    if (in_y < 0 || in_y >= input_dims->h || in_x < 0 || in_x >= input_dims->w || (in_y & up.h) || (in_x & up.w))
    {
        return NULL;
    }
    return image + ((in_y >> up.h) * (input_dims->w >> up.w) + (in_x >> up.w)) * input_dims->c;
}

static void gather_window(const cmsis_nn_conv_params *conv_params,
                          const cmsis_nn_dims *input_dims,
                          const cmsis_nn_dims *filter_dims,
                          nn_upscale up,
                          const int8_t *image,
                          int32_t out_y,
                          int32_t out_x,
                          int8_t *column)
{
    const size_t cell_size = (size_t)filter_dims->c;
    const int32_t origin_y = out_y * conv_params->stride.h - conv_params->padding.h;
    const int32_t origin_x = out_x * conv_params->stride.w - conv_params->padding.w;
    for (int32_t ker_y = 0; ker_y < filter_dims->h; ker_y++)
    {
        const int32_t in_y = origin_y + ker_y * conv_params->dilation.h;
        for (int32_t ker_x = 0; ker_x < filter_dims->w; ker_x++)
        {
            const int32_t in_x = origin_x + ker_x * conv_params->dilation.w;
            const int8_t *cell = cell_at(input_dims, up, image, in_y, in_x);
            if (cell)
            {
                memcpy(column, cell, cell_size);
            }
            else
            {
                memset(column, -conv_params->input_offset, cell_size);
            }
            column += cell_size;
        }
    }
}

arm_cmsis_nn_status arm_convolve_s8(const cmsis_nn_context *ctx,
                                    const cmsis_nn_conv_params *conv_params,
                                    const cmsis_nn_per_channel_quant_params *quant_params,
                                    const cmsis_nn_dims *input_dims,
                                    const int8_t *input_data,
                                    const cmsis_nn_dims *filter_dims,
                                    const int8_t *filter_data,
                                    const cmsis_nn_dims *bias_dims,
                                    const int32_t *bias_data,
                                    const cmsis_nn_dims *upscale_dims,
                                    const cmsis_nn_dims *output_dims,
                                    int8_t *output_data)
{
    (void)bias_dims;
    const int32_t group_ch = filter_dims->c;
    if (ctx->buf == NULL || group_ch < 1 || input_dims->c < group_ch || input_dims->c % group_ch != 0 ||
        output_dims->c % (input_dims->c / group_ch) != 0)
    {
        return ARM_CMSIS_NN_ARG_ERROR;
    }
    const int32_t groups = input_dims->c / group_ch;
    const int32_t group_out = output_dims->c / groups;
    const int32_t depth = filter_dims->h * filter_dims->w * group_ch;
    const nn_upscale up = {upscale_dims && upscale_dims->h == 2, upscale_dims && upscale_dims->w == 2};
    const int32_t batch_size = (input_dims->h >> up.h) * (input_dims->w >> up.w) * input_dims->c;

    for (int32_t batch = 0; batch < input_dims->n; batch++)
    {
        const int8_t *image = input_data + batch * batch_size;
        for (int32_t out_y = 0; out_y < output_dims->h; out_y++)
        {
            for (int32_t out_x = 0; out_x < output_dims->w; out_x++)
            {
                for (int32_t group = 0; group < groups; group++)
                {
                    gather_window(conv_params, input_dims, filter_dims, up, image + group * group_ch, out_y, out_x,
                                  ctx->buf);
                    nn_dense_pixel_s8(conv_params, quant_params, ctx->buf, depth, filter_data, bias_data,
                                      group * group_out, (group + 1) * group_out, output_data);
                }
                output_data += output_dims->c;
            }
        }
    }
    return ARM_CMSIS_NN_SUCCESS;
}
