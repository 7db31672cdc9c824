"""LSTM layers of int8 and int16 activations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microinfer.cmsis.lstm import CmsisLstm
from microinfer.ops.lstm_step import INT16, Gate, Gates, lstm_sequence
from microinfer.quant import Multiplier
from microinfer.verify import contents
from microinfer.verify.arithmetic import Arithmetic
from microinfer.verify.draw import Draw
from microinfer.verify.spec import Arrays, Buffer, Plan, declare

_GATES = ("input", "forget", "cell", "output")


@dataclass(frozen=True)
class GateKnobs:
    """Scales of the two sums of a gate."""

    input_multiplier: int
    input_shift: int
    hidden_multiplier: int
    hidden_shift: int


@dataclass(frozen=True)
class LstmKnobs:
    """Sizes, scales, and whether the caller has a hidden state."""

    batch: int
    steps: int
    inputs: int
    hidden: int
    time_major: bool
    has_hidden: bool
    cell_clip: int
    cell_scale_power: int
    output_offset: int
    forget_multiplier: int
    forget_shift: int
    cell_multiplier: int
    cell_shift: int
    output_multiplier: int
    output_shift: int
    input_gate: GateKnobs
    forget_gate: GateKnobs
    cell_gate: GateKnobs
    output_gate: GateKnobs

    def gate(self, name: str) -> GateKnobs:
        """Scales of the gate of that name."""
        found: GateKnobs = getattr(self, f"{name}_gate")
        return found


def _draw_gate(dtype: str, inputs: int, hidden: int, draw: Draw) -> GateKnobs:
    m, n = (int(v) for v in contents.multipliers(draw, 2))
    size = 2960.0 / (64 if dtype == "int8" else 1) * (1 if dtype == "int8" else 0.02)
    bounds = (-31, 6)
    first, second = (int(contents.shifts(draw, 1, size * d**0.5, *bounds)[0]) for d in (inputs, hidden))
    return GateKnobs(m, first, n, second)


def _draw(dtype: str, draw: Draw) -> LstmKnobs:
    inputs, hidden = draw.choice((1, 2, 3, 4, 5, 8, 9, 17)), draw.choice((1, 2, 3, 4, 5, 7, 8, 9))
    batch, steps = draw.choice((1, 1, 2, 3)), draw.choice((1, 1, 2, 3, 4))
    power = draw.integer(-13, -8)
    m = [max(1 << 30, int(v)) for v in contents.multipliers(draw, 3)]
    gates = [_draw_gate(dtype, inputs, hidden, draw) for _ in _GATES]
    out_shift = draw.integer(-23, -20) if dtype == "int8" else draw.integer(-16, -13)
    return LstmKnobs(
        batch, steps, inputs, hidden, draw.chance(50), draw.chance(70), draw.choice((0, 0, 32767, 8192, 1)), power,
        contents.zero_point(draw) if dtype == "int8" else 0, m[0], draw.integer(-16, -13), m[1],
        draw.integer(-20, -13), m[2], out_shift, *gates,
    )  # fmt: skip


def _plan(dtype: str, k: LstmKnobs) -> Plan:
    values: dict[str, int] = {
        "params.time_major": int(k.time_major),
        "params.batch_size": k.batch,
        "params.time_steps": k.steps,
        "params.input_size": k.inputs,
        "params.hidden_size": k.hidden,
        "params.forget_to_cell_multiplier": k.forget_multiplier,
        "params.forget_to_cell_shift": k.forget_shift,
        "params.input_to_cell_multiplier": k.cell_multiplier,
        "params.input_to_cell_shift": k.cell_shift,
        "params.cell_clip": k.cell_clip,
        "params.cell_scale_power": k.cell_scale_power,
        "params.output_multiplier": k.output_multiplier,
        "params.output_shift": k.output_shift,
        "params.output_offset": k.output_offset,
    }
    bias = "int32" if dtype == "int8" else "int64"
    lead = (k.steps, k.batch) if k.time_major else (k.batch, k.steps)
    buffers = [Buffer("input", dtype, (*lead, k.inputs)), Buffer("output", dtype, (*lead, k.hidden), "out")]
    for name in _GATES:
        path, gate = f"params.{name}_gate", k.gate(name)
        for part in ("input_multiplier", "input_shift", "hidden_multiplier", "hidden_shift"):
            values[f"{path}.{part}"] = getattr(gate, part)
        values[f"{path}.activation_type"] = int(name == "cell")
        buffers += [
            Buffer(f"{path}.input_weights", "int8", (k.hidden, k.inputs)),
            Buffer(f"{path}.hidden_weights", "int8", (k.hidden, k.hidden)),
            Buffer(f"{path}.input_effective_bias", bias, (k.hidden,)),
            Buffer(f"{path}.hidden_effective_bias", bias, (k.hidden,)),
        ]
    state = (k.batch, k.hidden)
    buffers += [Buffer(f"buffers.temp{n}", "int16", state, "scratch") for n in (1, 2)]
    buffers.append(Buffer("buffers.cell_state", "int16", state, "inout"))
    if k.has_hidden:
        buffers.append(Buffer("buffers.hidden_state", dtype, state, "inout"))
    return Plan(values, tuple(buffers), status=0)


def _fill(k: LstmKnobs, plan: Plan, draw: Draw) -> Arrays:
    found: dict[str, NDArray[Any]] = {}
    for buffer in plan.buffers:
        if buffer.role in ("in", "inout"):
            if buffer.path.endswith("bias"):
                found[buffer.path] = contents.bias(draw, buffer.shape[0], buffer.dtype)
            else:
                found[buffer.path] = contents.integers(draw, buffer.shape, buffer.dtype)
    return found


def _factor(multiplier: int, shift: int) -> Multiplier:
    return Multiplier(np.array(multiplier, np.int32), np.array(shift, np.int32))


def _gate(k: LstmKnobs, name: str, arrays: Arrays) -> Gate:
    path, gate = f"params.{name}_gate", k.gate(name)
    of_input = _factor(gate.input_multiplier, gate.input_shift)
    of_hidden = _factor(gate.hidden_multiplier, gate.hidden_shift)

    def part(name: str) -> NDArray[Any]:
        return arrays[f"{path}.{name}"].astype(np.int64)

    biases = part("input_effective_bias"), part("hidden_effective_bias")
    return Gate(part("input_weights"), part("hidden_weights"), *biases, of_input, of_hidden)


def _reference(dtype: str, k: LstmKnobs, arrays: Arrays, arithmetic: Arithmetic) -> Arrays:
    layer = CmsisLstm(
        _factor(k.forget_multiplier, k.forget_shift),
        _factor(k.cell_multiplier, k.cell_shift),
        _factor(k.output_multiplier, k.output_shift),
        k.output_offset, k.cell_clip, k.cell_scale_power, k.time_major,
    )  # fmt: skip
    params = layer.params(np.dtype(dtype))
    if k.cell_clip <= 0:
        params = replace(params, cell_range=INT16)
    gates = Gates(*(_gate(k, name, arrays) for name in _GATES))
    x = arrays["input"] if k.time_major else arrays["input"].swapaxes(0, 1)
    hidden = arrays.get("buffers.hidden_state")
    cell = np.zeros((k.batch, k.hidden), np.int16) if hidden is None else arrays["buffers.cell_state"]
    outputs, last, state = lstm_sequence(x, hidden, cell, gates, params)
    result = outputs if k.time_major else np.ascontiguousarray(outputs.swapaxes(0, 1))
    found = {"output": result, "buffers.cell_state": state}
    return found | ({"buffers.hidden_state": last} if k.has_hidden else {})


for _function, _dtype in {"arm_lstm_unidirectional_s8": "int8", "arm_lstm_unidirectional_s16": "int16"}.items():
    declare(
        _function,
        knobs=LstmKnobs,
        draw=partial(_draw, _dtype),
        plan=partial(_plan, _dtype),
        fill=_fill,
        reference=partial(_reference, _dtype),
    )
