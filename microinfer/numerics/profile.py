"""Reads numerics profiles: (runtime, operator) -> requantise function and multiplier derivation."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from microinfer import fixedpoint
from microinfer.errors import MicroinferError, UnknownName
from microinfer.quant import Multiplier, quantize_multiplier

Requantize = Callable[[ArrayLike, ArrayLike, ArrayLike], NDArray[np.int64]]

ROUNDINGS: Mapping[str, Requantize] = {
    "double": fixedpoint.requantize_double,
    "single": fixedpoint.requantize_single,
    "float32": fixedpoint.requantize_float32,
}

WIDE_ROUNDINGS: Mapping[str, Requantize] = {
    "int32": fixedpoint.requantize_s64_to_int32,
    "int31": fixedpoint.requantize_s64,
}


def _ratio_in_double(input_scale: ArrayLike, weight_scale: ArrayLike, output_scale: ArrayLike) -> NDArray[np.float64]:
    product = np.asarray(input_scale, np.float64) * np.asarray(weight_scale, np.float64)
    return np.asarray(product / np.asarray(output_scale, np.float64))


def _ratio_from_float32_product(
    input_scale: ArrayLike, weight_scale: ArrayLike, output_scale: ArrayLike
) -> NDArray[np.float64]:
    product = np.asarray(input_scale, np.float32) * np.asarray(weight_scale, np.float32)
    return np.asarray(product.astype(np.float64) / np.asarray(output_scale, np.float64))


def _ratio_in_float32(input_scale: ArrayLike, weight_scale: ArrayLike, output_scale: ArrayLike) -> NDArray[np.float64]:
    product = np.asarray(input_scale, np.float32) * np.asarray(weight_scale, np.float32)
    return np.asarray(product / np.asarray(output_scale, np.float32), np.float64)


RATIOS: Mapping[str, Callable[[ArrayLike, ArrayLike, ArrayLike], NDArray[np.float64]]] = {
    "double": _ratio_in_double,
    "float32-product": _ratio_from_float32_product,
    "float32": _ratio_in_float32,
}


@dataclass(frozen=True)
class Numerics:
    """How one operator computes in one runtime.

    `rounding` names the requantise step (see `ROUNDINGS`), `multiplier` how input_scale * weight_scale / output_scale
    is formed before it is quantised (see `RATIOS`), `wide` the requantise step of 64-bit sums (see `WIDE_ROUNDINGS`).
    """

    rounding: str
    multiplier: str
    wide: str = "int32"

    def requantize(self, value: ArrayLike, factor: Multiplier) -> NDArray[np.int64]:
        """Scale int32 accumulators by `factor` with this operator's rounding."""
        return ROUNDINGS[self.rounding](value, factor.multiplier, factor.shift)

    def requantize_wide(self, value: ArrayLike, factor: Multiplier) -> NDArray[np.int64]:
        """Scale int64 accumulators by `factor`, whose multiplier is first rounded to 16 bits."""
        reduced = fixedpoint.reduced_multiplier(factor.multiplier)
        return WIDE_ROUNDINGS[self.wide](value, reduced, factor.shift)

    def output_factor(self, input_scale: ArrayLike, weight_scale: ArrayLike, output_scale: ArrayLike) -> Multiplier:
        """Multiplier and shift that take accumulators to the output scale, one per weight scale."""
        return quantize_multiplier(RATIOS[self.multiplier](input_scale, weight_scale, output_scale))

    def scale_product(self, a: float, b: float) -> float:
        """Product of two scales that is divided by: in float32 where any part of the multiplier is."""
        return a * b if self.multiplier == "double" else float(np.float32(a) * np.float32(b))


@dataclass(frozen=True)
class Profile:
    """A named runtime: defaults, and the operators that differ from them."""

    name: str
    runtime: str
    default: Numerics
    operators: tuple[tuple[str, Numerics], ...]

    def for_operator(self, op: str) -> Numerics:
        """The numerics of operator `op` (a .tflite builtin name)."""
        return dict(self.operators).get(op, self.default)


_FOLDER = Path(__file__).parent


def profile_names() -> tuple[str, ...]:
    """Names of the profiles that exist, sorted."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


@cache
def profile(name: str) -> Profile:
    """The profile called `name`; raises UnknownName listing those that exist."""
    if name not in profile_names():
        raise UnknownName(f"no numerics profile '{name}'; known: {', '.join(profile_names())}")
    with (_FOLDER / f"{name}.toml").open("rb") as file:
        table = tomllib.load(file)
    default = table["default"]
    operators = {op: Numerics(**_choices(name, default | row)) for op, row in table.get("operator", {}).items()}
    return Profile(name, table["runtime"], Numerics(**_choices(name, default)), tuple(operators.items()))


def _choices(name: str, row: Mapping[str, str]) -> dict[str, str]:
    tables: tuple[tuple[str, Mapping[str, object]], ...]
    tables = (("rounding", ROUNDINGS), ("multiplier", RATIOS), ("wide", WIDE_ROUNDINGS))
    chosen = {"wide": "int32"} | {key: row[key] for key, _ in tables if key in row}
    for key, known in tables:
        if chosen[key] not in known:
            raise MicroinferError(f"profile {name}: no {key} '{chosen[key]}'; known: {', '.join(known)}")
    return chosen
