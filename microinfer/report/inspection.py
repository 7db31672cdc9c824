"""An inspection as a rich table, a picture of the arena, and JSON (schema microinfer.inspection version 1)."""

from __future__ import annotations

import json
from dataclasses import asdict

from rich.table import Table

from microinfer.graph.arena import Plan
from microinfer.graph.inspection import Inspection, LayerRow
from microinfer.graph.model import Tensor, describe_shape

_COLUMNS = ("input", "output", "dtypes", "scale, zero point", "MACs", "constants", "live bytes")
_WIDTH = 50


def layers(inspection: Inspection) -> Table:
    """One row a layer; constants and live activations in bytes."""
    table = Table(title=inspection.model, title_justify="left")
    table.add_column("#", justify="right")
    table.add_column("operator")
    for name in _COLUMNS:
        table.add_column(name, justify="right" if name in _COLUMNS[-3:] else "left")
    for row in inspection.layers:
        table.add_row(str(row.index), _name(row), *_cells(row))
    return table


def _name(row: LayerRow) -> str:
    return row.op if row.supported else f"[red]{row.op} v{row.version} (unsupported)[/red]"


def _cells(row: LayerRow) -> tuple[str, ...]:
    shapes = describe_shape(row.input_shape), describe_shape(row.output_shape)
    return (*shapes, row.dtypes, row.quantisation, f"{row.macs:,}", f"{row.weights:,}", f"{row.live:,}")


def totals(inspection: Inspection) -> str:
    """Inputs, outputs and totals, a line each."""
    arena = inspection.arena
    rows = [f"{kind}: {_tensor(t)}" for kind, ts in _ends(inspection) for t in ts]
    rows.append(f"total: {inspection.macs:,} MACs, {inspection.weights:,} bytes of constants")
    rows.append(f"arena: {arena.greedy.size:,} bytes by TensorFlow Lite Micro's greedy planner, scratch not included")
    if arena.best.size < arena.greedy.size:
        proof = "which no plan beats" if arena.best.size == arena.bound else f"no plan is below {arena.bound:,}"
        rows.append(f"       {arena.best.size:,} bytes are possible, {proof}")
    if inspection.unsupported:
        rows.append(f"unsupported: {', '.join(sorted({_unsupported(row) for row in inspection.unsupported}))}")
    return "\n".join(rows)


def _ends(inspection: Inspection) -> tuple[tuple[str, tuple[Tensor, ...]], ...]:
    return ("input", inspection.inputs), ("output", inspection.outputs)


def _tensor(tensor: Tensor) -> str:
    scale = "" if tensor.quantization is None else f", scale {tensor.quantization.scale[0]:.6g}"
    zero = "" if tensor.quantization is None else f", zero point {tensor.quantization.zero_point[0]}"
    return f"{tensor.name} {describe_shape(tensor.shape)} {tensor.dtype}{scale}{zero}"


def _unsupported(row: LayerRow) -> str:
    return f"{row.op} v{row.version} {row.dtypes}"


def picture(inspection: Inspection) -> str:
    """Bytes alive at each layer as bars, the largest full width."""
    most = max(inspection.arena.live, default=0) or 1
    rows = [f"activations alive at each layer ({most:,} bytes at most)"]
    for row in inspection.layers:
        rows.append(f"{row.index:4} {row.op[:20]:20} {'#' * -(-row.live * _WIDTH // most):{_WIDTH}} {row.live:,}")
    return "\n".join(rows)


def render(inspection: Inspection) -> str:
    """The inspection as JSON text."""
    arena = inspection.arena
    document = {
        "schema": "microinfer.inspection",
        "schema_version": 1,
        "model": inspection.model,
        "macs": inspection.macs,
        "constant_bytes": inspection.weights,
        "subgraphs": inspection.subgraphs,
        "layers": [asdict(row) for row in inspection.layers],
        "inputs": [_tensor_row(t) for t in inspection.inputs],
        "outputs": [_tensor_row(t) for t in inspection.outputs],
        "arena": {"bound": arena.bound, "greedy": _plan(arena.greedy), "best": _plan(arena.best)},
    }
    return json.dumps(document, indent=2, allow_nan=False)


def _tensor_row(tensor: Tensor) -> dict[str, object]:
    quantization = tensor.quantization
    return {
        "name": tensor.name,
        "shape": tensor.shape,
        "dtype": tensor.dtype,
        "scale": [] if quantization is None else quantization.scale.tolist(),
        "zero_point": [] if quantization is None else quantization.zero_point.tolist(),
    }


def _plan(plan: Plan) -> dict[str, object]:
    slots = [{**asdict(slot.request), "offset": slot.offset} for slot in plan.slots]
    return {"bytes": plan.size, "slots": slots}
