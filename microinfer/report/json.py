"""A profile as JSON, schema microinfer.profile version 1."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from microinfer.device.result import InputResult, LayerResult, ProfileResult

SCHEMA = "microinfer.profile"
VERSION = 1


def render(result: ProfileResult, clock_mhz: float) -> str:
    """The profile as text; `clock_mhz` turns cycles into milliseconds. Costs are those of the first input."""
    document = {
        "schema": SCHEMA,
        "schema_version": VERSION,
        "model": result.model,
        "core": result.core,
        "library": result.library,
        "numerics": result.profile,
        "exact": result.exact,
        "inputs": len(result.inputs),
        "bytes_compared": result.compared,
        "bytes_differing": result.differing,
        "cycles": result.cycles,
        "clock_mhz": clock_mhz,
        "milliseconds": result.cycles / clock_mhz / 1000,
        "stack": result.stack,
        "memory": asdict(result.memory),
        "layers": [_layer(layer) for layer in result.layers],
        "failures": [
            failure for at, each in enumerate(result.inputs) for failure in _failures(at, each)
        ],
    }
    return json.dumps(document, indent=2, allow_nan=False)


def _layer(layer: LayerResult) -> dict[str, Any]:
    row = asdict(layer)
    return row | {"exact": layer.exact, "cycles_per_mac": layer.cycles_per_mac, "on_host": layer.function is None}


def _failures(at: int, each: InputResult) -> list[dict[str, Any]]:
    return [
        {"input": at, "layer": layer.index, "difference": row["difference"], "stray": layer.stray}
        for layer in each.layers
        if not layer.exact
        for row in [asdict(layer)]
    ]
