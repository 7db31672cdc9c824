"""Conditions that an IT puts on the instructions behind it, and whether the flags meet them.

Source: ARMv7-M ARM (DDI0403E) A7.3 (condition codes), A7.7.38 (IT).
"""

from __future__ import annotations

from collections.abc import Callable

ALWAYS = 14

_HOLDS: tuple[Callable[[int, int, int, int], bool], ...] = (
    lambda n, z, c, v: bool(z),
    lambda n, z, c, v: bool(c),
    lambda n, z, c, v: bool(n),
    lambda n, z, c, v: bool(v),
    lambda n, z, c, v: bool(c and not z),
    lambda n, z, c, v: n == v,
    lambda n, z, c, v: bool(n == v and not z),
    lambda n, z, c, v: True,
)


def guards(it: int) -> list[int]:
    """The condition of each instruction behind an IT, whose low byte is given."""
    first, mask = it >> 4, it & 15
    length = 4 - ((mask & -mask).bit_length() - 1)
    return [first, *(first & 14 | mask >> (4 - n) & 1 for n in range(1, length))]


def holds(condition: int, xpsr: int) -> bool:
    """Whether the flags of XPSR meet a condition."""
    n, z, c, v = (xpsr >> bit & 1 for bit in (31, 30, 29, 28))
    return _HOLDS[condition >> 1](n, z, c, v) != bool(condition & 1) or condition >= ALWAYS
