"""Activations of int16 by table, and ReLU in the integers of the activation itself.

Source: CMSIS-NN arm_nn_activation_s16, arm_relu_q7, arm_relu_q15, arm_relu6_s8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from microinfer.errors import UnknownName
from microinfer.fixedpoint import Int64Array
from microinfer.ops.lstm_step import table_steps
from microinfer.ops.sigmoid_table import sigmoid_16, tanh_16

_KINDS: Mapping[str, Callable[[Int64Array], Int64Array]] = {"sigmoid": sigmoid_16, "tanh": tanh_16}


def nn_activation_s16(x: NDArray[np.int16], left_shift: int, kind: str) -> NDArray[np.int16]:
    """Sigmoid or tanh of int16 `x` times 2**(left_shift - 12), any shape, as Q0.15.

    Raises UnknownName for a `kind` other than "sigmoid" and "tanh".
    """
    if kind not in _KINDS:
        raise UnknownName(f"no activation '{kind}'; known: {', '.join(_KINDS)}")
    return _KINDS[kind](table_steps(x.astype(np.int64), left_shift)).astype(np.int16)


def relu(x: NDArray[Any]) -> NDArray[Any]:
    """Signed integers `x` with the negative ones replaced by zero (arm_relu_q7 for int8, arm_relu_q15 for int16)."""
    return np.where(x < 0, x.dtype.type(0), x)


def relu6_s8(x: NDArray[np.int8]) -> NDArray[np.int8]:
    """int8 `x` clamped to the stored values 0 to 6, whatever their scale (arm_relu6_s8)."""
    return np.clip(x, np.int8(0), np.int8(6))
