"""Callgrind's format, for callgrind_annotate and KCachegrind: costs by source line where debug information has them.

Calls are on the line that makes most of them, or on line 0 where that is not known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from emulator.profile.lines import LineCost
from emulator.profile.tree import Profile

_NO_FILE = "firmware"


def render(profile: Profile) -> str:
    """Own cycles and instructions of each line of each function, and its calls with inclusive costs."""
    own: dict[str, list[LineCost]] = defaultdict(list)
    for row in profile.lines:
        own[row.function].append(row)
    calls: dict[str, dict[str, list[int]]] = defaultdict(dict)
    for caller, callee, costs in _calls(profile):
        totals = calls[caller].setdefault(callee, [0, 0, 0])
        calls[caller][callee] = [a + b for a, b in zip(totals, costs, strict=True)]
    homes = {name: _home(rows) for name, rows in own.items()}
    sites = {(s.caller, s.callee): (s.file or _NO_FILE, s.line) for s in profile.sites}
    lines = [
        "# callgrind format",
        "version: 1",
        "creator: microinfer",
        "positions: line",
        "events: Cycles Instructions",
    ]
    lines.append(f"summary: {sum(r.cycles for r in profile.lines)} {sum(r.instructions for r in profile.lines)}")
    for name in sorted({*own, *calls}):
        home = homes.get(name, _NO_FILE)
        lines += ["", f"fl={home}", f"fn={name}"]
        for row in sorted(own[name], key=lambda r: (r.file, r.line)):
            lines += [f"fi={row.file or _NO_FILE}", f"{row.line} {row.cycles} {row.instructions}"]
        for callee, (count, cycles, instructions) in sorted(calls[name].items()):
            file, line = sites.get((name, callee), (home, 0))
            lines += [f"fi={file}", f"cfi={homes.get(callee, _NO_FILE)}", f"cfn={callee}", f"calls={count} 0"]
            lines.append(f"{line} {cycles} {instructions}")
    return "\n".join(lines) + "\n"


def _home(rows: list[LineCost]) -> str:
    """The file a function is from: that of most of its instructions, inlined ones being fewer."""
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        counts[row.file or _NO_FILE] += row.instructions
    return max(sorted(counts), key=lambda file: counts[file])


def _calls(profile: Profile) -> Iterator[tuple[str, str, tuple[int, int, int]]]:
    """Caller, callee, and count with inclusive cycles and instructions, for each node below another."""
    instructions = [node.instructions for node in profile.nodes]
    cycles = profile.inclusive()
    for index in reversed(range(len(profile.nodes))):
        parent = profile.nodes[index].parent
        if parent is not None:
            instructions[parent] += instructions[index]
    for index, node in enumerate(profile.nodes):
        if node.parent is not None:
            yield profile.nodes[node.parent].function, node.function, (node.calls, cycles[index], instructions[index])
