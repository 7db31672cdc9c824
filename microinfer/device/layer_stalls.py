"""What the cycles of each layer went to, taken while a profile runs."""

from __future__ import annotations

from collections.abc import Callable

from emulator import Machine
from emulator.profile.breakdown import Split, split
from emulator.profile.counted import Counted
from microinfer.graph.model import Node


class LayerStalls:
    """Call `start` when the machine is ready, what `behind` gives behind each layer; later inputs are passed over.

    A layer's cycles include those of preparing its scratch, which the profile's table leaves out.
    """

    def __init__(self) -> None:
        self._machine: Machine | None = None
        self._before = Counted()
        self._splits: dict[int, Split] = {}

    def start(self, machine: Machine) -> None:
        """Count from here."""
        self._machine, self._before = machine, machine.counted()

    def behind(self, progress: Callable[[Node], object]) -> Callable[[Node], None]:
        """`progress` for a profile, with the taking of stalls."""

        def layer_done(node: Node) -> None:
            progress(node)
            self._take(node)

        return layer_done

    def _take(self, node: Node) -> None:
        """What ran since the last call was this layer."""
        if self._machine is None or node.index in self._splits:
            return
        now = self._machine.counted()
        spent = self._machine.breakdown(now.since(self._before))
        self._splits[node.index], self._before = split(spent, f"{node.index} {node.op}"), now

    def splits(self) -> tuple[Split, ...]:
        """Layers in their order, without those that ran on the host."""
        return tuple(part for part in self._splits.values() if part.cycles)
