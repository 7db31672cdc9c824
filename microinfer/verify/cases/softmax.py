"""Softmax: int8 and uint8 rows by fixed-point exponentials, int16 rows by tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from microinfer.errors import DomainError
from microinfer.numerics import profile
from microinfer.ops.softmax import softmax
from microinfer.ops.softmax_int16 import Softmax16Params, exp_table, reciprocal_table, softmax_int16
from microinfer.quant import Multiplier, SoftmaxScaling
from microinfer.verify import contents
from microinfer.verify.arithmetic import Arithmetic
from microinfer.verify.draw import Draw
from microinfer.verify.spec import Arrays, Buffer, Form, OutOfDomain, Plan, Reject, declare_form

_LENGTHS = (1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 100)
_LUTS = {"softmax_params.exp_lut": exp_table, "softmax_params.one_by_one_lut": reciprocal_table}


@dataclass(frozen=True)
class SoftmaxKnobs:
    """Rows, their length, and the scaling of differences; `diff_min` is not used for int16."""

    rows: int
    length: int
    multiplier: int
    shift: int
    diff_min: int


@dataclass(frozen=True)
class Softmax(Form):
    """Types of one function."""

    source: str
    target: str

    def draw(self, draw: Draw) -> SoftmaxKnobs:
        """Scalings from flat to one-hot."""
        rows, length = draw.choice((1, 1, 2, 3)), draw.choice(_LENGTHS)
        multiplier = max(1 << 30, int(contents.multipliers(draw, 1)[0]))
        if self.source == "int16":
            return SoftmaxKnobs(rows, length, multiplier, draw.integer(-6, 2), 0)
        shift = draw.integer(18, 27)
        radius = (31 << 26) >> shift
        return SoftmaxKnobs(rows, length, multiplier, shift, draw.choice((-radius, -radius, -radius, -1, 0, -5)))

    def plan(self, k: SoftmaxKnobs) -> Plan:
        """The call; raises OutOfDomain."""
        if k.multiplier < 1 << 30 or k.diff_min > 0 or (self.source != "int16" and k.diff_min << k.shift < -(31 << 26)):
            raise OutOfDomain
        values = {
            "num_rows": k.rows,
            "row_size": k.length,
            "mult": k.multiplier,
            "shift": k.shift,
            "diff_min": k.diff_min,
        }
        buffers = [Buffer("input", self.source, (k.rows, k.length))]
        buffers.append(Buffer("output", self.target, (k.rows, k.length), "out"))
        if self.source == "int16":
            buffers += [Buffer(path, "int16", (513,)) for path in _LUTS]
            return Plan(values, tuple(buffers), (), frozenset(), 0)
        return Plan(values, tuple(buffers))

    def fill(self, k: SoftmaxKnobs, plan: Plan, draw: Draw) -> Arrays:
        """Contents of the input, and the tables of TensorFlow Lite for int16."""
        return {"input": contents.integers(draw, (k.rows, k.length), self.source), **self.derived(k)}

    def derived(self, k: SoftmaxKnobs) -> Arrays:
        """The tables."""
        wide = self.source == "int16"
        return {path: table().astype(np.int16) for path, table in _LUTS.items()} if wide else {}

    def rejects(self, k: SoftmaxKnobs) -> tuple[Reject, ...]:
        """A table missing, for int16."""
        tables = _LUTS if self.source == "int16" else ()
        return tuple(Reject(f"no {path.rpartition('.')[2]}", dropped=frozenset({path})) for path in tables)

    def reference(self, k: SoftmaxKnobs, arrays: Arrays, arithmetic: Arithmetic) -> Arrays:
        """The output, by microinfer.ops.softmax; uint8 is int8 moved by 128 at both ends."""
        x = arrays["input"]
        if self.source == "int16":
            factor = Multiplier(np.array(k.multiplier, np.int32), np.array(k.shift, np.int32))
            return {"output": softmax_int16(x, Softmax16Params(factor, profile("cmsis-nn").default))}
        scaling = SoftmaxScaling(k.multiplier, k.shift, k.diff_min)
        signed = (x.astype(np.int16) - 128).astype(np.int8) if self.source == "uint8" else x
        try:
            result = softmax(signed, scaling, "int16" if self.target == "int16" else "int8")
        except DomainError:
            raise OutOfDomain from None
        return {"output": (result.astype(np.int16) + 128).astype(np.uint8) if self.target == "uint8" else result}


_FORMS = {
    "arm_softmax_s8": Softmax("int8", "int8"),
    "arm_softmax_s8_s16": Softmax("int8", "int16"),
    "arm_softmax_u8": Softmax("uint8", "uint8"),
    "arm_softmax_s16": Softmax("int16", "int16"),
}

for _function, _form in _FORMS.items():
    declare_form(_function, SoftmaxKnobs, _form)
