"""Collapsed stacks, one line a path: main;dot 1234. Read by flamegraph.pl, inferno and speedscope."""

from __future__ import annotations

from emulator.profile.tree import Profile


def render(profile: Profile) -> str:
    """Own cycles of every path that has any."""
    rows = (
        f"{';'.join(name.replace(';', ':') for name in profile.path(index))} {node.cycles}"
        for index, node in enumerate(profile.nodes)
        if node.cycles
    )
    return "\n".join(sorted(rows)) + "\n"
