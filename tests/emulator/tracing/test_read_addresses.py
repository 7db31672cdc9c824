"""Addresses that blocks read, as sums of registers; run, and compared with what is accessed."""

from __future__ import annotations

from importlib.util import find_spec
from itertools import product

import numpy as np
import pytest

from emulator import Machine
from emulator.instructions.decode import Decoder
from emulator.program.elf import read_elf
from emulator.tracing.read_addresses import Sum, block_reads
from tests.support.assembler import assemble

BASE = 0x20000100
R1 = (("r1", 1),)
NATIVE = pytest.mark.skipif(find_spec("emulator.tracing._tracer") is None, reason="the extension is not built")


def reads(body: str) -> list[tuple[int, int, Sum, bool]]:
    """(offset, size, address, late) of the reads of a block at 0x8000."""
    (segment,) = read_elf(assemble(f"{body}\nbx lr", "cortex-m4")).segments
    block = Decoder().sequence(segment.data, 0x8000)
    return [(r.offset, r.size, r.address, r.late) for r in block_reads(block)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("ldr r0, [r1, #8]", [(0, 4, Sum(8, R1))]),
        ("ldrb r0, [r1], #1\nldrsh r0, [r1]", [(0, 1, Sum(0, R1)), (4, 2, Sum(1, R1))]),
        ("ldr r0, [r1, #-4]!\nldr r0, [r1]", [(0, 4, Sum(0xFFFFFFFC, R1)), (4, 4, Sum(0xFFFFFFFC, R1))]),
        ("ldrd r2, r3, [r1], #8\nldr r0, [r1]", [(0, 4, Sum(0, R1)), (0, 4, Sum(4, R1)), (4, 4, Sum(8, R1))]),
        ("ldmdb r1!, {r2, r3}\nldr r0, [r1]", [(0, 4, Sum(-8 & 0xFFFFFFFF, R1)), (0, 4, Sum(-4 & 0xFFFFFFFF, R1)),
                                                (4, 4, Sum(-8 & 0xFFFFFFFF, R1))]),
        ("add r1, r1, r2, lsl #2\nldrb r0, [r1, r3]", [(4, 1, Sum(0, (("r1", 1), ("r2", 4), ("r3", 1))))]),
        ("movs r1, #5\nlsls r2, r1, #3\nldr r0, [r2]", [(4, 4, Sum(40))]),
        ("movw r1, #0x1234\nmovt r1, #0x2000\nldr r0, [r1]", [(8, 4, Sum(0x20001234))]),
        ("sub r1, r2, r3\nldr r0, [r1]", [(4, 4, Sum(0, (("r2", 1), ("r3", 0xFFFFFFFF))))]),
        ("vldr s0, [r1]\nvldmia r1, {d0, d1}", [(0, 4, Sum(0, R1)), (4, 8, Sum(0, R1)), (4, 8, Sum(8, R1))]),
        ("ldr r0, 1f\nb 2f\n.align 2\n1: .word 0\n2:", [(0, 4, Sum(0x8004))]),
    ],
)  # fmt: skip
def test_addresses_follow_from_the_registers_a_block_is_entered_with(
    body: str, expected: list[tuple[int, int, Sum]]
) -> None:
    assert reads(body)[: len(expected)] == [(*row, False) for row in expected]


@pytest.mark.parametrize(
    "body",
    [
        "ldr r1, [r2]\nldr r0, [r1]",
        "mul r1, r2, r3\nldr r0, [r1]",
        "umull r2, r1, r3, r4\nldr r0, [r1]",
        "cmp r2, #0\nit eq\naddeq r1, #4\nldr r0, [r1]",
        "ands r1, r2\nldr r0, [r1, #0]",
    ],
)
def test_what_is_computed_on_the_way_is_known_in_front_of_the_read_only(body: str) -> None:
    *_, size, address, late = reads(body)[-1]
    assert (size, address, late) == (4, Sum(0, R1), True)


