"""A sandbox: shared memory between guards, registers watched, calls that do not return explained."""

from __future__ import annotations

import numpy as np
import pytest

from emulator import Machine
from emulator.calls.sandbox import Sandbox
from emulator.errors import ArgumentError, CycleLimit, Fault
from tests.support.assembler import assemble

LIMIT = 10_000


def sandbox(body: str, core: str = "cortex-m4") -> tuple[Sandbox, int]:
    machine = Machine.from_elf(assemble(body, core), core)
    return machine.sandbox(2, 4096), machine.symbol("f").address


@pytest.mark.parametrize("core", ["cortex-m0", "cortex-m4"])
def test_arguments_go_in_and_results_come_out(core: str) -> None:
    box, f = sandbox("adds r0, r0, r1\nadds r0, r0, r2\nadds r0, r0, r3\nldr r1, [sp, #4]\nbx lr", core)
    result = box.call(f, (1, 20, 300, 4000, 5, 6), LIMIT)
    assert (result.r0, result.r1, result.clobbered, result.error) == (4321, 6, (), None)
    assert result.cycles > 4


def test_the_host_sees_what_the_callee_writes_and_the_other_way_round() -> None:
    box, f = sandbox("ldr r1, [r0]\nadds r1, r1, #1\nstr r1, [r0]\nbx lr")
    words = box.memory.view(np.uint32)
    for value in (41, 99):
        words[1024] = value
        box.call(f, (box.slots[1].start,), LIMIT)
        assert words[1024] == value + 1


@pytest.mark.parametrize(
    ("slot", "offset", "faults"), [(0, -1, True), (0, 0, False), (1, 4095, False), (1, 4096, True)]
)
def test_one_byte_beside_a_slot_faults(slot: int, offset: int, faults: bool) -> None:
    box, f = sandbox("strb r1, [r0]\nbx lr")
    address = box.slots[slot].start + offset
    error = box.call(f, (address, 7), LIMIT).error
    assert isinstance(error, Fault) == faults
    if isinstance(error, Fault):
        assert (error.access, error.address, error.function) == ("write", address, "f")
    assert box.call(f, (box.slots[0].start, 7), LIMIT).error is None


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("movs r4, #1", ("r4",)),
        ("mov r11, r0\nmov r8, r0", ("r8", "r11")),
        ("sub sp, #8", ("sp",)),
        ("vmov s17, r0", ("d8",)),
        ("vmov d15, r0, r0", ("d15",)),
        ("movs r3, #1\nmov r12, r0\nvmov s15, r0", ()),
    ],
)
def test_callee_saved_registers_are_watched(body: str, names: tuple[str, ...]) -> None:
    box, f = sandbox(f"{body}\nbx lr")
    assert box.call(f, (0,), LIMIT).clobbered == names
    assert box.call(f, (0,), LIMIT).clobbered == names


def test_a_loop_ends_at_the_limit_and_the_next_call_works() -> None:
    box, f = sandbox("cmp r0, #0\nbne f\nbx lr")
    assert isinstance(box.call(f, (1,), LIMIT).error, CycleLimit)
    assert box.call(f, (0,), LIMIT).error is None


def test_more_arguments_than_the_frame_holds_are_refused() -> None:
    box, f = sandbox("bx lr")
    with pytest.raises(ArgumentError, match="takes 64"):
        box.call(f, range(65), LIMIT)


WATCHED = (
    "movs r2, #0\ncmp r2, #0\nitt eq\nldreq r3, [r0]\naddeq r1, #1\n"
    "cmp r2, #1\nb 1f\n1: str r1, [r0]\nadds r2, #1\nadds r2, #2\nadds r2, #4\nmov r0, r2\nbx lr"
)


def test_accesses_are_seen_with_their_instruction_and_change_nothing() -> None:
    """The load inside the IT block would make the engine skip what follows, were its IT bits left alone."""
    box, f = sandbox(WATCHED)
    plain = box.call(f, (box.slots[1].start + 8, 5), LIMIT)
    seen: list[tuple[bool, int, int, int]] = []
    stop = box.watch(lambda *access: seen.append(access))
    watched = box.call(f, (box.slots[1].start + 8, 5), LIMIT)
    stop()
    box.call(f, (box.slots[1].start + 8, 5), LIMIT)
    assert (plain.r0, plain.cycles) == (watched.r0, watched.cycles) == (7, plain.cycles)
    assert [(write, pc - f, offset, size) for write, pc, offset, size in seen] == [
        (False, 6, 4096 + 8, 4),
        (True, 14, 4096 + 8, 4),
    ]
