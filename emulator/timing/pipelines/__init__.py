"""Pipelines, a module each; a core table names its module, which offers `make(core)`."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol

from emulator.errors import TimingError
from emulator.instructions.decode import Instruction
from emulator.timing.charges import Charge
from emulator.timing.core import Core


class Pipeline(Protocol):
    """Walks a block with a core's table. `lookahead` is how many instructions of the target it wants to see."""

    lookahead: int

    def edge(self, block: tuple[Instruction, ...], head: tuple[Instruction, ...], target: int) -> int:
        """Cycles of `block` when the program goes on at `target`, probably with the instructions `head`.

        `head` follows branches as they probably go, ends where that is not known, and is empty where there is no code.
        """

    def charges(self, block: tuple[Instruction, ...], head: tuple[Instruction, ...], target: int) -> tuple[Charge, ...]:
        """What these cycles went to. Charges of instructions of `head` are for what the block does to them."""


def make_pipeline(core: Core) -> Pipeline:
    """The pipeline that the core's table names."""
    try:
        module = import_module(f"{__name__}.{core.pipeline}")
    except ModuleNotFoundError:
        raise TimingError(f"{core.name}.toml names pipeline {core.pipeline}, which does not exist") from None
    pipeline: Pipeline = module.make(core)
    return pipeline
