"""The tree of calls in plain Python: the same numbers as in `_tracer.c`."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from emulator.tracing.tracer import CALL, RETURN

MAX_NODES, MAX_DEPTH = 1 << 20, 1 << 16


@dataclass
class Node:
    """A function as called along one path."""

    parent: int
    function: int
    calls: int = 0
    cycles: int = 0
    instructions: int = 0
    children: dict[int, int] = field(default_factory=dict)


class CallTree:
    """Nodes, and the call stack that leads to the current one."""

    def __init__(self) -> None:
        self.nodes = [Node(0, 0)]
        self._node = 0
        self._frames: list[tuple[int, int]] = []

    def count(self, cycles: int, instructions: int) -> None:
        """Add to the current function."""
        node = self.nodes[self._node]
        node.cycles += cycles
        node.instructions += instructions

    def follow(self, flow: int, link: int, target: int, function: int) -> None:
        """Another function goes on; `link` is where a call returns to."""
        if flow == CALL:
            if len(self._frames) < MAX_DEPTH:
                self._frames.append((self._node, link))
                self._enter(self._node, function)
        elif flow == RETURN:
            self._leave(target, function)
        else:
            self._enter(self.nodes[self._node].parent, function)

    def _enter(self, parent: int, function: int) -> None:
        children = self.nodes[parent].children
        if function not in children:
            if len(self.nodes) >= MAX_NODES:
                self._node = parent
                self.nodes[parent].calls += 1
                return
            children[function] = len(self.nodes)
            self.nodes.append(Node(parent, function))
        self._node = children[function]
        self.nodes[self._node].calls += 1

    def _leave(self, target: int, function: int) -> None:
        by_link = (n for n in reversed(range(len(self._frames))) if self._frames[n][1] == target)
        index = next(by_link, None)
        if index is None:
            if not function or self.nodes[self._node].function == function:
                return
            by_function = (
                n for n in reversed(range(len(self._frames))) if self.nodes[self._frames[n][0]].function == function
            )
            index = next(by_function, None)
        if index is None:
            self._enter(self.nodes[self._node].parent, function)
        else:
            self._node = self._frames[index][0]
            del self._frames[index:]

    def begin(self, function: int) -> None:
        """Begin an empty stack."""
        self._frames.clear()
        self._enter(0, function)

    def save(self) -> bytes:
        """The stack as bytes."""
        flat = [word for frame in self._frames for word in frame]
        return struct.pack(f"={1 + len(flat)}I", self._node, *flat)

    def restore(self, saved: bytes) -> None:
        """Go on with a saved stack."""
        self._node, *flat = struct.unpack(f"={len(saved) // 4}I", saved)
        self._frames = list(zip(flat[::2], flat[1::2], strict=True))

    def rows(self) -> list[tuple[int, int, int, int, int]]:
        """All nodes but the root."""
        return [(n.parent, n.function, n.calls, n.cycles, n.instructions) for n in self.nodes[1:]]
