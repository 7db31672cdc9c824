"""Runs of one instruction."""

from __future__ import annotations

from emulator.engine.engine import Engine
from emulator.engine.stop import Stop
from emulator.instructions.hints import HINTS, wait_of


def step(engine: Engine, pc: int) -> Stop:
    """Execute the instruction at `pc`; the code that is already translated there does not count steps."""
    engine.forget_code_at(pc, pc + 4)
    invalid = engine.start(pc, 1)
    engine.forget_code_at(pc, pc + 4)
    return engine.ending.explain(engine.pc, invalid)


def single_step(engine: Engine, pc: int, behind: int) -> Stop:
    """Execute just the instruction at `pc`, which `behind` follows, also where IT guards it.

    Only while block hooks are silenced. Counting to one takes IT and what it guards for one instruction, so `behind` is
    the only exit meanwhile.
    """
    code = engine.peek(pc, behind - pc)
    engine.forget_code()
    watch = engine.code_watch
    with engine.only_exit(behind):
        if watch is not None:
            watch.begin(pc)
        invalid = engine.start(pc, 1)
    if watch is not None:
        watch.settle()
        if watch.caught is not None:
            return Stop(watch.kind, watch.caught)
    if not engine.ending.refused and (not invalid or code in HINTS):
        return Stop(wait_of(code), engine.pc)
    return engine.ending.explain(engine.pc, invalid)
