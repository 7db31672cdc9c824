"""Cost of an edge: what a block took, given where the program went next."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from emulator.errors import DecodeError, IllegalInstruction, Place
from emulator.instructions.decode import Decoder, Instruction
from emulator.timing.charges import Charge, settle
from emulator.timing.core import Core
from emulator.timing.pipelines import make_pipeline
from emulator.timing.sites import Site, SiteFinder, every_core, sites_of

_STRETCH = 8
_RETURN_REACH = 3
_FIRST_LOOKS = (64, 256, 1024)


class CostModel:
    """Costs edges for one core.

    `read(address, size)` gives code bytes, or fewer where memory ends; `locate(pc)` names a place for error messages.
    """

    def __init__(self, core: Core, read: Callable[[int, int], bytes], locate: Callable[[int], Place]) -> None:
        self.core = core
        self._pipeline = make_pipeline(core)
        self._finders: tuple[SiteFinder, ...] = (SiteFinder(core, self._pipeline),)
        self._read = read
        self._locate = locate
        self._decoder = Decoder()
        self._blocks: dict[tuple[int, int], tuple[Instruction, ...]] = {}
        self._heads: dict[int, tuple[Instruction, ...]] = {}
        self._lines: dict[int, tuple[Instruction, ...]] = {}
        self._begun: dict[int, tuple[Instruction, ...]] = {}
        self._starts: dict[tuple[int, int], tuple[int, ...]] = {}

    def edge(self, address: int, size: int, target: int) -> tuple[int, int]:
        """Cycles and instructions of one pass through the block at `address` that goes on at `target`.

        The cost holds the effects of the block's last instruction on the target's first, so the sum over the edges of a
        run is the run's cost. Raises IllegalInstruction for instructions this core does not have.
        """
        block = self.block(address, size)
        return self._pipeline.edge(block, self._head(target), target), len(block)

    def charges(self, address: int, size: int, target: int) -> tuple[Charge, ...]:
        """What the cycles of an edge went to; they add up to them."""
        charges = self._pipeline.charges(self.block(address, size), self._head(target), target)
        return settle(charges, self.edge(address, size, target)[0])

    def block(self, address: int, size: int) -> tuple[Instruction, ...]:
        """The decoded instructions of a block, all legal on this core."""
        key = (address, size)
        if key not in self._blocks:
            block = self._decode(address, size)
            for instruction in block:
                self._check(instruction)
            self._blocks[key] = block
            if len(block) > len(self._begun.get(address, ())):
                self._begun[address] = block
        return self._blocks[key]

    def stretch(self, address: int) -> tuple[Instruction, ...]:
        """Instructions from `address` to where a block that begins there ends at the latest; none if that is far."""
        for length in _FIRST_LOOKS:
            found = self._decoder.sequence(self._read(address, length), address)
            ends = next((n for n, i in enumerate(found) if i.writes_pc and not i.conditional), None)
            if ends is not None:
                return found[: ends + 1]
        return ()

    def sites(self, block: tuple[Instruction, ...], masks: dict[int, int]) -> Iterator[Site]:
        """Where the block's cycles depend on operands or flags; `masks` has the low byte of each IT by its address."""
        return sites_of(self._finders, block, masks)

    def find_sites_of_every_core(self) -> None:
        """Let `sites` also find what matters on other cores only."""
        self._finders = every_core(self._finders[0])

    def starts(self, address: int, size: int) -> tuple[int, ...]:
        """Cycles from the start of the block to that of each instruction, the block entered at its first."""
        key = (address, size)
        if key not in self._starts:
            self._starts[key] = tuple(self._walk(self.block(address, size)))
        return self._starts[key]

    def without(self, rule: str) -> CostModel:
        """A model of the same code on a core that has no such rule."""
        other = CostModel(self.core.without(rule), self._read, self._locate)
        other._decoder = self._decoder
        other._blocks, other._heads, other._lines = self._blocks, self._heads, self._lines
        other._begun = self._begun
        return other

    @property
    def pair_names(self) -> tuple[str, ...]:
        """The rows that say what the core may issue together, none if it issues one by one."""
        return tuple(getattr(self._pipeline, "pair_names", ()))

    def pair_rows(self, address: int, size: int, target: int) -> tuple[str, ...]:
        """For each two neighbours of an edge's block the row that speaks of them."""
        found = getattr(self._pipeline, "pair_rows", None)
        return () if found is None else tuple(found(self.block(address, size), target))

    def younger(self, address: int, size: int) -> tuple[bool, ...]:
        """Which instructions of the block issue together with the one in front of them."""
        block = self.block(address, size)
        found = getattr(self._pipeline, "younger", None)
        return (False,) * len(block) if found is None else tuple(found(block))

    def _walk(self, block: tuple[Instruction, ...]) -> Iterator[int]:
        """Each start is the cost of what lies in front of it, taken from at most _STRETCH instructions before."""
        base = begin = 0
        for n, instruction in enumerate(block):
            head = block[n : n + self._pipeline.lookahead]
            start = base + self._pipeline.edge(block[begin:n], head, instruction.address) if n > begin else base
            yield start
            if n - begin == _STRETCH:
                base, begin = start, n

    def forget(self) -> None:
        """Drop decoded code: other code lies there now."""
        self._starts.clear()
        self._blocks.clear()
        self._heads.clear()
        self._lines.clear()
        self._begun.clear()

    def _decode(self, address: int, size: int) -> tuple[Instruction, ...]:
        try:
            return self._decoder.block(self._read(address, size), address)
        except DecodeError as error:
            raise IllegalInstruction(self._locate(address), str(error)) from error

    def _check(self, instruction: Instruction) -> None:
        if instruction.extension not in self.core.executes:
            text = f"{instruction.text} does not exist on {self.core.title}; build for that core or choose another"
            raise IllegalInstruction(self._locate(instruction.address), text)

    def _head(self, address: int) -> tuple[Instruction, ...]:
        """What probably runs from `address` on: backward branches are taken, and forward ones around a return."""
        if address not in self._heads:
            found: list[Instruction] = []
            at: int | None = address
            while at is not None and len(found) < self._pipeline.lookahead:
                part = self._line(at, self._pipeline.lookahead - len(found))
                found += part
                at = self._goes_on(part[-1]) if part else None
            self._heads[address] = tuple(found)
        return self._heads[address]

    def _line(self, address: int, most: int) -> tuple[Instruction, ...]:
        """Up to `most` instructions, the first branch is the last."""
        if address not in self._lines:
            reach = max(self._pipeline.lookahead, _RETURN_REACH)
            found = self._begun.get(address, ())[:reach]
            if len(found) < reach and not (found and found[-1].writes_pc):
                found = self._decoder.sequence(self._read(address, 4 * reach), address, reach)
            branch = next((n for n, i in enumerate(found) if i.writes_pc), reach)
            self._lines[address] = found[: branch + 1]
        return self._lines[address][:most]

    def _goes_on(self, last: Instruction) -> int | None:
        if not last.writes_pc or (last.conditional and last.target is None):
            return last.end
        if not last.conditional or last.target is None or last.target <= last.address:
            return last.target
        behind = self._line(last.end, _RETURN_REACH)
        returns = bool(behind) and behind[-1].writes_pc and behind[-1].target is None
        return last.target if returns else last.end
