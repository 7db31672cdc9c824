"""Recorded SVDF and LSTM calls."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from microinfer.cmsis.lstm import CmsisLstm, lstm_unidirectional
from microinfer.cmsis.vector_sum import vector_sum_s8, vector_sum_s8_s64
from microinfer.ops.lstm_step import Gate, Gates
from microinfer.ops.svdf import SvdfParams, svdf
from microinfer.quant import Multiplier
from tests.microinfer.cmsis.recorded import MARKS, NUMERICS, Recorded, calls, clamp, fields, number
from tests.support.vectors import ArrayRef, Value

pytestmark = MARKS


@pytest.mark.parametrize("recorded", calls("arm_svdf_s8", "arm_svdf_state_s16_s8"), ids=str)
def test_svdf(recorded: Recorded) -> None:
    """The call is made for every part of the sequence; the last output is compared."""
    params, (batch, depth, _, _) = recorded.fields("svdf_params"), recorded.dims("input_dims")
    filters, memory = recorded.dims("weights_feature_dims")[0], recorded.dims("weights_time_dims")[1]
    features = recorded.array("weights_feature_data").reshape(filters, depth)
    time, bias = recorded.array("weights_time_data").reshape(filters, memory), recorded.optional("bias_data")
    layer = SvdfParams(
        rank=number(params, "rank"),
        input_zero_point=number(params, "input_offset"),
        state_zero_point=0,
        output_zero_point=number(params, "output_offset"),
        state_factor=recorded.factor("input_quant_params"),
        output_factor=recorded.factor("output_quant_params"),
        state_range=clamp(params, "input_activation"),
        output_range=clamp(params, "output_activation"),
        numerics=NUMERICS,
    )
    name = recorded.dataset.name
    state = recorded.dataset.arrays[f"{name}_state"][: batch * filters * memory].reshape(batch, -1)
    output = np.zeros(0, np.int8)
    for x in recorded.dataset.arrays[f"{name}_input_sequence"].reshape(-1, batch, depth):
        output, state = svdf(x, features, time, bias, state, layer)
    recorded.check(output)


def _factor(params: Mapping[str, Value], name: str) -> Multiplier:
    values = (np.array(number(params, f"{name}_{part}"), np.int32) for part in ("multiplier", "shift"))
    return Multiplier(*values)


def _gate(recorded: Recorded, gate: Mapping[str, Value], offsets: tuple[int, int], hidden: int) -> Gate:
    """Effective biases are made as the recorded test makes them: by arm_vector_sum_s8 with the zero points."""

    def array(name: str) -> np.ndarray:  # type: ignore[type-arg]
        ref = gate[name]
        assert isinstance(ref, ArrayRef)
        return recorded.dataset.array(ref)

    total = vector_sum_s8 if recorded.call.function.endswith("_s8") else vector_sum_s8_s64
    on_input, on_hidden = (array(f"{name}_weights").reshape(hidden, -1) for name in ("input", "hidden"))
    effective = total(on_input, offsets[0], bias=array("bias")).astype(np.int64)
    hidden_effective = total(on_hidden, offsets[1]).astype(np.int64)
    factors = (_factor(gate, "input"), _factor(gate, "hidden"))
    return Gate(on_input, on_hidden, effective, hidden_effective, *factors)


@pytest.mark.parametrize("recorded", calls("arm_lstm_unidirectional_s8", "arm_lstm_unidirectional_s16"), ids=str)
def test_lstm_unidirectional(recorded: Recorded) -> None:
    params = recorded.fields("params")
    hidden, sizes = number(params, "hidden_size"), [number(params, f"{name}") for name in ("batch_size", "time_steps")]
    offsets = (number(params, "input_offset"), -number(params, "output_offset"))
    gates = (
        _gate(recorded, fields(params[f"{n}_gate"]), offsets, hidden) for n in ("input", "forget", "cell", "output")
    )
    layer = CmsisLstm(
        forget_to_cell=_factor(params, "forget_to_cell"),
        input_to_cell=_factor(params, "input_to_cell"),
        output=_factor(params, "output"),
        output_offset=number(params, "output_offset"),
        cell_clip=number(params, "cell_clip"),
        cell_scale_power=number(params, "cell_scale_power"),
        time_major=bool(number(params, "time_major")),
    )
    x = recorded.array("input").reshape(*(sizes[::-1] if layer.time_major else sizes), -1)
    recorded.check(lstm_unidirectional(x, Gates(*gates), layer)[0])
