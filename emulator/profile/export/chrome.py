"""Trace events for chrome://tracing and Perfetto: exceptions over time, in microseconds of the board's clock.

Source of the format: "Trace Event Format", duration events B and E that nest on one track as handlers preempt.
"""

from __future__ import annotations

import json

from emulator.profile.tree import Profile


def render(profile: Profile) -> str:
    """Each handler from entry to return, with number, depth and latency in cycles; the run as a track of its own."""

    def microseconds(cycles: int) -> float:
        return cycles * 1_000_000 / profile.clock_hz

    events: list[dict[str, object]] = [
        {"name": "process_name", "ph": "M", "pid": 1, "tid": 0, "args": {"name": "firmware"}},
        {"name": "thread_name", "ph": "M", "pid": 1, "tid": 1, "args": {"name": "exceptions"}},
        {"name": "thread_name", "ph": "M", "pid": 1, "tid": 2, "args": {"name": "run"}},
        {"name": "run", "ph": "X", "pid": 1, "tid": 2, "ts": 0.0, "dur": microseconds(profile.cycles), "cat": "run"},
    ]
    open_events = 0
    for event in profile.timeline:
        row: dict[str, object] = {"name": event.name, "cat": "exception", "pid": 1, "tid": 1}
        row |= {"ph": "B" if event.entered else "E", "ts": microseconds(event.cycles)}
        if event.entered:
            row["args"] = {"number": event.number, "depth": event.depth, "latency_cycles": event.latency}
        open_events += 1 if event.entered else -1
        events.append(row)
    end = {"ph": "E", "pid": 1, "tid": 1, "ts": microseconds(profile.cycles)}
    events += [dict(end) for _ in range(open_events)]
    return json.dumps({"traceEvents": events, "displayTimeUnit": "ns"}, indent=1)
