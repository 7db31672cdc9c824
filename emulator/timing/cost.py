"""Cost of an edge: what a block took, given where the program went next."""

from __future__ import annotations

from collections.abc import Callable

from emulator.decode import Decoder, Instruction
from emulator.errors import DecodeError, IllegalInstruction, Place
from emulator.timing.core import Core
from emulator.timing.pipelines import make_pipeline


class CostModel:
    """Costs edges for one core.

    `read(address, size)` gives code bytes, or fewer where memory ends; `locate(pc)` names a place for error messages.
    """

    def __init__(self, core: Core, read: Callable[[int, int], bytes], locate: Callable[[int], Place]) -> None:
        self._core = core
        self._pipeline = make_pipeline(core)
        self._read = read
        self._locate = locate
        self._decoder = Decoder()
        self._blocks: dict[tuple[int, int], tuple[Instruction, ...]] = {}
        self._firsts: dict[int, Instruction | None] = {}

    def edge(self, address: int, size: int, target: int) -> tuple[int, int]:
        """Cycles and instructions of one pass through the block at `address` that goes on at `target`.

        The cost holds the effects of the block's last instruction on the target's first, so the sum over the edges of a
        run is the run's cost. Raises IllegalInstruction for instructions this core does not have.
        """
        block = self.block(address, size)
        return self._pipeline.edge(block, self._first(target), target), len(block)

    def block(self, address: int, size: int) -> tuple[Instruction, ...]:
        """The decoded instructions of a block, all legal on this core."""
        key = (address, size)
        if key not in self._blocks:
            block = self._decode(address, size)
            for instruction in block:
                self._check(instruction)
            self._blocks[key] = block
        return self._blocks[key]

    def forget(self) -> None:
        """Drop decoded code: other code lies there now."""
        self._blocks.clear()
        self._firsts.clear()

    def _decode(self, address: int, size: int) -> tuple[Instruction, ...]:
        try:
            return self._decoder.block(self._read(address, size), address)
        except DecodeError as error:
            raise IllegalInstruction(self._locate(address), str(error)) from error

    def _check(self, instruction: Instruction) -> None:
        if instruction.extension not in self._core.executes:
            text = f"{instruction.text} does not exist on {self._core.title}; build for that core or choose another"
            raise IllegalInstruction(self._locate(instruction.address), text)

    def _first(self, address: int) -> Instruction | None:
        if address not in self._firsts:
            self._firsts[address] = self._decoder.first(self._read(address, 4), address)
        return self._firsts[address]
