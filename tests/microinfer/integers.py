"""What the arithmetic means, in Python integers and fractions: written from the definitions, not from the product.

Slow and small on purpose: one value in, one value out.
"""

from __future__ import annotations

import math
from fractions import Fraction

INT32_MIN, INT32_MAX = -(2**31), 2**31 - 1


def wrap(value: int) -> int:
    """Low 32 bits as a signed number."""
    return (value + 2**31) % 2**32 - 2**31


def clamp(value: int, low: int, high: int) -> int:
    return max(low, min(high, value))


def half_up(value: Fraction) -> int:
    """To the nearest integer, ties toward plus infinity."""
    return math.floor(value + Fraction(1, 2))


def half_away(value: Fraction) -> int:
    """To the nearest integer, ties away from zero."""
    return half_up(value) if value >= 0 else -half_up(-value)


def requantize(value: int, multiplier: int, shift: int, rounding: str = "double") -> int:
    """value * multiplier * 2**(shift - 31) with the rounding of a numerics profile."""
    if rounding == "single":
        return wrap(half_up(Fraction(value * multiplier) * Fraction(2) ** (shift - 31)))
    shifted = wrap(value << max(shift, 0))
    high = wrap(half_up(Fraction(shifted * multiplier, 2**31)))
    return half_away(Fraction(high, 2 ** max(-shift, 0)))


def multiplier_of(real: float) -> tuple[int, int]:
    """Multiplier and shift of a real factor, as TensorFlow Lite's QuantizeMultiplier."""
    if real == 0:
        return 0, 0
    fraction, shift = math.frexp(real)
    mantissa = half_away(Fraction(fraction) * 2**31)
    if mantissa == 2**31:
        mantissa, shift = mantissa // 2, shift + 1
    return (0, 0) if shift < -31 else (mantissa, shift)


def scale(value: int, real: float, rounding: str = "double") -> int:
    """`value` times a real factor, in fixed point."""
    return requantize(value, *multiplier_of(real), rounding)


def saturating_high(a: int, b: int) -> int:
    """High half of 2ab, ties up, saturated."""
    return min(half_up(Fraction(a * b, 2**31)), INT32_MAX)


EXP_STEPS = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)


def exp_on_negative(value: int) -> int:
    """exp of one non-positive Q5.26 number as Q0.31."""
    if value == 0:
        return INT32_MAX
    quarter = value % 2**24 - 2**24
    x = wrap(quarter * 32 + 2**28)
    square = saturating_high(x, x)
    fourth = half_away(Fraction(saturating_high(square, square), 4))
    inner = saturating_high(fourth + saturating_high(square, x), 715827883) + square
    result = 1895147668 + saturating_high(1895147668, x + half_away(Fraction(inner, 2)))
    for k, step in enumerate(EXP_STEPS):
        if (quarter - value) // 2 ** (24 + k) % 2:
            result = saturating_high(result, step)
    return result


def reciprocal(value: int) -> int:
    """1 / (1 + x) of one Q0.31 number in [0, 1) as Q0.31."""
    half = half_away(Fraction(value + INT32_MAX, 2))
    x = 1515870810 + saturating_high(half, -1010580540)
    for _ in range(3):
        step = saturating_high(x, 2**29 - saturating_high(half, x))
        x = wrap(x + clamp(step * 4, INT32_MIN, INT32_MAX))
    return clamp(x * 2, INT32_MIN, INT32_MAX)


def softmax_row(row: list[int], multiplier: int, shift: int, diff_min: int) -> list[int]:
    """One row of arm_softmax_s8."""
    differences = [x - max(row) for x in row]
    exps = [exp_on_negative(saturating_high(wrap(d << shift), multiplier)) if d >= diff_min else 0 for d in differences]
    total = sum(half_away(Fraction(e, 2**12)) for e in exps)
    headroom = 32 - total.bit_length()
    inverse = reciprocal(wrap((total << headroom) - 2**31))
    shares = [half_away(Fraction(saturating_high(inverse, e), 2 ** (35 - headroom))) for e in exps]
    return [clamp(s - 128, -128, 127) if d >= diff_min else -128 for s, d in zip(shares, differences, strict=True)]
