"""Trace events for chrome://tracing and Perfetto: the timeline of exceptions, in microseconds of the board's clock."""

from __future__ import annotations

import json

from emulator.profile.tree import Profile


def render(profile: Profile) -> str:
    """Source of the format: "Trace Event Format", duration events B and E on one track, nested as they preempt."""
    events: list[dict[str, object]] = [
        {"name": "thread_name", "ph": "M", "pid": 1, "tid": 1, "args": {"name": "exceptions"}}
    ]
    for event in profile.timeline:
        time = event.cycles * 1_000_000 / profile.clock_hz
        events.append({"name": event.name, "ph": "B" if event.entered else "E", "pid": 1, "tid": 1, "ts": time})
    return json.dumps({"traceEvents": events, "displayTimeUnit": "ns"}, indent=1)
