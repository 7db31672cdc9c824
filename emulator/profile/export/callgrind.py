"""Callgrind's format, for callgrind_annotate and KCachegrind. Lines are not known: every cost is on line 0."""

from __future__ import annotations

from emulator.profile.tree import Profile


def render(profile: Profile) -> str:
    """Own cycles and instructions of each function, and its calls with inclusive costs."""
    own: dict[str, list[int]] = {}
    calls: dict[tuple[str, str], list[int]] = {}
    below = _below(profile)
    for index, node in enumerate(profile.nodes):
        cost = own.setdefault(node.function, [0, 0])
        cost[0] += node.cycles
        cost[1] += node.instructions
        if node.parent is not None:
            key = profile.nodes[node.parent].function, node.function
            row = calls.setdefault(key, [0, 0, 0])
            for position, value in enumerate((node.calls, *below[index])):
                row[position] += value
    lines = ["# callgrind format", "version: 1", "creator: microinfer", "positions: line"]
    lines.append("events: Cycles Instructions")
    lines.append(f"summary: {sum(c[0] for c in own.values())} {sum(c[1] for c in own.values())}")
    for name, cost in sorted(own.items()):
        lines += ["", "fl=firmware", f"fn={name}", f"0 {cost[0]} {cost[1]}"]
        for (caller, callee), row in sorted(calls.items()):
            if caller == name:
                lines += [f"cfn={callee}", f"calls={row[0]} 0", f"0 {row[1]} {row[2]}"]
    return "\n".join(lines) + "\n"


def _below(profile: Profile) -> list[tuple[int, int]]:
    """Inclusive cycles and instructions of each node."""
    instructions = [node.instructions for node in profile.nodes]
    for index in reversed(range(len(profile.nodes))):
        parent = profile.nodes[index].parent
        if parent is not None:
            instructions[parent] += instructions[index]
    return list(zip(profile.inclusive(), instructions, strict=True))
