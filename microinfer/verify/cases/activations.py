"""Activations in place: ReLU of int8 and int16, ReLU6 of int8; and sigmoid and tanh of int16 by table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from numpy.typing import NDArray

from microinfer.cmsis.activation import nn_activation_s16, relu, relu6_s8
from microinfer.verify.draw import Draw
from microinfer.verify.simple import declare_simple
from microinfer.verify.spec import Arrays, Buffer, OutOfDomain, Plan

_SIZES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33, 70)
_KINDS = ("sigmoid", "tanh")


@dataclass(frozen=True)
class ReluKnobs:
    """Number of elements."""

    size: int


@dataclass(frozen=True)
class TableKnobs:
    """Elements, left shift of the input, 0 for sigmoid or 1 for tanh."""

    size: int
    left_shift: int
    kind: int


def _relu_plan(dtype: str, k: ReluKnobs) -> Plan:
    if k.size < 0:
        raise OutOfDomain
    return Plan({"size": k.size}, (Buffer("data", dtype, (k.size,), "inout"),))


def _draw_relu(draw: Draw) -> ReluKnobs:
    return ReluKnobs(draw.choice(_SIZES))


def _relu(k: ReluKnobs, arrays: Arrays) -> Arrays:
    return {"data": relu(arrays["data"])}


def _relu6(k: ReluKnobs, arrays: Arrays) -> Arrays:
    return {"data": relu6_s8(arrays["data"])}


def _draw_table(draw: Draw) -> TableKnobs:
    return TableKnobs(draw.choice(_SIZES), draw.integer(-4, 8), draw.integer(0, 1))


def _table_plan(k: TableKnobs) -> Plan:
    values = {"size": k.size, "left_shift": k.left_shift, "type": k.kind}
    return Plan(values, (Buffer("input", "int16", (k.size,)), Buffer("output", "int16", (k.size,), "out")), status=0)


def _table(k: TableKnobs, arrays: Arrays) -> Arrays:
    result: NDArray[Any] = nn_activation_s16(arrays["input"], k.left_shift, _KINDS[k.kind])
    return {"output": result}


declare_simple("arm_relu_q7", ReluKnobs, _draw_relu, partial(_relu_plan, "int8"), _relu)
declare_simple("arm_relu_q15", ReluKnobs, _draw_relu, partial(_relu_plan, "int16"), _relu)
declare_simple("arm_relu6_s8", ReluKnobs, _draw_relu, partial(_relu_plan, "int8"), _relu6)
declare_simple("arm_nn_activation_s16", TableKnobs, _draw_table, _table_plan, _table)
