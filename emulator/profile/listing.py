"""The instructions of a function, and what they cost by themselves where nothing says how often they run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from emulator.instructions.decode import Decoder, Instruction
from emulator.profile.counted import Counted
from emulator.program.elf import Symbol
from emulator.timing.cost import CostModel

Read = Callable[[int, int], bytes]
_NOWHERE = 0xFFFFFFFE


def list_function(
    read: Read, symbol: Symbol, end: int, ranges: Sequence[tuple[int, int]] = ()
) -> tuple[Instruction, ...]:
    """Instructions from the symbol's address to `end`, without the literal pools that `ranges` of code leave out.

    Without ranges, bytes that are no instruction are passed over.
    """
    decoder, found = Decoder(), list[Instruction]()
    inside = [(max(a, symbol.address), min(b, end)) for a, b in ranges if a < end and b > symbol.address]
    for first, last in inside or [(symbol.address, end)]:
        at = first
        while at < last:
            code = decoder.sequence(read(at, last - at), at)
            found += code
            at = (code[-1].end if code else at) + 2
            at = last if not code and not read(at, 2) else at
    return tuple(found)


def list_texts(read: Read, code: Sequence[Instruction], name: Callable[[int], str | None]) -> dict[int, str]:
    """The code by address as an assembler has it; `name` gives the function that begins at an address, for calls."""
    decoder = Decoder()
    texts: dict[int, str] = {}
    first = code[0].address if code else 0
    for n, instruction in enumerate(code):
        if n + 1 == len(code) or code[n + 1].address != instruction.end:
            texts |= decoder.texts(read(first, instruction.end - first), first)
            first = code[n + 1].address if n + 1 < len(code) else 0
    for instruction in code:
        called = None if instruction.target is None else name(instruction.target & ~1)
        if called:
            texts[instruction.address] += f" <{called}>"
    return texts


def straight(code: Sequence[Instruction], model: CostModel) -> Counted:
    """The code run once from top to bottom: conditional branches are not taken, calls come back."""
    edges = {}
    for block in _blocks(code):
        last, size = block[-1], block[-1].end - block[0].address
        goes_on = not last.writes_pc or last.conditional
        target = last.end if goes_on else _NOWHERE if last.target is None else last.target
        edges[block[0].address, size, target] = 1, model.edge(block[0].address, size, target)[0]
    return Counted(edges)


def _blocks(code: Sequence[Instruction]) -> Iterator[list[Instruction]]:
    block: list[Instruction] = []
    for instruction in code:
        if block and (block[-1].end != instruction.address or block[-1].writes_pc):
            yield block
            block = []
        block.append(instruction)
    if block:
        yield block
