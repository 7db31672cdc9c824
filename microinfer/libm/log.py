"""Natural logarithm in float32, within 0.818 units in the last place.

x = 2**k * z with z near 1; 16 intervals of z have a tabled c with log(x) = log1p(z/c - 1) + log(c) + k ln2, and log1p
is a quartic, all in double and rounded once. Source: Arm Optimized Routines math/logf.c, logf_data.c.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LN2 = float.fromhex("0x1.62e42fefa39efp-1")
_QUARTIC = tuple(map(float.fromhex, ("-0x1.00ea348b88334p-2", "0x1.5575b0be00b6ap-2", "-0x1.ffffef20a4123p-2")))
# fmt: off
_INTERVALS = (
    ("0x1.661ec79f8f3bep+0", "-0x1.57bf7808caadep-2"),
    ("0x1.571ed4aaf883dp+0", "-0x1.2bef0a7c06ddbp-2"),
    ("0x1.49539f0f010bp+0", "-0x1.01eae7f513a67p-2"),
    ("0x1.3c995b0b80385p+0", "-0x1.b31d8a68224e9p-3"),
    ("0x1.30d190c8864a5p+0", "-0x1.6574f0ac07758p-3"),
    ("0x1.25e227b0b8eap+0", "-0x1.1aa2bc79c81p-3"),
    ("0x1.1bb4a4a1a343fp+0", "-0x1.a4e76ce8c0e5ep-4"),
    ("0x1.12358f08ae5bap+0", "-0x1.1973c5a611cccp-4"),
    ("0x1.0953f419900a7p+0", "-0x1.252f438e10c1ep-5"),
    ("0x1p+0", "0x0p+0"),
    ("0x1.e608cfd9a47acp-1", "0x1.aa5aa5df25984p-5"),
    ("0x1.ca4b31f026aap-1", "0x1.c5e53aa362eb4p-4"),
    ("0x1.b2036576afce6p-1", "0x1.526e57720db08p-3"),
    ("0x1.9c2d163a1aa2dp-1", "0x1.bc2860d22477p-3"),
    ("0x1.886e6037841edp-1", "0x1.1058bc8a07ee1p-2"),
    ("0x1.767dcf5534862p-1", "0x1.4043057b6ee09p-2"),
)
# fmt: on
"""1 / c and log(c) of each interval."""
_INVERSE, _LOG = np.array([[float.fromhex(number) for number in row] for row in _INTERVALS]).T
_LOWEST_Z = 0x3F330000
"""Bits of the float32 where the intervals of z begin, about 0.7."""


def logf(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Natural logarithm of float32 `x`, any shape; -infinity for zeros, NaN below zero."""
    regular = (x > 0) & (x < np.inf)
    given = np.where(regular, x, 1).astype(np.float32)
    subnormal = given < np.finfo(np.float32).tiny
    scaled = given * np.where(subnormal, np.float32(2**23), np.float32(1))
    bits = scaled.view(np.int32).astype(np.int64)
    bits -= np.where(subnormal, 23 << 23, 0)
    offset = bits - _LOWEST_Z
    k, interval = offset >> 23, (offset >> 19) % 16
    z = (bits - (k << 23)).astype(np.int32).view(np.float32).astype(np.float64)
    r = z * _INVERSE[interval] - 1.0
    r2 = r * r
    polynomial = _QUARTIC[0] * r2 + (_QUARTIC[1] * r + _QUARTIC[2])
    result = polynomial * r2 + ((_LOG[interval] + k * _LN2) + r)
    special = np.where(x == 0, -np.inf, np.where(x > 0, np.inf, np.nan))
    return np.where(regular, result, special).astype(np.float32)
