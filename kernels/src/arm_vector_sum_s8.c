/* arm_vector_sum_s8: vector_sum_buf[row] = bias[row] + lhs_offset * sum of (w[row, col] + rhs_offset).
 *
 * The sums that let a matrix product add its input offset once a row. vector_data is [vector_rows, vector_cols];
 * bias_data may be NULL. Always returns ARM_CMSIS_NN_SUCCESS. */
#include "arm_nnfunctions.h"
#include "nn_support.h"

arm_cmsis_nn_status arm_vector_sum_s8(int32_t *vector_sum_buf,
                                      const int32_t vector_cols,
                                      const int32_t vector_rows,
                                      const int8_t *vector_data,
                                      const int32_t lhs_offset,
                                      const int32_t rhs_offset,
                                      const int32_t *bias_data)
{
    for (int32_t row = 0; row < vector_rows; row++)
    {
        int32_t sum = 0;
        for (int32_t col = 0; col < vector_cols; col++)
        {
            sum = nn_wrap_add(sum, nn_wrap_add(*vector_data++, rhs_offset));
        }
        vector_sum_buf[row] = nn_wrap_add(bias_data ? bias_data[row] : 0, nn_wrap_mul(sum, lhs_offset));
    }
    return ARM_CMSIS_NN_SUCCESS;
}
