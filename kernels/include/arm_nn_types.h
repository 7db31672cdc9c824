/* Structures and status codes of the CMSIS-NN interface, as far as these kernels use them.
 *
 * Names, field order and layout are those of CMSIS-NN, so that a caller compiled against either header passes the
 * same bytes. The asserts at the end hold on 32-bit Arm; a host build has wider pointers and is not bound by them. */
#ifndef ARM_NN_TYPES_H
#define ARM_NN_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum
{
    ARM_CMSIS_NN_SUCCESS = 0,
    ARM_CMSIS_NN_ARG_ERROR = -1,
    ARM_CMSIS_NN_NO_IMPL_ERROR = -2,
    ARM_CMSIS_NN_FAILURE = -3
} arm_cmsis_nn_status;

/* Scratch memory of one call; the matching _get_buffer_size function says how many bytes. */
typedef struct
{
    void *buf;
    int32_t size;
} cmsis_nn_context;

typedef struct
{
    int32_t w;
    int32_t h;
} cmsis_nn_tile;

/* Extent of a tensor, NHWC. */
typedef struct
{
    int32_t n;
    int32_t h;
    int32_t w;
    int32_t c;
} cmsis_nn_dims;

/* Bounds of the stored output, both included. */
typedef struct
{
    int32_t min;
    int32_t max;
} cmsis_nn_activation;

/* One multiplier (Q0.31) and shift (positive is to the left) for each output channel. */
typedef struct
{
    int32_t *multiplier;
    int32_t *shift;
} cmsis_nn_per_channel_quant_params;

typedef struct
{
    int32_t multiplier;
    int32_t shift;
} cmsis_nn_per_tensor_quant_params;

/* Either of the two above: arrays of one element unless is_per_channel. */
typedef struct
{
    int32_t *multiplier;
    int32_t *shift;
    int32_t is_per_channel;
} cmsis_nn_quant_params;

/* input_offset is added to each input (minus the zero point), output_offset to each output (the zero point). */
typedef struct
{
    int32_t input_offset;
    int32_t output_offset;
    cmsis_nn_tile stride;
    cmsis_nn_tile padding;
    cmsis_nn_tile dilation;
    cmsis_nn_activation activation;
} cmsis_nn_conv_params;

typedef struct
{
    int32_t input_offset;
    int32_t output_offset;
    int32_t ch_mult;
    cmsis_nn_tile stride;
    cmsis_nn_tile padding;
    cmsis_nn_tile dilation;
    cmsis_nn_activation activation;
} cmsis_nn_dw_conv_params;

typedef struct
{
    cmsis_nn_tile stride;
    cmsis_nn_tile padding;
    cmsis_nn_activation activation;
} cmsis_nn_pool_params;

typedef struct
{
    int32_t input_offset;
    int32_t filter_offset;
    int32_t output_offset;
    cmsis_nn_activation activation;
} cmsis_nn_fc_params;

#if UINTPTR_MAX == UINT32_MAX
#define NN_ASSERT_SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), "size of " #type)
#define NN_ASSERT_FIELD(type, field, at) _Static_assert(offsetof(type, field) == (at), #type "." #field)

NN_ASSERT_SIZE(cmsis_nn_context, 8);
NN_ASSERT_FIELD(cmsis_nn_context, size, 4);
NN_ASSERT_SIZE(cmsis_nn_tile, 8);
NN_ASSERT_FIELD(cmsis_nn_tile, h, 4);
NN_ASSERT_SIZE(cmsis_nn_dims, 16);
NN_ASSERT_FIELD(cmsis_nn_dims, h, 4);
NN_ASSERT_FIELD(cmsis_nn_dims, w, 8);
NN_ASSERT_FIELD(cmsis_nn_dims, c, 12);
NN_ASSERT_SIZE(cmsis_nn_activation, 8);
NN_ASSERT_FIELD(cmsis_nn_activation, max, 4);
NN_ASSERT_SIZE(cmsis_nn_per_channel_quant_params, 8);
NN_ASSERT_FIELD(cmsis_nn_per_channel_quant_params, shift, 4);
NN_ASSERT_SIZE(cmsis_nn_per_tensor_quant_params, 8);
NN_ASSERT_FIELD(cmsis_nn_per_tensor_quant_params, shift, 4);
NN_ASSERT_SIZE(cmsis_nn_quant_params, 12);
NN_ASSERT_FIELD(cmsis_nn_quant_params, is_per_channel, 8);
NN_ASSERT_SIZE(cmsis_nn_conv_params, 40);
NN_ASSERT_FIELD(cmsis_nn_conv_params, stride, 8);
NN_ASSERT_FIELD(cmsis_nn_conv_params, padding, 16);
NN_ASSERT_FIELD(cmsis_nn_conv_params, dilation, 24);
NN_ASSERT_FIELD(cmsis_nn_conv_params, activation, 32);
NN_ASSERT_SIZE(cmsis_nn_dw_conv_params, 44);
NN_ASSERT_FIELD(cmsis_nn_dw_conv_params, ch_mult, 8);
NN_ASSERT_FIELD(cmsis_nn_dw_conv_params, stride, 12);
NN_ASSERT_FIELD(cmsis_nn_dw_conv_params, padding, 20);
NN_ASSERT_FIELD(cmsis_nn_dw_conv_params, dilation, 28);
NN_ASSERT_FIELD(cmsis_nn_dw_conv_params, activation, 36);
NN_ASSERT_SIZE(cmsis_nn_pool_params, 24);
NN_ASSERT_FIELD(cmsis_nn_pool_params, padding, 8);
NN_ASSERT_FIELD(cmsis_nn_pool_params, activation, 16);
NN_ASSERT_SIZE(cmsis_nn_fc_params, 20);
NN_ASSERT_FIELD(cmsis_nn_fc_params, filter_offset, 4);
NN_ASSERT_FIELD(cmsis_nn_fc_params, output_offset, 8);
NN_ASSERT_FIELD(cmsis_nn_fc_params, activation, 12);
#endif

#endif
