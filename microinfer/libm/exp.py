"""e**x in float32, within 0.502 units in the last place.

x = (k + r) * ln2 / 32 with integer k and |r| <= 1/2; the result is 2**(k/32), from a table, times a cubic in r, all in
double and rounded once. Source: Arm Optimized Routines math/expf.c, exp2f_data.c.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_STEPS = 32
_STEPS_PER_UNIT = float.fromhex("0x1.71547652b82fep+0") * _STEPS
_CUBIC = (
    float.fromhex("0x1.c6af84b912394p-5") / _STEPS**3,
    float.fromhex("0x1.ebfce50fac4f3p-3") / _STEPS**2,
    float.fromhex("0x1.62e42ff0c52d6p-1") / _STEPS,
)
_POWERS = np.array([2.0 ** (i / _STEPS) for i in range(_STEPS)])
_OVERFLOW = float.fromhex("0x1.62e42ep6")
_UNDERFLOW = -float.fromhex("0x1.9fe368p6")


def expf(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """e**x of float32 `x`, any shape; infinity above 88.7228, zero below -103.9721."""
    bounded = np.clip(np.where(np.isnan(x), 0, x).astype(np.float64), -104.0, 89.0)
    steps = bounded * _STEPS_PER_UNIT
    k = np.rint(steps)
    r = steps - k
    whole = k.astype(np.int64)
    power = np.ldexp(_POWERS[whole % _STEPS], whole // _STEPS)
    cubic = (_CUBIC[0] * r + _CUBIC[1]) * (r * r) + (_CUBIC[2] * r + 1.0)
    with np.errstate(over="ignore", under="ignore"):
        result = (cubic * power).astype(np.float32)
    result = np.where(x > _OVERFLOW, np.float32(np.inf), np.where(x < _UNDERFLOW, np.float32(0), result))
    return np.where(np.isnan(x), x, result).astype(np.float32)
