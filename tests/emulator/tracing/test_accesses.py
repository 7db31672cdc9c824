"""The hook on data accesses: it changes nothing, in IT blocks neither, and consumers see what the program does."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from emulator.engine.engine import Engine, register_ids
from emulator.program.elf import read_elf
from emulator.tracing.accesses import READ, READ_FIRST, WRITTEN, Accesses
from tests.support.assembler import assemble

CODE, DATA, EXIT = 0x8000, 0x20000000, 0x30000
REGISTERS = register_ids(["r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "xpsr"])
SHAPES = [""] + ["".join(s) for n in (1, 2, 3) for s in product("te", repeat=n)]
INSTRUCTIONS = ("ldr{} r4, [r0, #4]", "str{} r5, [r0, #8]", "ldrb{} r6, [r0, #13]", "ldmia{} r0, {{r2, r3}}")


def block(shape: str) -> str:
    """An IT block of loads and stores, with arithmetic behind it that a leaked ITSTATE would skip."""
    conditions = ["eq", *("eq" if letter == "t" else "ne" for letter in shape)]
    rows = [i.format(c) for i, c in zip(INSTRUCTIONS, conditions, strict=False)]
    return "\n".join([f"it{shape} eq", *rows, "adds r7, #1", "b 1f", "1: add r6, r6, #3", "eor r4, r4, r7"])


def engine_with(body: str) -> Engine:
    engine = Engine("CORTEX_M4")
    engine.map(CODE, 0x2000, "rx")
    engine.map(DATA, 0x1000, "rw")
    for segment in read_elf(assemble(body)).segments:
        engine.write(segment.address, segment.data)
    engine.write(DATA, bytes(range(64)))
    engine.set_exit(EXIT)
    (lr, r0, r1, r5) = register_ids(["lr", "r0", "r1", "r5"])
    engine.set_registers({lr: EXIT | 1, r0: DATA, r1: 0, r5: 0x12345678})
    return engine


def outcome(engine: Engine) -> tuple[tuple[int, ...], bytes]:
    assert engine.run(CODE).kind == "exit"
    return engine.registers(REGISTERS), engine.read(DATA, 64)


@pytest.mark.parametrize("flag", [0, 1])
@pytest.mark.parametrize("within", [(0, 0xFFFFFFFF), (DATA + 8, DATA + 8)])
def test_hooks_change_nothing_in_it_blocks_of_any_shape(flag: int, within: tuple[int, int], tracer: str) -> None:
    body = "\n".join(["movs r7, #0", f"cmp r1, #{flag}", *(f"{block(s)}\ncmp r1, #{flag}" for s in SHAPES), "bx lr"])
    expected = outcome(engine_with(body))
    engine = engine_with(body)
    accesses = Accesses(engine, native=tracer == "native")
    assert accesses.native == (tracer == "native")
    accesses.touched(within[0], min(within[1] - within[0] + 1, 1 << 30))
    assert outcome(engine) == expected
    assert expected[0][7] == len(SHAPES)


BODY = "ldr r2, [r0]\nstr r2, [r0, #8]\nldrh r3, [r0, #8]\nldrb r4, [r0, #12]\nstrd r2, r3, [r0, #16]\nbx lr"


def test_touched_bytes(tracer: str) -> None:
    engine = engine_with(BODY)
    touched = Accesses(engine, native=tracer == "native").touched(DATA, 32)
    assert outcome(engine)[0][2] == 0x03020100
    first = READ | READ_FIRST
    wanted = [first] * 4 + [0] * 4 + [WRITTEN | READ] * 2 + [WRITTEN] * 2 + [first] + [0] * 3 + [WRITTEN] * 8 + [0] * 8
    np.testing.assert_array_equal(touched, wanted)


def test_a_consumer_sees_accesses_in_order_with_their_instruction() -> None:
    engine = engine_with(BODY)
    seen: list[tuple[bool, int, int, int]] = []
    Accesses(engine).call(lambda *access: seen.append(access), (DATA, DATA + 12))
    outcome(engine)
    assert seen == [
        (False, CODE, DATA, 4),
        (True, CODE + 2, DATA + 8, 4),
        (False, CODE + 4, DATA + 8, 2),
        (False, CODE + 6, DATA + 12, 1),
    ]


def test_code_that_ran_before_is_watched_too(tracer: str) -> None:
    engine = engine_with(BODY)
    outcome(engine)
    touched = Accesses(engine, native=tracer == "native").touched(DATA, 4)
    outcome(engine)
    assert touched.any()