def test_a_conditional_read_is_late_for_it_may_be_skipped() -> None:
    assert reads("cmp r2, #0\nite eq\nldreq r0, [r1]\nldrne r0, [r1, #4]") == [
        (4, 4, Sum(0, R1), True),
        (6, 4, Sum(4, R1), True),
    ]


def recorded(body: str, argument: int, tracer: str) -> list[int]:
    elf = assemble(f"push {{r4-r7, lr}}\n{body}\npop {{r4-r7, pc}}\n.data\n.space 1024", "cortex-m4")
    machine = Machine.from_elf(elf, tracer=tracer)
    machine.write(BASE, (BASE + 16).to_bytes(4, "little") * 64)
    machine.record()
    machine.call("f", BASE, argument)
    return machine.recording().stream.tolist()


CONDITIONAL = "cmp r1, #1\nit{shape} eq\n{rows}\nldr r6, [r2, #4]\n"
ROWS = ("ldr{} r4, [r2], #4", "ldr{} r2, [r2]", "ldrh{} r5, [r2, #6]", "ldm{} r2, {{r6, r7}}")
SHAPES = [""] + ["".join(s) for n in (1, 2, 3) for s in product("te", repeat=n)]
BODIES = [
    "ldr r2, [r0]\nldr r3, [r2, #4]\nldrb r6, [r2, r1]\nldrd r4, r5, [r3, #8]\nldr r6, [r2], #4\nldrh r6, [r2]",
    "mov r2, r0\n1: ldr r3, [r2], #4\nldr r4, [r3, r1, lsl #2]\nadds r1, #1\ncmp r1, #5\nblo 1b",
    "and r1, #1\ntbb [pc, r1]\n1: .byte 1, 1\npop {r4}\npush {r4}\nldm r0!, {r4-r7}\nldr r4, [r0]",
    "vldr s0, [r0]\nvmov r2, s0\nvldmia r2!, {s1-s3}\nvldr d1, [r2, #4]\nvpush {s1}\nvpop {s2}\nldrex r3, [r2]",
]


@NATIVE
@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("argument", [0, 1])
def test_a_recording_holds_the_same_reads_as_hooks_of_all_accesses(body: str, argument: int) -> None:
    streams = [recorded(body, argument, kind) for kind in ("native", "python")]
    assert streams[0] == streams[1]
    assert sum(word >> 31 for word in streams[0]) > 6


@NATIVE
@pytest.mark.parametrize("argument", [0, 1])
def test_reads_inside_it_blocks_of_any_shape_are_seen_if_they_happen(argument: int) -> None:
    parts = []
    for shape in SHAPES:
        conditions = ["eq", *("eq" if letter == "t" else "ne" for letter in shape)]
        rows = "\n".join(row.format(c) for row, c in zip(ROWS, conditions, strict=False))
        parts.append("mov r2, r0\n" + CONDITIONAL.format(shape=shape, rows=rows))
    streams = [recorded("\n".join(parts), argument, kind) for kind in ("native", "python")]
    assert streams[0] == streams[1]


@NATIVE
def test_a_block_that_faults_leaves_no_reads_to_the_next() -> None:
    body = (
        "push {r4, lr}\nldr r2, [r0]\ncmp r1, #0\nbeq 1f\nldr r3, [r0]\nldr r3, [r0, #4]\nldr r3, [r1]\n1: pop {r4, pc}"
    )
    streams = []
    for tracer in ("native", "python"):
        machine = Machine.from_elf(assemble(body, "cortex-m4"), tracer=tracer)
        buffer = machine.alloc(64)
        machine.record()
        with pytest.raises(Exception, match="no memory there"):
            machine.call("f", buffer, 0x60000000)
        machine.call("f", buffer, 0)
        found = machine.recording()
        last = found.stream.tolist()[-6:]
        streams.append([last, np.count_nonzero(found.counts)])
    assert streams[0] == streams[1]
