/* arm_fully_connected_s8_get_buffer_size: bytes of scratch that the fully connected kernels need: none. */
#include "arm_nnfunctions.h"

int32_t arm_fully_connected_s8_get_buffer_size(const cmsis_nn_dims *filter_dims)
{
    (void)filter_dims;
    return 0;
}
