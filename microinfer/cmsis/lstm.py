"""The LSTM of CMSIS-NN: int8 or int16 activations, gates and multipliers as the caller gives them.

The arithmetic is that of microinfer.ops.lstm_step, with sums saturated once. Source: CMSIS-NN
arm_lstm_unidirectional_s8, arm_lstm_unidirectional_s16.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from microinfer.graph.model import Array
from microinfer.numerics import profile
from microinfer.ops.lstm_step import Gates, LstmParams, lstm_sequence
from microinfer.quant import Clamp, Multiplier


@dataclass(frozen=True, eq=False)
class CmsisLstm:
    """Fields of cmsis_nn_lstm_params beside sizes and gates; `cell_scale_power` is log2 of the cell's scale."""

    forget_to_cell: Multiplier
    input_to_cell: Multiplier
    output: Multiplier
    output_offset: int
    cell_clip: int
    cell_scale_power: int
    time_major: bool

    def params(self, dtype: np.dtype[np.int8] | np.dtype[np.int16]) -> LstmParams:
        """The same as parameters of a step on activations of `dtype`."""
        limits = np.iinfo(dtype)
        return LstmParams(
            forget_factor=self.forget_to_cell,
            input_factor=self.input_to_cell,
            hidden_factor=self.output,
            hidden_offset=self.output_offset,
            hidden_range=Clamp(int(limits.min), int(limits.max)),
            cell_range=Clamp(-self.cell_clip, self.cell_clip),
            cell_shift=self.cell_scale_power + 12,
            wide=dtype == np.int16,
            saturates_terms=False,
            numerics=profile("cmsis-nn").default,
        )


def lstm_unidirectional(
    x: Array, gates: Gates, layer: CmsisLstm, hidden: Array | None = None, cell: Array | None = None
) -> tuple[Array, Array, Array]:
    """Run int8 or int16 `x` (B, T, I), or (T, B, I) with time_major: outputs, hidden state and cell state.

    `hidden` and int16 `cell` are (B, H); without `hidden` the cell starts from zero, whatever `cell` says.
    """
    by_time = x if layer.time_major else x.swapaxes(0, 1)
    size = (by_time.shape[1], gates.input.input_weights.shape[0])
    start = np.zeros(size, np.int16) if hidden is None or cell is None else cell
    outputs, last, state = lstm_sequence(by_time, hidden, start, gates, layer.params(x.dtype))
    return outputs if layer.time_major else np.ascontiguousarray(outputs.swapaxes(0, 1)), last, state
