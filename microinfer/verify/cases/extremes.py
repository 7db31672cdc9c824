"""Elementwise minimum and maximum of int8, broadcast over NHWC."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from microinfer.verify import contents
from microinfer.verify.draw import Draw
from microinfer.verify.geometry import dims
from microinfer.verify.simple import declare_simple
from microinfer.verify.spec import Arrays, Buffer, OutOfDomain, Plan


@dataclass(frozen=True)
class ExtremeKnobs:
    """Both shapes; along each axis the sizes agree or one of them is 1."""

    n1: int
    h1: int
    w1: int
    c1: int
    n2: int
    h2: int
    w2: int
    c2: int

    @property
    def shapes(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """NHWC of the inputs."""
        return (self.n1, self.h1, self.w1, self.c1), (self.n2, self.h2, self.w2, self.c2)


def _draw(draw: Draw) -> ExtremeKnobs:
    shape = [draw.choice((1, 2)), draw.choice((1, 2, 3)), draw.choice((1, 2, 3, 5)), contents.channels(draw, 20)]
    if draw.chance(15):
        ones = [1, 1, 1, 1]
        return ExtremeKnobs(*(*shape, *ones)) if draw.chance(50) else ExtremeKnobs(*(*ones, *shape))
    percent = draw.choice((0, 30, 60))
    single = [draw.integer(1, 2) if draw.chance(percent) else 0 for _ in shape]
    first = [1 if one == 1 else size for size, one in zip(shape, single, strict=True)]
    second = [1 if one == 2 else size for size, one in zip(shape, single, strict=True)]
    return ExtremeKnobs(*(*first, *second))


def _plan(k: ExtremeKnobs) -> Plan:
    first, second = k.shapes
    try:
        out = np.broadcast_shapes(first, second)
    except ValueError:
        raise OutOfDomain from None
    values = {**dims("input_1_dims", *first), **dims("input_2_dims", *second), **dims("output_dims", *out)}
    buffers = (
        Buffer("input_1_data", "int8", first),
        Buffer("input_2_data", "int8", second),
        Buffer("output_data", "int8", out, "out"),
    )
    return Plan(values, buffers, status=0)


def _extreme(choose: Callable[[Any, Any], Any], k: ExtremeKnobs, arrays: Arrays) -> Arrays:
    return {"output_data": choose(arrays["input_1_data"], arrays["input_2_data"])}


declare_simple("arm_minimum_s8", ExtremeKnobs, _draw, _plan, partial(_extreme, np.minimum))
declare_simple("arm_maximum_s8", ExtremeKnobs, _draw, _plan, partial(_extreme, np.maximum))
