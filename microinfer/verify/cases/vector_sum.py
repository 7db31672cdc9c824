"""Sums of weight rows, 32 and 64 bits wide."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from microinfer.cmsis.vector_sum import vector_sum_s8, vector_sum_s8_s64
from microinfer.verify import contents
from microinfer.verify.draw import Draw
from microinfer.verify.simple import declare_simple
from microinfer.verify.spec import Arrays, Buffer, Plan


@dataclass(frozen=True)
class VectorSumKnobs:
    """Rows, columns, the two offsets, and whether there is a bias; 64-bit sums take no offset of the weights."""

    rows: int
    columns: int
    lhs_offset: int
    rhs_offset: int
    bias: bool


def _draw(draw: Draw) -> VectorSumKnobs:
    rows, columns = contents.channels(draw, 20), draw.choice((1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 33, 64))
    return VectorSumKnobs(rows, columns, -contents.zero_point(draw), -contents.zero_point(draw), draw.chance(70))


def _plan(dtype: str, k: VectorSumKnobs) -> Plan:
    values = {
        "vector_cols": k.columns,
        "vector_rows": k.rows,
        "lhs_offset": k.lhs_offset,
        "rhs_offset": k.rhs_offset,
    }
    buffers = [Buffer("vector_sum_buf", dtype, (k.rows,), "out"), Buffer("vector_data", "int8", (k.rows, k.columns))]
    if k.bias:
        buffers.append(Buffer("bias_data", dtype, (k.rows,)))
    return Plan(values, tuple(buffers), status=0)


def _narrow(k: VectorSumKnobs, arrays: Arrays) -> Arrays:
    sums = vector_sum_s8(arrays["vector_data"], k.lhs_offset, k.rhs_offset, arrays.get("bias_data"))
    return {"vector_sum_buf": sums}


def _wide(k: VectorSumKnobs, arrays: Arrays) -> Arrays:
    sums = vector_sum_s8_s64(arrays["vector_data"], k.lhs_offset, arrays.get("bias_data"))
    return {"vector_sum_buf": np.asarray(sums, np.int64)}


declare_simple("arm_vector_sum_s8", VectorSumKnobs, _draw, partial(_plan, "int32"), _narrow)
declare_simple("arm_vector_sum_s8_s64", VectorSumKnobs, _draw, partial(_plan, "int64"), _wide)
