"""Whether two values are in descending order or equal, elementwise; shapes broadcast.

Arithmetic and source: comparison.py.
"""

from __future__ import annotations

import numpy as np

from microinfer.graph.model import Node
from microinfer.numerics import Numerics
from microinfer.ops.broadcast import check_broadcast, folds
from microinfer.ops.comparison import PLAIN_DTYPES, plan_quantised
from microinfer.ops.registry import Kernel, operator


@operator("GREATER_EQUAL", PLAIN_DTYPES, folds=folds)
def plan(node: Node, numerics: Numerics) -> Kernel:
    check_broadcast(node)
    return np.greater_equal


@operator("GREATER_EQUAL", "int8xint8->bool", folds=folds)
def plan_int8(node: Node, numerics: Numerics) -> Kernel:
    return plan_quantised(node, numerics, np.greater_equal)
