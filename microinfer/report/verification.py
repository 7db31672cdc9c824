"""A verification as JSON (schema microinfer.verify version 1), as a table, and as lines about each defect."""

from __future__ import annotations

import json
from typing import Any

from rich.table import Table

from microinfer.verify.coverage import Coverage
from microinfer.verify.defect import Defect
from microinfer.verify.knobs import knobs_to_values
from microinfer.verify.result import CampaignResult, FunctionResult

SCHEMA = "microinfer.verify"
VERSION = 1


def render(result: CampaignResult) -> str:
    """The result as text."""
    document = {
        "schema": SCHEMA,
        "schema_version": VERSION,
        "library": result.library,
        "core": result.core,
        "seed": result.seed,
        "interrupted": result.interrupted,
        "cases": result.cases,
        "defects": [_defect(defect) for defect in result.defects],
        "functions": [_function(function) for function in result.functions],
        "coverage": [_coverage(row) for row in result.coverage],
        "unknown": list(result.unknown),
    }
    return json.dumps(document, indent=2, allow_nan=False)


def _coverage(row: Coverage) -> dict[str, Any]:
    stretches = [[f"0x{first:x}", f"0x{end:x}"] for first, end in row.unreached]
    return {
        "function": row.function,
        "instructions": row.instructions,
        "executed": row.executed,
        "percent": round(row.percent, 1),
        "unreached": stretches,
        "unreached_lines": list(row.lines),
    }


def _function(function: FunctionResult) -> dict[str, Any]:
    return {
        "function": function.function,
        "cases": function.cases,
        "failing": function.failing,
        "defects": len(function.defects),
        "stack": function.stack,
        "deepest_case": function.deepest,
        "kept": function.kept,
        "skipped": function.skipped,
        "through": list(function.through),
    }


def _defect(defect: Defect) -> dict[str, Any]:
    return {
        "function": defect.function,
        "kind": defect.finding.kind,
        "text": defect.finding.text,
        "buffer": defect.finding.buffer,
        "place": defect.finding.place,
        "failing": defect.failing,
        "cases": defect.cases,
        "family": defect.family,
        "explanation": defect.explanation,
        "also": list(defect.also),
        "smallest": knobs_to_values(defect.smallest.knobs),
        "origin": defect.smallest.origin,
    }


def functions(result: CampaignResult) -> Table:
    """One row a function."""
    table = Table(title=f"{result.library} on {result.core}, seed {result.seed}", title_justify="left")
    table.add_column("function")
    covered = {row.function: f"{row.percent:.0f} %" for row in result.coverage}
    for name in ("cases", "failing", "stack", "kept", "reached"):
        table.add_column(name, justify="right")
    table.add_column("verdict")
    for row in result.functions:
        numbers = (f"{number:,}" for number in (row.cases, row.failing, row.stack, row.kept))
        table.add_row(row.function, *numbers, covered.get(row.function, "-"), _verdict(row))
    return table


def _verdict(function: FunctionResult) -> str:
    if function.skipped:
        return f"skipped: {function.skipped}"
    if function.through and not function.defects:
        return f"[red]through {', '.join(function.through)}[/red]"
    if not function.defects:
        return "ok" if function.cases else "not run"
    kinds = dict.fromkeys(defect.finding.kind for defect in function.defects)
    return f"[red]{', '.join(kinds)}[/red]"


def summary(result: CampaignResult) -> str:
    """Lines for each defect, then the totals."""
    rows = [line for number, defect in enumerate(result.defects, 1) for line in _escaped(defect_lines(number, defect))]
    if result.unknown:
        rows.append(f"no specification: {', '.join(result.unknown)}")
    count = len(result.defects)
    text = f"{count} defect{'' if count == 1 else 's'}" if count else "no defect"
    total = sum(row.instructions for row in result.coverage)
    if total:
        ran = sum(row.executed for row in result.coverage)
        rows.append(f"reached: {100 * ran / total:.1f} % of {total:,} instructions")
    state = ", interrupted" if result.interrupted else ""
    rows.append(f"{text}: {len(result.functions)} functions, {result.cases:,} cases{state}")
    return "\n".join(rows)


def defect_lines(number: int, defect: Defect) -> list[str]:
    """A defect as a few lines of plain text, the first with its number."""
    lines = [
        f"{number}. {defect.function}: {defect.finding}",
        f"   in {defect.failing} of {defect.cases} cases{', ' + defect.family if defect.family else ''}",
    ]
    if defect.explanation:
        lines.append(f"   {defect.explanation}")
    if defect.also:
        lines.append(f"   also through {', '.join(defect.also)}")
    smallest = ", ".join(f"{path}={value}" for path, value in knobs_to_values(defect.smallest.knobs).items())
    lines.append(f"   smallest case: {smallest}")
    return lines


def _escaped(lines: list[str]) -> list[str]:
    return [line.replace("[", "\\[") for line in lines]
