"""Forty ways to break our kernels: a line changed in one source, and the function that is wrong then."""

from __future__ import annotations

from dataclasses import dataclass

_DENSE, _SUPPORT, _WINDOW = "include/nn_dense.h", "include/nn_support.h", "include/nn_window.h"
_CONV, _DW, _ADD = "arm_convolve_s8", "arm_depthwise_conv_s8", "arm_elementwise_add_s8"
_AVG, _MAX, _SOFT = "arm_avgpool_s8", "arm_max_pool_s8", "arm_softmax_s8"
_FC, _FC_CHANNEL, _SUM = "arm_fully_connected_s8", "arm_fully_connected_per_channel_s8", "arm_vector_sum_s8"
_POINT, _FAST, _WRAPPER = "arm_convolve_1x1_s8", "arm_convolve_1x1_s8_fast", "arm_convolve_wrapper_s8"


@dataclass(frozen=True)
class KernelMutant:
    """What is wrong, the function that shows it, the source (by default its own), the text and what it becomes."""

    what: str
    function: str
    old: str
    new: str
    source: str = ""

    @property
    def path(self) -> str:
        """The source below kernels/."""
        return self.source or f"src/{self.function}.c"

    @property
    def name(self) -> str:
        """For test ids."""
        return f"{self.function}: {self.what}"


_CLOBBER = '__asm volatile("movs r5, #3"); '
_SIZE = "filter_dims->h * filter_dims->w * filter_dims->c"

MUTANTS = (
    KernelMutant("bound one too far", _ADD, "i < block_size", "i <= block_size"),
    KernelMutant("bound one short", _FC, "row < output_dims->c", "row < output_dims->c - 1"),
    KernelMutant("halves down instead of up", _FC, "(int64_t)1 << 30", "(int64_t)1 << 29", _SUPPORT),
    KernelMutant("halves of negatives up", _CONV, "(value < 0 ? 1 : 0)", "0", _SUPPORT),
    KernelMutant("no second rounding", _DW, "(remainder > threshold ? 1 : 0)", "0", _SUPPORT),
    KernelMutant("no saturation", _SOFT, "if (value > limit)", "if (0)", _SUPPORT),
    KernelMutant("strides swapped", _CONV, "out_y * conv_params->stride.h", "out_y * conv_params->stride.w"),
    KernelMutant("scratch one short", _CONV, _SIZE, f"{_SIZE} - 1", "src/arm_convolve_s8_get_buffer_size.c"),
    KernelMutant(
        "register clobbered", "arm_reshape_s8", "memcpy(output, input, total_size);",
        f"memcpy(output, input, total_size); {_CLOBBER}",
    ),
    KernelMutant("bias missing", _POINT, "bias ? bias[ch] : 0", "0", _DENSE),
    KernelMutant("bias read though NULL", _FAST, "bias ? bias[ch] : 0", "bias[ch]", _DENSE),
    KernelMutant("bias of the first channel", _FC_CHANNEL, "bias_data[row]", "bias_data[0]"),
    KernelMutant("input offset subtracted", _DW, "nn_wrap_add(x, params->input_offset)",
                 "nn_wrap_sub(x, params->input_offset)"),
    KernelMutant("padding of zero", _CONV, "memset(column, -conv_params->input_offset", "memset(column, 0"),
    KernelMutant("padding off by one", _CONV, "-conv_params->input_offset,", "1 - conv_params->input_offset,"),
    KernelMutant("no upper clamp", _AVG, "raised < high ? raised : high", "raised", _SUPPORT),
    KernelMutant("no lower clamp", _MAX, "value > low ? value : low", "value", _SUPPORT),
    KernelMutant("output offset missing", _FC, "requantize(acc, multiplier, shift), offset)",
                 "requantize(acc, multiplier, shift), 0)", _SUPPORT),
    KernelMutant("multiplier of the first channel", _POINT, "quant_params->multiplier[ch]",
                 "quant_params->multiplier[0]", _DENSE),
    KernelMutant("shift of the first channel", _FC_CHANNEL, "quant_params->shift[row]", "quant_params->shift[0]"),
    KernelMutant("last channel left out", _MAX, "ch < input_dims->c; ch++", "ch < input_dims->c - 1; ch++"),
    KernelMutant("dilation ignored", _DW, "ker_y * params->dilation.h", "ker_y"),
    KernelMutant("dilations swapped", _CONV, "ker_x * conv_params->dilation.w", "ker_x * conv_params->dilation.h"),
    KernelMutant("window one row too high", _CONV, "in_y >= input_dims->h", "in_y > input_dims->h"),
    KernelMutant("first row skipped", _CONV, "if (in_y < 0 ||", "if (in_y <= 0 ||"),
    KernelMutant("window one column too wide", _AVG, "range.end > size", "range.end > size + 1", _WINDOW),
    KernelMutant("padding counted", _AVG, "(rows.end - rows.first) * (cols.end - cols.first)",
                 "(rows.end - rows.first + 1) * (cols.end - cols.first)"),
    KernelMutant("mean cut off", _AVG, "sum > 0 ? half : -half", "0"),
    KernelMutant("maximum starts at 0", _MAX, "largest = INT8_MIN;", "largest = 0;"),
    KernelMutant("batches all from the first", _CONV, "input_data + batch * batch_size", "input_data"),
    KernelMutant("input not moved on", _DW, "input_data += input_dims->h * input_dims->w * input_dims->c;", ""),
    KernelMutant("groups mixed up", _CONV, "image + group * group_ch", "image"),
    KernelMutant("error not returned", _MAX, "input_dims->n < 1", "input_dims->n < 0"),
    KernelMutant("padding not refused", _POINT, "conv_params->padding.w != 0 ||", ""),
    KernelMutant("stride forgotten in the choice", _WRAPPER, "nn_has_unit_stride(conv_params))", "1)"),
    KernelMutant("input written", _SUM, "int32_t sum = 0;", "int32_t sum = 0; *(int8_t *)vector_data ^= 1;"),
    KernelMutant("read one too far", _SUM, "sum = nn_wrap_add(sum,",
                 "(void)*(volatile const int8_t *)(vector_data + 1); sum = nn_wrap_add(sum,"),
    KernelMutant("sum not cleared", _SUM, "int32_t sum = 0;", 'int32_t sum; __asm volatile("" : "=r"(sum));'),
    KernelMutant("Newton step left out", _SOFT, "step < 3", "step < 2"),
    KernelMutant("skipped elements kept", _SOFT, "diff >= diff_min && right <= 31", "right <= 31"),
    KernelMutant("elements at the limit skipped", _SOFT, "if (diff >= diff_min)", "if (diff > diff_min)"),
    KernelMutant("left shift of the second input", _ADD, "input_2_offset), left_shift)",
                 "input_2_offset), left_shift - 1)"),
    KernelMutant("static state", _FC, "const int32_t depth = filter_dims->n;",
                 "static int32_t calls; calls++; const int32_t depth = filter_dims->n;"),
    KernelMutant("per tensor taken for per channel", "arm_fully_connected_wrapper_s8",
                 "if (quant_params->is_per_channel)", "if (1)"),
)  # fmt: skip
