/* arm_convolve_s8_get_buffer_size: bytes of scratch that arm_convolve_s8 needs.
 *
 * One window of one group: KH * KW * filter_dims->c bytes. */
#include "arm_nnfunctions.h"

int32_t arm_convolve_s8_get_buffer_size(const cmsis_nn_dims *input_dims,
                                        const cmsis_nn_dims *filter_dims)
{
    (void)input_dims;
    return filter_dims->h * filter_dims->w * filter_dims->c;
}
