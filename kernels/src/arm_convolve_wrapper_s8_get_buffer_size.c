/* arm_convolve_wrapper_s8_get_buffer_size: bytes of scratch that arm_convolve_wrapper_s8 needs.
 *
 * It asks for what the chosen kernel asks for: one window for arm_convolve_s8, nothing for the 1x1 kernels. */
#include "arm_nnfunctions.h"
#include "nn_dense.h"

int32_t arm_convolve_wrapper_s8_get_buffer_size(const cmsis_nn_conv_params *conv_params,
                                                const cmsis_nn_dims *input_dims,
                                                const cmsis_nn_dims *filter_dims,
                                                const cmsis_nn_dims *output_dims)
{
    (void)output_dims;
    if (!nn_is_pointwise(conv_params, input_dims, filter_dims))
    {
        return arm_convolve_s8_get_buffer_size(input_dims, filter_dims);
    }
    return nn_has_unit_stride(conv_params) ? arm_convolve_1x1_s8_fast_get_buffer_size(input_dims) : 0;
}
