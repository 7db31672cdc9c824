"""The LSTM of CMSIS-NN on layers whose gates depend on their biases alone."""

from __future__ import annotations

import math

import numpy as np
import pytest

from microinfer.cmsis.lstm import CmsisLstm, lstm_unidirectional
from microinfer.ops.lstm_step import Gate, Gates
from microinfer.quant import quantize_multiplier

UNIT = quantize_multiplier(1.0)


def gate(real: float, hidden: int = 1) -> Gate:
    """A gate of Q3.12 `real` before its activation, whatever the input of one value."""
    none = np.zeros(hidden, np.int64)
    return Gate(
        np.zeros((hidden, 1), np.int8), np.zeros((hidden, hidden), np.int8), none + round(real * 4096), none, UNIT, UNIT
    )


def layer(*, time_major: bool = False, cell_clip: int = 32767) -> CmsisLstm:
    """Cell with scale 2**-11, hidden state with scale 2**-15 and no zero point."""
    return CmsisLstm(
        forget_to_cell=quantize_multiplier(2.0**-15),
        input_to_cell=quantize_multiplier(2.0**-19),
        output=quantize_multiplier(2.0**-15),
        output_offset=0,
        cell_clip=cell_clip,
        cell_scale_power=-11,
        time_major=time_major,
    )


OPEN = Gates(gate(7.9), gate(7.9), gate(0.5), gate(7.9))
THREE_STEPS = np.zeros((1, 3, 1), np.int16)


def test_open_gates_add_up_in_the_cell() -> None:
    outputs, hidden, cell = lstm_unidirectional(THREE_STEPS, OPEN, layer())
    step = math.tanh(0.5)
    np.testing.assert_allclose(outputs.ravel() / 2**15, [math.tanh(n * step) for n in (1, 2, 3)], atol=0.002)
    np.testing.assert_allclose(cell / 2**11, 3 * step, atol=0.003)
    np.testing.assert_array_equal(hidden, outputs[:, -1])


def test_a_cell_without_hidden_state_starts_from_zero() -> None:
    cell, zero = np.array([[9999]], np.int16), np.zeros((1, 1), np.int16)
    fresh, _, _ = lstm_unidirectional(THREE_STEPS, OPEN, layer())
    np.testing.assert_array_equal(lstm_unidirectional(THREE_STEPS, OPEN, layer(), cell=cell)[0], fresh)
    continued, _, _ = lstm_unidirectional(THREE_STEPS, OPEN, layer(), hidden=zero, cell=cell)
    assert (continued > fresh).all()


def test_the_clip_is_symmetric() -> None:
    down = Gates(gate(7.9), gate(7.9), gate(-3), gate(7.9))
    for gates, sign in ((OPEN, 1), (down, -1)):
        _, _, cell = lstm_unidirectional(THREE_STEPS, gates, layer(cell_clip=700))
        assert cell.item() == sign * 700


@pytest.mark.parametrize("dtype", [np.int8, np.int16])
def test_time_may_come_first(dtype: type[np.int8] | type[np.int16]) -> None:
    rng = np.random.default_rng(7)
    x = rng.integers(-128, 128, (2, 4, 1)).astype(dtype)
    weights = Gate(np.array([[55]], np.int8), np.array([[-3]], np.int8), np.array([9]), np.array([0]), UNIT, UNIT)
    gates = Gates(weights, weights, weights, weights)
    by_batch, _, cell = lstm_unidirectional(x, gates, layer())
    by_time, _, same = lstm_unidirectional(x.swapaxes(0, 1), gates, layer(time_major=True))
    np.testing.assert_array_equal(by_time.swapaxes(0, 1), by_batch)
    np.testing.assert_array_equal(same, cell)
