"""Cycles of straight-line code on a core, without what surrounds it."""

from __future__ import annotations

from emulator import Machine
from tests.support.assembler import assemble


def total(body: str, core: str) -> int:
    """Cycles of a whole call; r0 points to 256 bytes of memory, aligned to 8, r1 is 0."""
    machine = Machine.from_elf(assemble(body, core), core)
    return machine.call("f", machine.alloc(256), 0, returns="void").cycles


def fenced(body: str, core: str) -> int:
    """Cycles of `body` between barriers, which pair with nothing and leave fetch the time to run ahead."""
    return total(f"isb\n{body}\nisb\nbx lr", core) - total("isb\nisb\nbx lr", core)
