"""A run of firmware as a few lines, and as JSON, schema microinfer.emulate version 1."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from emulator.accuracy.interval import Interval
from emulator.boards.run_result import RunResult
from emulator.footprint.usage import MemoryUse
from emulator.profile.breakdown import Split
from emulator.profile.tree import Profile
from emulator.timing.ideal import Ideal
from microinfer.report import stalls
from microinfer.report.interval import with_interval

SCHEMA = "microinfer.emulate"
VERSION = 1
_ENDS = {
    "exit": "exit code {code}",
    "idle": "nothing left to do at {where}",
    "fault": "fault, ends at {where}",
    "stopped": "stopped as asked at {where}",
    "max cycles": "cycle limit reached at {where}",
    "timeout": "timeout at {where}",
}


def summary(result: RunResult, clock_hz: int, interval: Interval | None = None, notes: Sequence[str] = ()) -> str:
    """Why it ended, the last fault if that is why, warnings, time; `interval` goes with the cycles, `notes` follow."""
    end = _ENDS[result.end].format(code=result.exit_code, where=result.where)
    rows = [f"warning: {warning}" for warning in result.warnings]
    if result.end == "fault":
        rows += [f"fault: {fault.text}" for fault in result.faults]
    elif result.end in ("max cycles", "timeout") and result.chain:
        end += f", called from {', from '.join(result.chain)}"
    rows.append(end)
    milliseconds = result.cycles / clock_hz * 1000
    cycles = with_interval(result.cycles, interval)
    rows.append(f"{cycles}, {result.instructions:,} instructions, {milliseconds:.3f} ms")
    return "\n".join([*rows, *notes])


def json_text(
    result: RunResult,
    board: str,
    clock_hz: int,
    profile: Profile | None = None,
    memory: MemoryUse | None = None,
    splits: Sequence[Split] | None = None,
    ideals: Sequence[Ideal] = (),
    place: stalls.Place | None = None,
) -> str:
    """The result as text; output is decoded as UTF-8 with replacement characters. Null for what was not asked for.

    `place` names the source line of an address.
    """
    row = asdict(result)
    row["output"] = result.output.decode("utf-8", "replace")
    row["channels"] = {name: data.decode("utf-8", "replace") for name, data in result.channels.items()}
    row["faults"] = [asdict(fault) | {"text": fault.text} for fault in result.faults]
    row["milliseconds"] = result.cycles / clock_hz * 1000
    row["profile"] = None if profile is None else _profile(profile)
    row["memory"] = None if memory is None else _memory(memory)
    row["stalls"] = None if splits is None else stalls.documents(splits, ideals, place)
    head = {"schema": SCHEMA, "schema_version": VERSION, "board": board, "clock_hz": clock_hz}
    return json.dumps(head | row, indent=2, allow_nan=False)


def _profile(profile: Profile) -> dict[str, object]:
    return {
        "cycles": profile.cycles,
        "elsewhere": profile.elsewhere,
        "functions": [asdict(row) for row in profile.functions()],
        "lines": [asdict(row) for row in profile.lines],
        "instructions": [asdict(row) for row in profile.mix],
        "exceptions": [asdict(row) for row in profile.exceptions],
        "timeline": [asdict(row) for row in profile.timeline],
    }


def _memory(memory: MemoryUse) -> dict[str, object]:
    row = asdict(memory)
    row["stacks"] = [asdict(stack) | {"used": stack.used} for stack in memory.stacks]
    return row
